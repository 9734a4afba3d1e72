/// The status of an episode after a step.
public enum Ending: UInt8, Sendable, CaseIterable {
  /// The episode goes on.
  case running
  /// The world ended the episode: there is no future value.
  case terminated
  /// A time limit ended the episode: the future is not seen, but has a value.
  case truncated
  /// The recording program stopped before the episode ended; only readers report this.
  case interrupted

  /// The word in recordings.
  public var name: String {
    switch self {
    case .running: "running"
    case .terminated: "terminated"
    case .truncated: "truncated"
    case .interrupted: "interrupted"
    }
  }

  /// The ending for a word in recordings.
  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }
}

/// What one action did.
public struct Step<State: Sendable>: Sendable {
  /// The next state.
  public var next: State
  /// The reward.
  public var reward: Double
  /// The status of the episode after this step.
  public var ending: Ending

  /// A step's outcome.
  @inlinable public init(next: State, reward: Double, ending: Ending = .running) {
    self.next = next
    self.reward = reward
    self.ending = ending
  }
}

/// A discrete action's meaning: a name and a direction on a picture (right, down).
public struct ActionMeaning: Sendable, Equatable {
  /// Its name for people.
  public var name: String
  /// How far it points to the right on a picture.
  public var dx: Int
  /// How far it points down on a picture.
  public var dy: Int

  /// An action's meaning; `dx` counts to the right and `dy` down, as on pictures.
  public init(_ name: String, dx: Int = 0, dy: Int = 0) {
    self.name = name
    self.dx = dx
    self.dy = dy
  }
}

/// How to read a part of a state or action without this program.
///
/// In a discrete state, the part is a digit: `(state / offset) % count`. In a blob, it is `count`
/// values of `type` from byte `offset` on.
public struct Field: Sendable, Equatable {
  /// What it is a part of: `state` or `action`.
  public var subject: String
  /// Its name for people.
  public var name: String
  /// The type of its values; for a digit of a state, `row`, `column` or `up` give its axis on a
  /// picture.
  public var type: String
  /// Where it begins: a byte offset or, for a digit, the divisor.
  public var offset: Int
  /// How many values it has.
  public var count: Int
  /// What it means, for people.
  public var description: String

  /// A field of the subject `state` or `action`.
  public init(
    _ subject: String, _ name: String, type: String, offset: Int, count: Int, _ description: String
  ) {
    self.subject = subject
    self.name = name
    self.type = type
    self.offset = offset
    self.count = count
    self.description = description
  }

  /// How many bytes a value takes, by field type.
  package static let valueBytes = [
    "uint8": 1, "int8": 1, "uint16": 2, "int16": 2, "float16": 2, "uint32": 4, "int32": 4,
    "float32": 4, "uint64": 8, "int64": 8, "float64": 8, "utf8": 1,
  ]

  /// Whether this is a part of bytes; otherwise it is a digit of a number.
  package var isOfBytes: Bool { Self.valueBytes[type] != nil }
}

/// Everything about a world that a recording stores, so that states can be read, drawn and stepped
/// again.
public struct WorldDescription: Sendable, Equatable {
  /// The world's name.
  public var name: String
  /// The map's own text; empty for a world without maps.
  public var map: String
  /// The map's name for people.
  public var mapName: String
  /// The meaning of each action; none where actions are real numbers.
  public var actions: [ActionMeaning]
  /// How to read states and actions.
  public var fields: [Field]

  /// A world's description.
  public init(
    name: String, map: String = "", mapName: String = "", actions: [ActionMeaning], fields: [Field]
  ) {
    self.name = name
    self.map = map
    self.mapName = mapName
    self.actions = actions
    self.fields = fields
  }
}

/// A state or an action that recordings can keep.
package protocol Recordable: Sendable, Equatable {
  /// The recorded form.
  var recorded: Value { get }
  /// The value for a recorded form; nil where it is not one of this type.
  init?(recorded: Value)
}

extension Int: Recordable {
  package var recorded: Value { .index(self) }

  package init?(recorded: Value) {
    guard case .index(let index) = recorded else { return nil }
    self = index
  }
}

