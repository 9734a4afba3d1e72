/// How an episode stands or stood at its last step.
@usableFromInline package enum Ending: UInt8, Sendable, CaseIterable {
  /// The episode goes on.
  case running
  /// The world ended it: there is no future value.
  case terminated
  /// A time limit ended it: the future goes on unseen, and is worth something.
  case truncated
  /// Its writer died; only readers say this.
  case interrupted

  /// The word that recordings hold.
  package var name: String {
    switch self {
    case .running: "running"
    case .terminated: "terminated"
    case .truncated: "truncated"
    case .interrupted: "interrupted"
    }
  }

  /// The ending that a recording's word names.
  package init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }
}

/// What one action did.
@usableFromInline package struct Step<State: Sendable>: Sendable {
  @usableFromInline package var next: State
  @usableFromInline package var reward: Double
  @usableFromInline package var ending: Ending

  /// A step's outcome.
  @inlinable package init(next: State, reward: Double, ending: Ending = .running) {
    self.next = next
    self.reward = reward
    self.ending = ending
  }
}

/// A discrete action's meaning: a name, and the way it points on a picture (right, down).
package struct ActionMeaning: Sendable, Equatable {
  package var name: String
  package var dx: Int
  package var dy: Int

  /// An action's meaning; `dx` counts to the right and `dy` down, as pictures do.
  package init(_ name: String, dx: Int = 0, dy: Int = 0) {
    self.name = name
    self.dx = dx
    self.dy = dy
  }
}

/// How to read a part of a state or action without this program.
///
/// Of a discrete state the part is a digit: `(state / offset) % count`. Of a blob it is `count`
/// values of `type` from byte `offset` on.
package struct Field: Sendable, Equatable {
  package var subject: String
  package var name: String
  package var type: String
  package var offset: Int
  package var count: Int
  package var description: String

  /// A field of the subject `state` or `action`.
  package init(
    _ subject: String, _ name: String, type: String, offset: Int, count: Int, _ description: String
  ) {
    self.subject = subject
    self.name = name
    self.type = type
    self.offset = offset
    self.count = count
    self.description = description
  }
}

/// Everything about a world that a recording keeps, so that it can be read, drawn and stepped again.
package struct WorldDescription: Sendable, Equatable {
  package var name: String
  /// The map's own text and a name for people; empty for a world without maps.
  package var map: String
  package var mapName: String
  package var actions: [ActionMeaning]
  package var fields: [Field]

  /// A world's description.
  package init(
    name: String, map: String = "", mapName: String = "", actions: [ActionMeaning], fields: [Field]
  ) {
    self.name = name
    self.map = map
    self.mapName = mapName
    self.actions = actions
    self.fields = fields
  }
}

/// A pure simulation: everything that happens follows from a state, an action and keyed draws.
package protocol World: Sendable {
  associatedtype State: Sendable
  associatedtype Action: Sendable

  /// What a recording must hold of this world.
  var description: WorldDescription { get }
  /// After how many steps an episode is truncated.
  var stepLimit: Int { get }
  /// The state that an episode starts in.
  func start(_ draws: Draws) -> State
  /// What `action` does in `state`; the step limit is not the world's business.
  func step(_ state: State, _ action: Action, _ draws: Draws) -> Step<State>
}
