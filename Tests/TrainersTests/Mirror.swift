import Rollouts
import Trainers

/// A number to be answered.
struct MirrorState: RecordedState {
  var number: Int8

  var bytes: [UInt8] { [UInt8(bitPattern: number)] }

  init(_ number: Int) { self.number = Int8(number) }

  init?(bytes: [UInt8]) {
    guard bytes.count == 1, let byte = bytes.first else { return nil }
    number = Int8(bitPattern: byte)
  }
}

/// An answer.
struct MirrorAction: RecordedAction {
  var number: Float

  init(numbers: Span<Float>) { number = numbers[0] }

  init?(recorded: Value) {
    guard case .bytes(let bytes) = recorded, bytes.count == 4 else { return nil }
    number = Float(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }

  var recorded: Value {
    .bytes((0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) })
  }
}

/// Shows numbers within ±1 in turn, and pays less the more an answer differs from them.
struct Mirror: ObservableWorld {
  var stepLimit = 7
  var isContinuing = false
  /// Whether every step costs a life.
  var isFrail = false
  /// Paid at every step, whatever the answer.
  var wage = 0.0

  var description: WorldDescription {
    WorldDescription(
      name: "mirror", actions: [],
      fields: [
        Field("state", "number", type: "int8", offset: 0, count: 1, "in eighths"),
        Field("action", "number", type: "float32", offset: 0, count: 1, "the answer"),
      ])
  }
  var observationNames: [String] { ["number", "nothing"] }
  var observationCount: Int { 2 }
  var actionSpace: ActionSpace { .continuous(1) }

  func start(_ draws: Draws) -> MirrorState { MirrorState(draws.pick(0, below: 17) - 8) }

  func step(_ state: MirrorState, _ action: MirrorAction, _ draws: Draws) -> Step<MirrorState> {
    let error = Double(action.number) - Double(state.number) / 8
    return Step(next: start(draws), reward: wage - error * error + 0)
  }

  func costsLife(from state: MirrorState, to next: MirrorState) -> Bool { isFrail }

  func observe(_ state: MirrorState, into values: inout MutableSpan<Float>) {
    values[0] = Float(state.number) / 8
    values[1] = 3
  }
}

extension PPOConfiguration {
  /// Settings under which small worlds are learned in a moment.
  static var small: PPOConfiguration {
    var settings = PPOConfiguration()
    settings.steps = 6000
    settings.worlds = 4
    settings.rollout = 50
    settings.minibatch = 50
    settings.shards = 3
    settings.hidden = [16]
    settings.gamma = 0.9
    settings.learningRate = .linear(from: 0.01, to: 0)
    settings.evaluateEvery = 5
    settings.evaluationEpisodes = 4
    settings.snapshotEvery = 4
    return settings
  }
}

extension PPOTrainer {
  /// A trainer in a world, trained until all is done.
  static func trained(
    _ world: W, seed: UInt64 = 1, threads: Int = 1, _ settings: PPOConfiguration
  ) throws -> (trainer: PPOTrainer, sink: MemorySink) {
    var sink = MemorySink()
    var trainer = try PPOTrainer(world, seed: seed, settings: settings, threads: threads)
    sink.record(trainer.initialCheckpoint)
    try trainer.train(into: &sink)
    return (trainer, sink)
  }
}