/// The rules of a world that has none.
package struct NoRules: Configuration, Equatable {
  /// No rules.
  package static let settings: [Setting<Self>] = []

  /// No rules.
  package init() {}
}

/// Counts that are special to a world, over the steps that a player takes.
package protocol StepTally: Sendable {
  /// Counts a step.
  mutating func add(_ transition: Transition)
  /// The counts, under stable JSON names.
  var members: [JSON.Member] { get }
}

/// The tally of a world without special counts.
package struct NoTally: StepTally {
  /// An empty tally.
  package init() {}
  package mutating func add(_ transition: Transition) {}
  package var members: [JSON.Member] { [] }
}

/// A pure simulation: everything that happens follows from a state, an action and keyed draws.
///
/// Another protocol says how agents learn in it: a `TabularWorld` has a table of states, a
/// `DiscreteActionWorld` offers numbers and a choice of actions, and any other `ObservableWorld`
/// takes real numbers.
package protocol World: Sendable {
  associatedtype State: Recordable
  associatedtype Action: Recordable
  associatedtype Rules: Configuration & Equatable = NoRules

  /// What a recording must store about this world.
  var description: WorldDescription { get }
  /// The rules that may be changed.
  var rules: Rules { get }
  /// The same world with other rules.
  func following(_ rules: Rules) throws(SettingError) -> Self
  /// The world, able to take steps. A world that is only drawn may lack what it needs for them.
  func readyToStep() throws(SettingError) -> Self
  /// After how many steps an episode is truncated.
  var stepLimit: Int { get }
  /// The state that an episode starts in.
  func start(_ draws: Draws) -> State
  /// What `action` does in `state`; the caller applies the step limit.
  func step(_ state: State, _ action: Action, _ draws: Draws) -> Step<State>
  /// Whether a recorded state belongs to this world.
  func contains(_ state: State) -> Bool
  /// Whether an action is legal in a state.
  func allows(_ action: Action, in state: State) -> Bool
  /// Whether an episode that ends with this step is a success.
  func isSuccess(from state: State, reward: Double, to next: State, ending: Ending) -> Bool
  /// An empty tally of counts that are special to this world.
  var tally: any StepTally { get }
  /// How a person plays this world.
  var handling: Handling { get }
}

extension World where Rules == NoRules {
  /// By default, there are no rules.
  package var rules: NoRules { NoRules() }
  /// By default, there are no rules.
  package func following(_ rules: NoRules) -> Self { self }
}

extension World {
  /// By default, a world is always ready.
  package func readyToStep() throws(SettingError) -> Self { self }
  /// By default, the type alone defines the states.
  package func contains(_ state: State) -> Bool { true }
  /// By default, every action is legal everywhere.
  package func allows(_ action: Action, in state: State) -> Bool { true }
  /// By default, a step that ends the episode with a reward is a success.
  package func isSuccess(
    from state: State, reward: Double, to next: State, ending: Ending
  ) -> Bool { ending == .terminated && reward > 0 }
  /// By default, there is no special tally.
  package var tally: any StepTally { NoTally() }

  /// Whether an episode that ends with a recorded step is a success.
  package func isSuccess(_ last: Transition) -> Bool {
    guard let state = State(recorded: last.state), let next = State(recorded: last.next) else {
      return false
    }
    return isSuccess(from: state, reward: last.reward, to: next, ending: last.ending)
  }

  /// Every rule by name, as a recording's configuration stores it.
  package var ruleMembers: [JSON.Member] { rules.members }
  /// Every rule with its value and its meaning, for help.
  package var explainedRules: [ExplainedSetting] { rules.explained }

  /// The world with rules set by name, and the settings that are not rules.
  package func applying(
    _ settings: [(name: String, value: String)]
  ) throws(SettingError) -> (world: Self, others: [(name: String, value: String)]) {
    var (changed, others) = (rules, settings)
    others.removeAll()
    for setting in settings where !(try changed.set(setting.name, to: setting.value)) {
      others.append(setting)
    }
    // Some worlds take long to make, so an unchanged one is returned as it is.
    return (changed == rules ? self : try following(changed), others)
  }
}
