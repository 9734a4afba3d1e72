/// How an episode stands or stood at its last step.
public enum Ending: UInt8, Sendable, CaseIterable {
  /// The episode goes on.
  case running
  /// The world ended it: there is no future value.
  case terminated
  /// A time limit ended it: the future goes on unseen, and is worth something.
  case truncated
  /// Its writer died; only readers say this.
  case interrupted

  /// The word that recordings hold.
  public var name: String {
    switch self {
    case .running: "running"
    case .terminated: "terminated"
    case .truncated: "truncated"
    case .interrupted: "interrupted"
    }
  }

  /// The ending that a recording's word names.
  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }
}

/// What one action did.
public struct Step<State: Sendable>: Sendable {
  /// The state that it led to.
  public var next: State
  /// What it earned.
  public var reward: Double
  /// How the episode is after it.
  public var ending: Ending

  /// A step's outcome.
  @inlinable public init(next: State, reward: Double, ending: Ending = .running) {
    self.next = next
    self.reward = reward
    self.ending = ending
  }
}

/// A discrete action's meaning: a name, and the way it points on a picture (right, down).
public struct ActionMeaning: Sendable, Equatable {
  /// What people call it.
  public var name: String
  /// How far it points to the right on a picture.
  public var dx: Int
  /// How far it points down on a picture.
  public var dy: Int

  /// An action's meaning; `dx` counts to the right and `dy` down, as pictures do.
  public init(_ name: String, dx: Int = 0, dy: Int = 0) {
    self.name = name
    self.dx = dx
    self.dy = dy
  }
}

/// How to read a part of a state or action without this program.
///
/// Of a discrete state the part is a digit: `(state / offset) % count`. Of a blob it is `count`
/// values of `type` from byte `offset` on.
public struct Field: Sendable, Equatable {
  /// What it is a part of: `state` or `action`.
  public var subject: String
  /// What people call it.
  public var name: String
  /// The type of its values; of a digit of a state, `row`, `column` or `up` say where it lies on a picture.
  public var type: String
  /// Where it begins: a byte, or what a number is divided by to get this digit.
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

  /// How many bytes a value takes, by the type of a field.
  package static let valueBytes = [
    "uint8": 1, "int8": 1, "uint16": 2, "int16": 2, "float16": 2, "uint32": 4, "int32": 4,
    "float32": 4, "uint64": 8, "int64": 8, "float64": 8, "utf8": 1,
  ]

  /// Whether it is a part of bytes; else it is a digit of a number.
  package var isOfBytes: Bool { Self.valueBytes[type] != nil }
}

/// Everything about a world that a recording keeps, so that it can be read, drawn and stepped again.
public struct WorldDescription: Sendable, Equatable {
  /// What the world is called.
  public var name: String
  /// The map's own text; empty for a world without maps.
  public var map: String
  /// The map's name for people.
  public var mapName: String
  /// What each action means; none where actions are real numbers.
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
  /// What a recorded form stands for; nil where that is nothing of this type.
  init?(recorded: Value)
}

extension Int: Recordable {
  package var recorded: Value { .index(self) }

  package init?(recorded: Value) {
    guard case .index(let index) = recorded else { return nil }
    self = index
  }
}

/// The rules of a world that has none to change.
package struct NoRules: Configuration, Equatable {
  /// No rule.
  package static let settings: [Setting<Self>] = []

  /// No rules.
  package init() {}
}

/// What is counted of the steps that somebody plays in a world, besides what every world has.
package protocol StepTally: Sendable {
  /// Takes a step.
  mutating func add(_ transition: Transition)
  /// What was counted, under stable JSON names.
  var members: [JSON.Member] { get }
}

/// The tally of a world that has nothing special to count.
package struct NoTally: StepTally {
  /// A tally of nothing.
  package init() {}
  package mutating func add(_ transition: Transition) {}
  package var members: [JSON.Member] { [] }
}

/// A pure simulation: everything that happens follows from a state, an action and keyed draws.
///
/// What learns in it follows from what else it is: a `TabularWorld` has a table of states, a
/// `DiscreteActionWorld` shows numbers and offers choices, any other `ObservableWorld` takes real numbers.
package protocol World: Sendable {
  associatedtype State: Recordable
  associatedtype Action: Recordable
  associatedtype Rules: Configuration & Equatable = NoRules

  /// What a recording must hold of this world.
  var description: WorldDescription { get }
  /// What may be changed about it.
  var rules: Rules { get }
  /// The same world by other rules.
  func following(_ rules: Rules) throws(SettingError) -> Self
  /// The world, able to take steps. One that is only drawn may lack what it would need for them.
  func readyToStep() throws(SettingError) -> Self
  /// After how many steps an episode is truncated.
  var stepLimit: Int { get }
  /// The state that an episode starts in.
  func start(_ draws: Draws) -> State
  /// What `action` does in `state`; the step limit is not the world's business.
  func step(_ state: State, _ action: Action, _ draws: Draws) -> Step<State>
  /// Whether a recorded state is one of this world's.
  func contains(_ state: State) -> Bool
  /// Whether an action can be taken in a state.
  func allows(_ action: Action, in state: State) -> Bool
  /// Whether an episode that ends with this step is a success.
  func isSuccess(from state: State, reward: Double, to next: State, ending: Ending) -> Bool
  /// An empty tally of what is special about this world.
  var tally: any StepTally { get }
  /// How a person plays it.
  var handling: Handling { get }
}

extension World where Rules == NoRules {
  /// There is nothing to change.
  package var rules: NoRules { NoRules() }
  /// There is nothing to change.
  package func following(_ rules: NoRules) -> Self { self }
}

extension World {
  /// A world that needs nothing more.
  package func readyToStep() throws(SettingError) -> Self { self }
  /// A world whose states are known by their form.
  package func contains(_ state: State) -> Bool { true }
  /// A world in which everything can be done everywhere.
  package func allows(_ action: Action, in state: State) -> Bool { true }
  /// A step that ends the episode and pays.
  package func isSuccess(
    from state: State, reward: Double, to next: State, ending: Ending
  ) -> Bool { ending == .terminated && reward > 0 }
  /// Nothing special.
  package var tally: any StepTally { NoTally() }

  /// Whether an episode that ends with a recorded step is a success.
  package func isSuccess(_ last: Transition) -> Bool {
    guard let state = State(recorded: last.state), let next = State(recorded: last.next) else {
      return false
    }
    return isSuccess(from: state, reward: last.reward, to: next, ending: last.ending)
  }

  /// Every rule by name, as a recording's configuration keeps them.
  package var ruleMembers: [JSON.Member] { rules.members }
  /// Every rule with its value and its meaning, for help.
  package var explainedRules: [ExplainedSetting] { rules.explained }

  /// The world with rules set by name, and the settings that are no rule of it.
  package func applying(
    _ settings: [(name: String, value: String)]
  ) throws(SettingError) -> (world: Self, others: [(name: String, value: String)]) {
    var (changed, others) = (rules, settings)
    others.removeAll()
    for setting in settings where !(try changed.set(setting.name, to: setting.value)) {
      others.append(setting)
    }
    // Some worlds take time to make.
    return (changed == rules ? self : try following(changed), others)
  }
}
