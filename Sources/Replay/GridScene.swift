package import Rollouts

/// All that one frame of a grid world shows.
package struct GridScene: Sendable, Equatable {
  /// The episode's number in the run.
  package var episode: Int
  /// How many steps led here; 0 in the first frame.
  package var t: Int
  /// How many steps the episode has.
  package var steps: Int
  /// The state now.
  package var state: Int
  /// The last step; nil in the first frame.
  package var last: Move?
  /// The rewards so far, summed.
  package var totalReturn: Double
  /// How the episode stands after the last step.
  package var ending: Ending
  /// Where the agent was before, the newest place first.
  package var trail: Trail

  /// A scene; one of an episode's beginning unless told otherwise.
  package init(
    episode: Int, t: Int = 0, steps: Int, state: Int, last: Move? = nil, totalReturn: Double = 0,
    ending: Ending = .running, trail: Trail = Trail()
  ) {
    self.episode = episode
    self.t = t
    self.steps = steps
    self.state = state
    self.last = last
    self.totalReturn = totalReturn
    self.ending = ending
    self.trail = trail
  }

  /// What the last step did.
  package struct Move: Sendable, Equatable {
    /// The state before it.
    package var from: Int
    /// The action that was chosen.
    package var action: Int
    /// The action that the world executed: another one where the agent slipped.
    package var executed: Int
    /// What it earned.
    package var reward: Double

    /// Whether something else was executed than was chosen.
    package var slipped: Bool { executed != action }

    /// A step's doing.
    package init(from: Int, action: Int, executed: Int, reward: Double) {
      self.from = from
      self.action = action
      self.executed = executed
      self.reward = reward
    }
  }
}

/// The last places of an agent, in constant memory.
package struct Trail: Sendable, Equatable {
  /// How many places are remembered.
  package static let capacity = 24

  private var places: [Int32] = Array(repeating: 0, count: capacity)
  private var newest = 0
  /// How many places there are.
  package private(set) var count = 0

  /// An empty trail.
  package init() {}

  /// Adds a place; the oldest one is forgotten where there are too many.
  package mutating func append(_ place: Int) {
    newest = (newest + 1) % Self.capacity
    places[newest] = Int32(place)
    count = min(count + 1, Self.capacity)
  }

  /// The place so many steps back; 0 is the newest.
  package subscript(age: Int) -> Int {
    precondition((0..<count).contains(age), "the trail is not that long")
    return Int(places[(newest - age + Self.capacity) % Self.capacity])
  }
}
