/// A state that is recorded as bytes, which the world's fields describe.
package protocol RecordedState: Recordable {
  /// The recorded form, little-endian.
  var bytes: [UInt8] { get }
  /// The state of a recorded form; nil where that is none. An array: to step through any collection costs ten times
  /// as much.
  init?(bytes: [UInt8])
}

extension RecordedState {
  package var recorded: Value { .bytes(bytes) }

  package init?(recorded: Value) {
    guard case .bytes(let bytes) = recorded else { return nil }
    self.init(bytes: bytes)
  }
}

/// What a policy can do in a world.
package enum ActionSpace: Sendable, Equatable {
  /// One of a number of choices.
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
package protocol RecordedAction: Recordable {
  /// The action that a policy's numbers stand for, as many as the world's action space is wide.
  init(numbers: Span<Float>)
}

extension Int: RecordedAction {
  package init(numbers: Span<Float>) { self = Int(numbers[0]) }
}

/// How the letters of an observation stand: places of a few letters each, which lie on a page. A letter is
/// its code / 255.
package struct LetterSequence: Sendable, Equatable {
  /// How many places there are, one behind the other, and how many of them beside one another.
  package let places: Int
  package let across: Int
  /// How many letters stand at a place, and how many of them in a line.
  package let each: Int
  package let columns: Int
  /// The codes that count; others stand for nothing.
  package let alphabet: [UInt8]

  /// A sequence of places.
  package init(places: Int, across: Int = 1, each: Int, columns: Int = 1, alphabet: [UInt8]) {
    self.places = places
    self.across = across
    self.each = each
    self.columns = columns
    self.alphabet = alphabet
  }

  /// How many different symbols there are: a letter at another spot of its place is another symbol.
  package var symbols: Int { each * alphabet.count }
}

/// A world that a network acts in: it sees a state as a row of numbers.
package protocol ObservableWorld: World where State: RecordedState, Action: RecordedAction {
  /// What each number of an observation is called, in order.
  var observationNames: [String] { get }
  /// How many numbers an observation has.
  var observationCount: Int { get }
  /// Writes what a learner sees in a state: a pure function of it.
  func observe(_ state: State, into values: inout MutableSpan<Float>)
  /// What can be done.
  var actionSpace: ActionSpace { get }
  /// Whether nothing is reset after a truncated episode: the next starts in the state that it ended in.
  var isContinuing: Bool { get }
  /// How an observation's letters stand, where it is made of letters.
  var letters: LetterSequence? { get }
  /// Whether a step cost one of several lives: the episode goes on, but a learner may call it an end.
  func costsLife(from state: State, to next: State) -> Bool
}

extension ObservableWorld {
  /// A world whose episodes all begin at a start.
  package var isContinuing: Bool { false }
  /// A world that shows numbers.
  package var letters: LetterSequence? { nil }
  /// A world without lives.
  package func costsLife(from state: State, to next: State) -> Bool { false }

  /// What a learner sees in a state.
  package func observation(_ state: State) -> [Float] {
    var values = [Float](repeating: 0, count: observationCount)
    var span = values.mutableSpan
    observe(state, into: &span)
    return values
  }
}

/// A world that a network learns by choosing among a few actions.
package protocol DiscreteActionWorld: ObservableWorld where Action == Int {}

extension DiscreteActionWorld {
  /// One of the actions that the world describes.
  package var actionSpace: ActionSpace { .discrete(description.actions.count) }
  /// Every action that there is.
  package func allows(_ action: Int, in state: State) -> Bool {
    description.actions.indices.contains(action)
  }
}
