/// A state that is recorded as bytes, which the world's fields describe.
package protocol RecordedState: Sendable, Equatable {
  /// The recorded form, little-endian.
  var bytes: [UInt8] { get }
  /// The state of a recorded form; nil where that is none.
  init?(bytes: some Collection<UInt8>)
}

/// What a policy can do in a world.
package enum ActionSpace: Sendable, Equatable {
  /// One of so many choices.
  case discrete(Int)
  /// So many real numbers; what is too large the world clips itself.
  case continuous(Int)

  /// How many numbers an action is: that of the choice, or one for each dimension.
  package var width: Int {
    switch self {
    case .discrete: 1
    case .continuous(let count): count
    }
  }
}

/// An action that policies give as numbers, and recordings keep.
package protocol RecordedAction: Sendable, Equatable {
  /// The recorded form.
  var recorded: Value { get }
  /// The action of a recorded form; nil where that is none.
  init?(recorded: Value)
  /// The action that a policy's numbers stand for, as many as the world's action space is wide.
  init(numbers: UnsafeBufferPointer<Float>)
}

extension Int: RecordedAction {
  package var recorded: Value { .index(self) }

  package init?(recorded: Value) {
    guard case .index(let index) = recorded else { return nil }
    self = index
  }

  package init(numbers: UnsafeBufferPointer<Float>) { self = Int(numbers[0]) }
}

/// A world that a network acts in: it sees a state as a row of numbers.
package protocol SeenWorld: World where State: RecordedState, Action: RecordedAction {
  /// What each number of an observation is called, in order.
  var observationNames: [String] { get }
  /// How many numbers an observation has.
  var observationCount: Int { get }
  /// Writes what a learner sees in a state: a pure function of it.
  func observe(_ state: State, into values: UnsafeMutableBufferPointer<Float>)
  /// What can be done.
  var actionSpace: ActionSpace { get }
  /// Whether nothing is reset after a truncated episode: the next starts in the state that it ended in.
  var isContinuing: Bool { get }
  /// Whether a step cost one of several lives: the episode goes on, but a learner may call it an end.
  func costsLife(from state: State, to next: State) -> Bool
}

extension SeenWorld {
  /// A world whose episodes all begin at a start.
  package var isContinuing: Bool { false }
  /// A world without lives.
  package func costsLife(from state: State, to next: State) -> Bool { false }

  /// What a learner sees in a state.
  package func observation(_ state: State) -> [Float] {
    [Float](unsafeUninitializedCapacity: observationCount) { values, count in
      observe(state, into: values)
      count = observationCount
    }
  }
}

/// A world that a network learns by choosing among a few actions.
package protocol ObservedWorld: SeenWorld where Action == Int {}

extension ObservedWorld {
  /// One of the actions that the world describes.
  package var actionSpace: ActionSpace { .discrete(description.actions.count) }
}
