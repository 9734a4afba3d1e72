/// A state that is recorded as bytes, which the world's fields describe.
package protocol RecordedState: Recordable {
  /// The recorded form, little-endian.
  var bytes: [UInt8] { get }
  /// The state with this recorded form; nil where the bytes are not one. Takes an array, because
  /// stepping through a generic collection costs ten times as much.
  init?(bytes: [UInt8])
}

extension RecordedState {
  package var recorded: Value { .bytes(bytes) }

  package init?(recorded: Value) {
    guard case .bytes(let bytes) = recorded else { return nil }
    self.init(bytes: bytes)
  }
}

/// The actions that a policy can choose from in a world.
package enum ActionSpace: Sendable, Equatable {
  /// One of a number of choices.
  case discrete(Int)
  /// A number of real values; the world itself clips values that are too large.
  case continuous(Int)

  /// How many numbers an action has: one for a choice, or one per dimension.
  package var width: Int {
    switch self {
    case .discrete: 1
    case .continuous(let count): count
    }
  }
}

/// An action that policies return as numbers and recordings store.
package protocol RecordedAction: Recordable {
  /// The action for a policy's numbers, as many as the world's action space is wide.
  init(numbers: Span<Float>)
}

extension Int: RecordedAction {
  package init(numbers: Span<Float>) { self = Int(numbers[0]) }
}

/// How the letters of an observation are arranged: in places of a few letters each, which are laid
/// out on a page. A letter is its code / 255.
package struct LetterSequence: Sendable, Equatable {
  /// How many places there are in sequence, and how many side by side.
  package let places: Int
  package let across: Int
  /// How many letters a place has, and how many of them are on one line.
  package let each: Int
  package let columns: Int
  /// The codes that mean something; others are ignored.
  package let alphabet: [UInt8]

  /// A sequence of places.
  package init(places: Int, across: Int = 1, each: Int, columns: Int = 1, alphabet: [UInt8]) {
    self.places = places
    self.across = across
    self.each = each
    self.columns = columns
    self.alphabet = alphabet
  }

  /// How many different symbols there are: the same letter at another position in its place is
  /// another symbol.
  package var symbols: Int { each * alphabet.count }
}

/// A world for networks: they see a state as a row of numbers.
package protocol ObservableWorld: World where State: RecordedState, Action: RecordedAction {
  /// The name of each number of an observation, in order.
  var observationNames: [String] { get }
  /// How many numbers an observation has.
  var observationCount: Int { get }
  /// Writes what a learner sees in a state: a pure function of the state.
  func observe(_ state: State, into values: inout MutableSpan<Float>)
  /// The actions that a policy can choose from.
  var actionSpace: ActionSpace { get }
  /// Whether the next episode starts in the state where a truncated episode ended.
  var isContinuing: Bool { get }
  /// How an observation's letters are arranged, where it is made of letters.
  var letters: LetterSequence? { get }
  /// Whether a step cost one of several lives: the episode goes on, but a learner may treat it as
  /// an end.
  func costsLife(from state: State, to next: State) -> Bool
}

extension ObservableWorld {
  /// By default, every episode begins in a start state.
  package var isContinuing: Bool { false }
  /// By default, an observation has no letters.
  package var letters: LetterSequence? { nil }
  /// By default, there are no lives.
  package func costsLife(from state: State, to next: State) -> Bool { false }

  /// What a learner sees in a state.
  package func observation(_ state: State) -> [Float] {
    var values = [Float](repeating: 0, count: observationCount)
    var span = values.mutableSpan
    observe(state, into: &span)
    return values
  }
}

/// A world in which a network chooses among a few actions.
package protocol DiscreteActionWorld: ObservableWorld where Action == Int {}

extension DiscreteActionWorld {
  /// A choice among the actions that the world describes.
  package var actionSpace: ActionSpace { .discrete(description.actions.count) }
  /// By default, every action.
  package func allows(_ action: Int, in state: State) -> Bool {
    description.actions.indices.contains(action)
  }
}
