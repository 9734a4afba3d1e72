import Recordings
import Rollouts
import Worlds

/// The spread of a series of numbers, ignoring those that are not finite; in constant memory.
struct Spread: Equatable, Sendable {
  private(set) var count = 0
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity
  private var mean = 0.0
  private var squares = 0.0

  /// Adds a number.
  mutating func add(_ number: Double) {
    // Beyond this, squares overflow.
    guard abs(number) < 1e150 else { return }
    count += 1
    low = min(low, number)
    high = max(high, number)
    let change = number - mean
    mean += change / Double(count)
    squares += change * (number - mean)
  }

  /// Whether there is any number.
  var isEmpty: Bool { count == 0 }

  /// How much they vary, from 0 for a constant to 1, independent of their unit.
  var variation: Double {
    guard count > 1, high > low else { return 0 }
    let deviation = (squares / Double(count - 1)).squareRoot()
    return deviation / (abs(mean) + deviation)
  }

  /// The position of a number between the lowest and the highest, from 0 to 1; nil for NaN.
  func share(of number: Double) -> Double? {
    guard number.isFinite, !isEmpty else { return nil }
    return high > low ? min(1, max(0, (number - low) / (high - low))) : 0.5
  }
}

/// A survey of some episodes before any is drawn: how their numbers spread.
struct ChartSurvey: Sendable {
  /// The surveyed numbers of a state, by field.
  private(set) var numbers: [(place: Int, spread: Spread)]
  /// The numbers of an action, if actions are not choices.
  private(set) var pushes: [Spread]
  private(set) var rewards = Spread()
  private(set) var returns = Spread()
  /// The number of choices; 0 if actions are numbers.
  private(set) var choices: Int

  /// The most surveyed numbers of a state, and of an action.
  private static let most = (state: 128, action: 4, choices: 64)

  /// Reads some episodes; `asked` are fields that are always surveyed.
  init(
    _ episodes: [Episode], of world: RecordedWorld, asked: [Int], from source: any EpisodeSource
  ) throws {
    let places = Set(0..<min(world.states.count, Self.most.state)).union(asked).sorted()
    numbers = places.map { ($0, Spread()) }
    pushes = Array(repeating: Spread(), count: min(world.actions.count, Self.most.action))
    choices = world.description.actions.count
    for episode in episodes {
      let next = try source.transitions(of: episode)
      var total = 0.0
      returns.add(0)
      var isFirst = true
      while let transition = try next() {
        if isFirst { add(transition.state, of: world) }
        isFirst = false
        add(transition.next, of: world)
        switch transition.action {
        case .index(let index) where index >= 0: choices = max(choices, index &+ 1)
        case let action:
          for place in pushes.indices {
            pushes[place].add(world.actions.number(place, of: action) ?? .nan)
          }
        }
        rewards.add(transition.reward)
        total += transition.reward
        returns.add(total)
      }
    }
    choices = max(0, min(choices, Self.most.choices))
    numbers.removeAll { $0.spread.isEmpty }
    pushes = pushes.filter { !$0.isEmpty }
  }

  private mutating func add(_ state: Value, of world: RecordedWorld) {
    for index in numbers.indices {
      numbers[index].spread.add(world.states.number(numbers[index].place, of: state) ?? .nan)
    }
  }

  /// At most `most` fields: all in their order, or, if they are too many, those that vary
  /// most, with the first one first.
  func chosen(atMost most: Int) -> [Int] {
    guard numbers.count > most else { return numbers.map(\.place) }
    return numbers.sorted {
      ($0.spread.variation, $1.place) > ($1.spread.variation, $0.place)
    }.prefix(most).map(\.place)
  }

  /// The spread of a field's numbers.
  func spread(of place: Int) -> Spread {
    numbers.first { $0.place == place }?.spread ?? Spread()
  }
}
