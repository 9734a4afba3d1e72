/// A state or action as it is recorded.
package enum Value: Sendable, Equatable {
  /// Of a discrete world.
  case index(Int)
  /// Little-endian bytes that the recording's `fields` describe.
  case bytes([UInt8])
}

/// One step as a trainer tells it: what was seen, done, earned, and seen then.
package struct Transition: Sendable, Equatable {
  package var episode: Int
  package var state: Value
  package var action: Value
  package var reward: Double
  package var next: Value
  package var ending: Ending

  /// One step of an episode; episodes count from 1.
  @inlinable package init(
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

/// A number that a trainer tells beside the transitions, under CleanRL's names.
package struct Metric: Sendable, Equatable {
  package var step: Int
  package var name: String
  package var value: Double

  /// A metric after `step` steps.
  package init(step: Int, name: String, value: Double) {
    self.step = step
    self.name = name
    self.value = value
  }
}

/// What a learner knows after some number of steps.
package struct Checkpoint: Sendable, Equatable {
  /// After so many steps; 0 is before the first.
  package var step: Int
  package var kind: String
  /// A safetensors file.
  package var parameters: [UInt8]
  /// What else the trainer needs to go on from here, as JSON.
  package var trainingState: String

  /// A checkpoint after `step` steps.
  package init(step: Int, kind: String, parameters: [UInt8], trainingState: String = "{}") {
    self.step = step
    self.kind = kind
    self.parameters = parameters
    self.trainingState = trainingState
  }
}

/// Where a trainer tells what happens. Step numbers follow from the order: the first transition is
/// step 0.
package protocol TransitionSink: ~Copyable {
  /// Takes one transition.
  mutating func record(_ transition: Transition) throws
  /// Takes one step of a discrete world: the same as `record(_:)`, without wrapping.
  mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending) throws
  /// Takes a metric.
  mutating func record(_ metric: Metric) throws
  /// Takes a checkpoint.
  mutating func record(_ checkpoint: Checkpoint) throws
}

/// A sink that keeps nothing, for training without a recording.
package struct NullSink: TransitionSink {
  /// A sink that keeps nothing.
  package init() {}
  package mutating func record(_ transition: Transition) {}
  package mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) {}
  package mutating func record(_ metric: Metric) {}
  package mutating func record(_ checkpoint: Checkpoint) {}
}

/// A sink that keeps everything in memory, for tests and short evaluations.
package struct MemorySink: TransitionSink {
  package private(set) var transitions: [Transition] = []
  package private(set) var metrics: [Metric] = []
  package private(set) var checkpoints: [Checkpoint] = []

  /// An empty sink.
  package init() {}

  package mutating func record(_ transition: Transition) { transitions.append(transition) }
  package mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) {
    record(
      Transition(
        episode: episode, state: .index(state), action: .index(action), reward: reward,
        next: .index(next), ending: ending))
  }
  package mutating func record(_ metric: Metric) { metrics.append(metric) }
  package mutating func record(_ checkpoint: Checkpoint) { checkpoints.append(checkpoint) }
}
