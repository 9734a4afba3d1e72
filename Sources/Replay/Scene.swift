package import Rollouts

/// The content of one frame: the state, the step that led to it, and details for a world's painter.
package struct Scene<State, Action, Details> {
  /// The episode's number in the run.
  package var episode: Int
  /// The step's index in the episode; 0 in the first frame.
  package var t: Int
  /// How many steps the episode has.
  package var steps: Int
  /// The state now.
  package var state: State
  /// The state before the last step; nil in the first frame.
  package var previous: State?
  /// The last action; nil in the first frame.
  package var action: Action?
  /// The last reward; nil in the first frame.
  package var reward: Double?
  /// The rewards so far, summed.
  package var totalReturn: Double
  /// The ending after the last step.
  package var ending: Ending
  /// Details that only this world has.
  package var details: Details

  /// A scene; by default that of an episode's beginning.
  package init(
    episode: Int, t: Int = 0, steps: Int, state: State, previous: State? = nil,
    action: Action? = nil, reward: Double? = nil, totalReturn: Double = 0,
    ending: Ending = .running, details: Details
  ) {
    self.episode = episode
    self.t = t
    self.steps = steps
    self.state = state
    self.previous = previous
    self.action = action
    self.reward = reward
    self.totalReturn = totalReturn
    self.ending = ending
    self.details = details
  }
}

extension Scene: Equatable where State: Equatable, Action: Equatable, Details: Equatable {}
extension Scene: Sendable where State: Sendable, Action: Sendable, Details: Sendable {}

/// For worlds without details.
package struct NoDetails: Equatable, Sendable {
  /// Nothing.
  package init() {}
}

/// The last places of something that moves, the newest first, in constant memory.
package struct Trail<Place>: RandomAccessCollection {
  /// How many places are remembered.
  package let capacity: Int
  private var places: [Place] = []
  private var newest = -1

  /// A trail with a capacity and at most one place.
  package init(capacity: Int, _ place: Place? = nil) {
    self.capacity = capacity
    places.reserveCapacity(capacity)
    if let place { append(place) }
  }

  /// Adds a place; if there are too many, the oldest is dropped.
  package mutating func append(_ place: Place) {
    newest = (newest + 1) % capacity
    if places.count < capacity { places.append(place) } else { places[newest] = place }
  }

  /// The age of the newest place.
  package var startIndex: Int { 0 }
  /// One more than the age of the oldest.
  package var endIndex: Int { places.count }
  /// The place some steps back.
  package subscript(age: Int) -> Place {
    precondition(indices.contains(age), "the trail is not that long")
    return places[(newest - age + capacity) % capacity]
  }
}

extension Trail: Equatable where Place: Equatable {
  /// Whether two trails have the same places.
  package static func == (one: Trail, other: Trail) -> Bool { one.elementsEqual(other) }
}
extension Trail: Sendable where Place: Sendable {}
