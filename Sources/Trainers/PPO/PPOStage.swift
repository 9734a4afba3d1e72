import Neural
import Rollouts

/// An episode that one of the worlds is in.
struct OpenEpisode<State: RecordedState>: Sendable {
  let number: Int
  var state: State
  var bytes: [UInt8]
  /// Steps taken in it.
  var t = 0
  var total = 0.0
  /// The rewards so far, each discounted by the steps since.
  var discounted = 0.0
  /// How its last step left it.
  var ending = Ending.running

  init(number: Int, state: State) {
    self.number = number
    self.state = state
    bytes = state.bytes
  }
}

/// Where the worlds are played: one row for each, used again at every step.
struct PPOStage: Sendable {
  var desk: PolicyDesk
  var observations: [Float]
  var actions: [Float]
  /// The rows whose episodes were cut off.
  var cutOff: [Int]
  private var logs: [Float]
  private var entropies: [Float]
  private let starts: [Int]

  init(_ network: PolicyNetwork, worlds: Int) {
    desk = network.desk(rows: worlds)
    let width = desk.policy.input.width
    observations = [Float](repeating: 0, count: worlds * width)
    actions = [Float](repeating: 0, count: worlds * network.actionWidth)
    logs = [Float](repeating: 0, count: worlds)
    entropies = logs
    cutOff = [Int](repeating: 0, count: worlds)
    starts = (0..<worlds).map { $0 * width }
  }

  /// Sees a state in a row, scaled; `counting` takes it into the scale of later rollouts.
  mutating func look<W: SeenWorld>(
    at state: W.State, in world: W, row: Int, _ scale: inout ObservationScale, counting: Bool
  ) {
    let width = desk.policy.input.width
    observations.withUnsafeMutableBufferPointer { rows in
      let place = UnsafeMutableBufferPointer(rebasing: rows[row * width..<(row + 1) * width])
      world.observe(state, into: place)
      scale.apply(to: place, counting: counting)
    }
  }

  /// What policy and value say of the observations.
  mutating func decide(rows count: Int, _ parameters: Parameters) {
    desk.look(at: observations, from: starts, rows: count)
    desk.decide(rows: count, parameters)
    desk.value(rows: count, parameters)
  }

  /// What the observations are worth.
  mutating func value(rows count: Int, _ parameters: Parameters) {
    desk.look(at: observations, from: starts, rows: count)
    desk.value(rows: count, parameters)
  }

  /// Draws the action of a row.
  mutating func draw(row: Int, _ parameters: Parameters, _ draws: Draws) {
    let network = desk.network
    network.head.draw(
      desk.policy.output, row: row, parameters, desk.memory, draws, into: &actions,
      at: row * network.actionWidth)
  }

  /// Finds how likely the drawn actions were.
  mutating func weigh(rows count: Int, _ parameters: Parameters) {
    desk.network.head.logProbabilities(
      desk.policy.output, rows: count, of: actions, parameters, &desk.memory, into: &logs,
      entropies: &entropies)
  }

  /// Keeps what was decided in a row.
  func copy(row: Int, into rollout: inout PPORollout, at place: Int) {
    let wide = rollout.actionWidth
    for column in 0..<wide {
      rollout.actions[place * wide + column] = actions[row * wide + column]
    }
    rollout.logs[place] = logs[row]
    rollout.values[place] = desk.value(of: row)
  }
}
