/// A state or action as it is recorded: a number, or bytes.
public enum Value: Sendable, Equatable {
  /// The number of a discrete state or action.
  case index(Int)
  /// Little-endian bytes that the recording's `fields` describe.
  case bytes([UInt8])

  /// The number; nil for bytes.
  public var index: Int? {
    guard case .index(let index) = self else { return nil }
    return index
  }
}

/// One step: the state, the action, the reward, the next state, and the episode's status after the
/// step.
public struct Transition: Sendable, Equatable {
  /// The episode's number, from 1.
  public var episode: Int
  /// The state that the action was chosen in.
  public var state: Value
  /// The action taken.
  public var action: Value
  /// The reward.
  public var reward: Double
  /// The next state.
  public var next: Value
  /// The status of the episode after this step.
  public var ending: Ending

  /// One step of an episode; episodes count from 1.
  @inlinable public init(
    episode: Int, state: Value, action: Value, reward: Double, next: Value, ending: Ending
  ) {
    self.episode = episode
    self.state = state
    self.action = action
    self.reward = reward
    self.next = next
    self.ending = ending
  }
}

/// A step of a discrete world within a series of steps: the next step begins where this one ended.
public struct DiscreteStep: Sendable, Equatable {
  /// The state that the action was chosen in.
  public var state: Int
  /// The action taken.
  public var action: Int
  /// The reward.
  public var reward: Double

  /// One step.
  @inlinable public init(state: Int, action: Int, reward: Double) {
    self.state = state
    self.action = action
    self.reward = reward
  }
}

/// A number that a trainer records beside the transitions, under CleanRL's names.
public struct Metric: Sendable, Equatable {
  /// After how many steps it was recorded.
  public var step: Int
  /// What it measures, such as `charts/episodic_return` or `losses/td_loss`.
  public var name: String
  /// Its value then.
  public var value: Double

  /// Whether the metric is a speed, which differs every time a run is repeated: CleanRL's `SPS` and
  /// names that end in `_per_second`.
  package var isTime: Bool { name.hasSuffix("/SPS") || name.hasSuffix("_per_second") }

  /// A metric after `step` steps.
  public init(step: Int, name: String, value: Double) {
    self.step = step
    self.name = name
    self.value = value
  }
}

/// What a learner knows after some number of steps.
public struct Checkpoint: Sendable, Equatable {
  /// The kind of checkpoints that were kept because their evaluation was the best so far.
  package static let bestKind = "best"

  /// After how many steps it was made; 0 is before the first.
  public var step: Int
  /// What kind of learner it belongs to, such as `qtable`.
  public var kind: String
  /// A safetensors file.
  public var parameters: [UInt8]
  /// Everything else that the trainer needs to continue from here, as JSON.
  public var trainingState: String

  /// A checkpoint after `step` steps.
  public init(step: Int, kind: String, parameters: [UInt8], trainingState: String = "{}") {
    self.step = step
    self.kind = kind
    self.parameters = parameters
    self.trainingState = trainingState
  }
}

/// Where a trainer records what happens. Step numbers follow from the order: the first transition is
/// step 0.
///
/// A trainer that takes any sink can be tested with one in memory and recorded with a
/// `RecordingWriter`:
///
/// ```swift
/// func train(into sink: inout some TransitionSink & ~Copyable) throws {
///   try sink.record(
///     episode: 1, state: 0, action: 1, reward: -1, next: 4, ending: .running)
///   try sink.record(Metric(step: 1, name: "charts/epsilon", value: 0.1))
/// }
///
/// var memory = MemorySink()
/// try train(into: &memory)
/// memory.transitions.count   // 1
/// ```
public protocol TransitionSink: ~Copyable {
  /// Records a transition.
  mutating func record(_ transition: Transition) throws
  /// Records a step of a discrete world: the same as `record(_:)` without a `Transition`.
  mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending) throws
  /// Records consecutive steps of one episode of a discrete world. The last one led to `next`, and
  /// `ending` is the episode's status after it. The same as recording each step, but faster.
  mutating func record(
    episode: Int, _ steps: Span<DiscreteStep>, next: Int, ending: Ending) throws
  /// Records a metric.
  mutating func record(_ metric: Metric) throws
  /// Records a checkpoint.
  mutating func record(_ checkpoint: Checkpoint) throws
}

extension TransitionSink where Self: ~Copyable {
  /// Records a step of a discrete world as a `Transition`.
  public mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) throws {
    try record(
      Transition(
        episode: episode, state: .index(state), action: .index(action), reward: reward,
        next: .index(next), ending: ending))
  }

  /// Records consecutive steps of one episode of a discrete world.
  public mutating func record(
    episode: Int, _ steps: Span<DiscreteStep>, next: Int, ending: Ending
  ) throws {
    try recordEach(episode: episode, steps, next: next, ending: ending)
  }

  /// Records the steps one by one.
  package mutating func recordEach(
    episode: Int, _ steps: Span<DiscreteStep>, next: Int, ending: Ending
  ) throws {
    for index in steps.indices {
      let step = steps[index]
      let isLast = index + 1 == steps.count
      try record(
        episode: episode, state: step.state, action: step.action, reward: step.reward,
        next: isLast ? next : steps[index + 1].state, ending: isLast ? ending : .running)
    }
  }
}

/// A sink that keeps nothing, for training without a recording.
public struct NullSink: TransitionSink {
  /// A sink that keeps nothing.
  public init() {}

  /// Discards a transition.
  public mutating func record(_ transition: Transition) {}
  /// Discards a step.
  public mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) {}
  /// Discards steps.
  public mutating func record(
    episode: Int, _ steps: Span<DiscreteStep>, next: Int, ending: Ending
  ) {}
  /// Discards a metric.
  public mutating func record(_ metric: Metric) {}
  /// Discards a checkpoint.
  public mutating func record(_ checkpoint: Checkpoint) {}
}

/// A sink that keeps everything in memory, for tests and short evaluations.
public struct MemorySink: TransitionSink {
  /// All transitions, in order.
  public private(set) var transitions: [Transition] = []
  /// All metrics, in order.
  public private(set) var metrics: [Metric] = []
  /// All checkpoints, in order.
  public private(set) var checkpoints: [Checkpoint] = []

  /// An empty sink.
  public init() {}

  /// Keeps a transition.
  public mutating func record(_ transition: Transition) { transitions.append(transition) }
  /// Keeps a metric.
  public mutating func record(_ metric: Metric) { metrics.append(metric) }
  /// Keeps a checkpoint.
  public mutating func record(_ checkpoint: Checkpoint) { checkpoints.append(checkpoint) }
}
