import Rollouts
import Testing
import Trainers

/// A position in a corridor.
struct CorridorState: RecordedState {
  var place: UInt8

  var bytes: [UInt8] { [place] }

  init(place: Int) { self.place = UInt8(place) }

  init?(bytes: [UInt8]) {
    guard bytes.count == 1, let place = bytes.first, place < 100 else { return nil }
    self.place = place
  }
}

/// Cells in a row, each seen as a bit of its own: left leads back, right leads on, and the step beyond
/// the last pays 1. There a corridor ends; a ring continues at its first cell, its episode truncated.
struct Corridor: DiscreteActionWorld {
  var length = 5
  var isRing = false
  /// How many of a hundred steps slip back.
  var slips = 0
  var prize = 1.0

  var description: WorldDescription {
    WorldDescription(
      name: "corridor", actions: [ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1)],
      fields: [Field("state", "place", type: "uint8", offset: 0, count: 1, "the cell")])
  }
  var stepLimit: Int { 50 }
  var isContinuing: Bool { isRing }
  var observationNames: [String] { (0..<length).map { "at \($0)" } }
  var observationCount: Int { length }

  func start(_ draws: Draws) -> CorridorState { CorridorState(place: 0) }

  func step(_ state: CorridorState, _ action: Int, _ draws: Draws) -> Step<CorridorState> {
    let place = Int(state.place)
    if action == 0 || draws.pick(0, below: 100) < slips {
      return Step(next: CorridorState(place: max(0, place - 1)), reward: 0)
    }
    guard place == length - 1 else { return Step(next: CorridorState(place: place + 1), reward: 0) }
    return Step(
      next: CorridorState(place: isRing ? 0 : place), reward: prize,
      ending: isRing ? .truncated : .terminated)
  }

  func observe(_ state: CorridorState, into values: inout MutableSpan<Float>) {
    for index in 0..<length { values[index] = index == Int(state.place) ? 1 : 0 }
  }
}

extension DQNConfiguration {
  /// Settings under which a corridor is learned in a moment.
  static var small: DQNConfiguration {
    var settings = DQNConfiguration()
    settings.steps = 3000
    settings.hidden = [16]
    settings.bufferSize = 1000
    settings.warmUp = 32
    settings.batch = 16
    settings.learningRate = .constant(0.01)
    settings.policy = .epsilon
    settings.epsilon = .constant(0.3)
    settings.snapshotEvery = 500
    return settings
  }
}

extension DQNTrainer {
  /// A trainer in a world, trained until all is done.
  static func trained(
    _ world: W, seed: UInt64 = 1, _ settings: DQNConfiguration
  ) throws -> (trainer: DQNTrainer, sink: MemorySink) {
    var sink = MemorySink()
    var trainer = try DQNTrainer(world, seed: seed, settings: settings)
    sink.record(trainer.initialCheckpoint)
    try trainer.train(into: &sink)
    return (trainer, sink)
  }
}
