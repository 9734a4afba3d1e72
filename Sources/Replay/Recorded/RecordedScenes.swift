package import Recordings
package import Rollouts
package import Worlds

/// A state of another program's world as a painter reads it: some numbers by their names.
package protocol NamedState: Sendable, Equatable {
  /// The names of the numbers, in order.
  static var names: [String] { get }
  /// How many numbers a state can have if its names are different: then the first ones are read.
  static var counts: [Int] { get }
  /// How many states of its trail a scene remembers, including the present one.
  static var trailLength: Int { get }

  /// The numbers, as many as there are names; they can be anything.
  var numbers: [Double] { get }
  /// A state of some numbers, as many as there are names.
  init(numbers: [Double])
  /// Whether the numbers are finite and small enough to be drawn.
  var isDrawable: Bool { get }
}

extension NamedState {
  package static var counts: [Int] { [names.count] }
  package static var trailLength: Int { 25 }
  package var isDrawable: Bool { numbers.allSatisfy { abs($0) < 1e6 } }

  /// Whether the states of a world have these numbers.
  static func isRead(in world: RecordedWorld) -> Bool {
    world.states.places(of: names, orFirstOf: counts) != nil
  }
}

/// The content of one frame of another program's world, including its last states.
package typealias RecordedScene<State> = Scene<State, Value, Trail<State>>

/// Turns the transitions of an episode into scenes for a painter.
package struct RecordedScenes<State: NamedState>: SceneBuilder {
  private let numbers: RecordedNumbers
  private let places: [Int]

  /// Scenes of a world; a world whose states have other numbers has none.
  package init(_ world: RecordedWorld) {
    numbers = world.states
    places = world.states.places(of: State.names, orFirstOf: State.counts) ?? []
  }

  package func state(_ value: Value) -> State? {
    let found = places.compactMap { numbers.number($0, of: value) }
    return found.count == State.names.count ? State(numbers: found) : nil
  }

  package func action(_ value: Value) -> Value? { value }

  package func details(_ state: State, of episode: Episode) -> Trail<State> {
    Trail(capacity: State.trailLength, state)
  }

  package func update(_ scene: inout RecordedScene<State>) { scene.details.append(scene.state) }
}

extension Scene where Action == Value {
  /// The index of the last action, if it is one of some choices.
  var choice: Int? { action?.index }
}
