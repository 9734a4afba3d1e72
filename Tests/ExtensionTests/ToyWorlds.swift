import Rollouts
import Worlds

/// What may be changed about a hall.
struct HallRules: Configuration, Equatable {
  var stepLimit = 30
  /// How many rooms are in a row.
  var rooms = 6

  static let settings: [Setting<Self>] = [
    .count("step_limit", \.stepLimit, in: 1...1000, "steps until truncation"),
    .count("rooms", \.rooms, in: 2...50, "rooms in a row"),
  ]
}

/// Rooms in a row, the last of which pays: a world that is a table.
struct Hall: TabularWorld {
  let rules: HallRules
  let dynamics: Dynamics

  init(rules: HallRules = HallRules()) {
    self.rules = rules
    let last = rules.rooms - 1
    dynamics = Dynamics(
      states: rules.rooms, actions: 2, start: 0,
      outcomes: (0...last).flatMap { room in
        [-1, 1].map { way in
          let next = min(max(room + way, 0), last)
          return Dynamics.Outcome(
            next: next, reward: next == last ? 10 : -1, terminates: next == last)
        }
      })
  }

  var description: WorldDescription {
    WorldDescription(
      name: "hall", actions: [ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1)],
      fields: [
        Field("state", "floor", type: "row", offset: rules.rooms, count: 1, "the only floor"),
        Field("state", "room", type: "column", offset: 1, count: rules.rooms, "from the left"),
      ])
  }
  var stepLimit: Int { rules.stepLimit }
  func following(_ rules: HallRules) -> Hall { Hall(rules: rules) }
}

/// Which of three lamps are lit, a bit each.
struct LampState: RecordedState {
  var lit: UInt8

  var bytes: [UInt8] { [lit] }

  init(_ lit: UInt8) { self.lit = lit }

  init?(bytes: [UInt8]) {
    guard bytes.count == 1, let lit = bytes.first, lit < 8 else { return nil }
    self.lit = lit
  }
}

/// Three lamps, each with a switch; a lamp that goes on pays 1, one that goes out costs 1: a world of choices.
struct Lamps: DiscreteActionWorld {
  var description: WorldDescription {
    WorldDescription(
      name: "lamps", actions: ["first", "second", "third"].map { ActionMeaning($0) },
      fields: [Field("state", "lit", type: "uint8", offset: 0, count: 1, "a bit for each lamp")])
  }
  var stepLimit: Int { 12 }
  var observationNames: [String] { ["first", "second", "third"] }
  var observationCount: Int { 3 }

  func start(_ draws: Draws) -> LampState { LampState(UInt8(draws.pick(0, below: 7))) }

  func step(_ state: LampState, _ action: Int, _ draws: Draws) -> Step<LampState> {
    let next = state.lit ^ 1 << UInt8(action)
    return Step(
      next: LampState(next), reward: next > state.lit ? 1 : -1,
      ending: next == 7 ? .terminated : .running)
  }

  func observe(_ state: LampState, into values: inout MutableSpan<Float>) {
    for lamp in 0..<3 { values[lamp] = Float(state.lit >> UInt8(lamp) & 1) }
  }
}

/// The position of a dial.
struct DialState: RecordedState {
  var place: Float

  var bytes: [UInt8] { place.bytes }

  init(_ place: Float) { self.place = place }

  init?(bytes: [UInt8]) {
    guard let place = Float(bytes: bytes) else { return nil }
    self.place = place
  }
}

/// By how much a dial is turned.
struct Turn: RecordedAction {
  var angle: Float

  var recorded: Value { .bytes(angle.bytes) }

  init(numbers: Span<Float>) { angle = numbers[0] }

  init?(recorded: Value) {
    guard case .bytes(let bytes) = recorded, let angle = Float(bytes: bytes) else { return nil }
    self.angle = angle
  }
}

/// A dial that should stand at 0: a world of real numbers.
struct Dial: ObservableWorld {
  var description: WorldDescription {
    WorldDescription(
      name: "dial", actions: [],
      fields: [
        Field("state", "place", type: "float32", offset: 0, count: 1, "where it stands"),
        Field("action", "turn", type: "float32", offset: 0, count: 1, "by how much it is turned"),
      ])
  }
  var stepLimit: Int { 10 }
  var observationNames: [String] { ["place"] }
  var observationCount: Int { 1 }
  var actionSpace: ActionSpace { .continuous(1) }

  func start(_ draws: Draws) -> DialState { DialState(Float(draws.pick(0, below: 9)) / 4 - 1) }

  func step(_ state: DialState, _ action: Turn, _ draws: Draws) -> Step<DialState> {
    let next = min(max(state.place + min(max(action.angle, -1), 1) / 2, -1), 1)
    return Step(next: DialState(next), reward: Double(-next * next))
  }

  func observe(_ state: DialState, into values: inout MutableSpan<Float>) {
    values[0] = state.place
  }
}

extension Float {
  /// The bytes of a number, little-endian.
  fileprivate var bytes: [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: bitPattern >> (8 * $0)) }
  }

  fileprivate init?(bytes: [UInt8]) {
    guard bytes.count == 4 else { return nil }
    self.init(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }
}
