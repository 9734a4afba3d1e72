package import Rollouts

/// What a world's keys do: for showing the keys, and for reading them.
package struct Controls: Sendable, Equatable {
  /// A key, or several that do the same.
  package struct Key: Sendable, Equatable {
    /// What browsers call the keys: `ArrowLeft`, `KeyA`, `Space`, `Digit1`.
    package var codes: [String]
    /// What it does, for people.
    package var label: String
    /// The position of its button on a pad, to the right and down from the middle; nil for one beside the pad.
    package var way: SIMD2<Int>?
    /// What it does.
    package var choice: DrivenChoice
  }

  /// All keys, in the order in which they are shown.
  package let keys: [Key]
  /// Whether something follows a place that is pointed at.
  package let canPoint: Bool
  /// How many numbers an action has; nil if it is a choice.
  private let numbers: Int?

  /// The controls of a world.
  package init(of world: some World) {
    let actions = world.description.actions
    canPoint = world is any PointedWorld
    if actions.isEmpty, case .continuous(let count)? = (world as? any ObservableWorld)?.actionSpace
    {
      numbers = count
      keys = Self.axes(count, world.description.fields.filter { $0.subject == "action" })
      return
    }
    numbers = nil
    let pad = Self.ways.enumerated().compactMap { place, way -> Key? in
      let codes = Self.codes[place]
      if world.handling.arrowsPoint {
        let along = SIMD2(Double(way.x), Double(way.y))
        return Key(codes: codes, label: Self.names[place], way: way, choice: .along(along))
      }
      guard let action = actions.firstIndex(where: { $0.dx == way.x && $0.dy == way.y }) else {
        return nil
      }
      return Key(codes: codes, label: actions[action].name, way: way, choice: .action(action))
    }
    // An action without a direction gets the long key, and every action the key of its number.
    let still = actions.firstIndex { $0.dx == 0 && $0.dy == 0 }
    var (onPad, beside) = (pad, [Key]())
    for (action, meaning) in actions.enumerated().prefix(9) {
      let digit = "Digit\(action + 1)"
      if let place = pad.firstIndex(where: { $0.choice == .action(action) }) {
        onPad[place].codes.append(digit)
      } else if action == still || !world.handling.arrowsPoint {
        let codes = (action == still ? ["Space"] : []) + [digit]
        beside.append(Key(codes: codes, label: meaning.name, way: nil, choice: .action(action)))
      }
    }
    keys = onPad + beside
  }

  /// The choice while some keys are down, the newest last, and a place is pointed at; nil for none. The place
  /// has priority over keys.
  package func choice(pressing codes: [String], toward place: SIMD2<Double>?) -> DrivenChoice? {
    if let place, canPoint { return .toward(place) }
    let pressed = codes.compactMap { code in keys.first { $0.codes.contains(code) }?.choice }
    guard let numbers else { return pressed.last }
    var sum = [Float](repeating: 0, count: numbers)
    for case .numbers(let one) in pressed { for axis in sum.indices { sum[axis] += one[axis] } }
    return pressed.isEmpty ? nil : .numbers(sum.map { max(-1, min(1, $0)) })
  }

  private static let ways = [SIMD2(-1, 0), SIMD2(0, -1), SIMD2(0, 1), SIMD2(1, 0)]
  private static let names = ["left", "up", "down", "right"]
  private static let codes = [
    ["ArrowLeft", "KeyA"], ["ArrowUp", "KeyW"], ["ArrowDown", "KeyS"], ["ArrowRight", "KeyD"],
  ]

  /// Two keys for each of an action's first numbers: less and more.
  private static func axes(_ count: Int, _ fields: [Field]) -> [Key] {
    let places = [(0, 3), (2, 1)]
    return (0..<min(count, places.count)).flatMap { axis -> [Key] in
      let name = axis < fields.count ? fields[axis].name : "\(axis + 1)"
      return zip([places[axis].0, places[axis].1], [Float(-1), 1]).map { place, sign in
        var numbers = [Float](repeating: 0, count: count)
        numbers[axis] = sign
        return Key(
          codes: codes[place], label: "\(name) \(sign < 0 ? "−" : "+")", way: ways[place],
          choice: .numbers(numbers))
      }
    }
  }
}
