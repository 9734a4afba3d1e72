import Glibc

/// A number that changes from episode to episode.
public enum Schedule: Sendable, Equatable {
  /// Always the same.
  case constant(Double)
  /// Linear from one value in the first episode to another in the last.
  case linear(from: Double, to: Double)
  /// The same, but following half a period of a cosine: slow, fast, slow. Where `half` gives the
  /// length of the half period in episodes, the wave continues up and down.
  case cosine(from: Double, to: Double, half: Int? = nil)
  /// Linear from one value in the first episode to another after `episodes`, then constant.
  case ramp(from: Double, to: Double, episodes: Int)
  /// Multiplied by `factor` after each episode, but never below `floor`.
  case exponential(from: Double, factor: Double, floor: Double)

  /// The value in an episode; episodes count from 1.
  public func value(episode: Int, of episodes: Int) -> Double {
    switch self {
    case .constant(let value): return value
    case .linear(let from, let to):
      return from + (to - from) * Self.share(episode, of: episodes)
    case .cosine(let from, let to, let half):
      let share =
        half.map { Double(episode - 1) / Double($0) } ?? Self.share(episode, of: episodes)
      return to + (from - to) * 0.5 * (1 + cos(.pi * share))
    case .ramp(let from, let to, let length):
      return from + (to - from) * min(1, Double(episode - 1) / Double(length))
    case .exponential(let from, let factor, let floor):
      return max(floor, from * pow(factor, Double(episode - 1)))
    }
  }

  /// The same schedule; one that depends on the number of episodes becomes constant at its value in
  /// an episode.
  package func held(at episode: Int, of episodes: Int) -> Schedule {
    switch self {
    case .linear, .cosine(_, _, nil): .constant(value(episode: episode, of: episodes))
    case .constant, .cosine, .ramp, .exponential: self
    }
  }

  /// The completed share of the way from the first episode to the last.
  private static func share(_ episode: Int, of episodes: Int) -> Double {
    guard episodes > 1 else { return 0 }
    return min(1, Double(episode - 1) / Double(episodes - 1))
  }

  /// Whether a value no longer changes once it is reached. Computing a power for every episode
  /// would cost short episodes a tenth of their time.
  package func stays(at value: Double) -> Bool {
    switch self {
    case .constant(let constant): value == constant
    case .linear, .cosine, .ramp: false
    case .exponential(_, let factor, let floor): (0...1).contains(factor) && value == floor
    }
  }

  /// The least and the greatest possible value.
  public var range: ClosedRange<Double> {
    switch self {
    case .constant(let value): value...value
    case .linear(let from, let to), .cosine(let from, let to, _), .ramp(let from, let to, _):
      min(from, to)...max(from, to)
    case .exponential(let from, _, let floor): min(from, floor)...max(from, floor)
    }
  }
}

extension Schedule: CustomStringConvertible {
  /// The text form: `0.1`, `linear(0.1,0.001)`, `cosine(1e-4,5e-5)`, `ramp(0.4,0,80)` or
  /// `exponential(1,0.995,0.01)`.
  public var description: String {
    switch self {
    case .constant(let value): "\(value)"
    case .linear(let from, let to): "linear(\(from),\(to))"
    case .cosine(let from, let to, nil): "cosine(\(from),\(to))"
    case .cosine(let from, let to, let half?): "cosine(\(from),\(to),\(half))"
    case .ramp(let from, let to, let episodes): "ramp(\(from),\(to),\(episodes))"
    case .exponential(let from, let factor, let floor): "exponential(\(from),\(factor),\(floor))"
    }
  }

  /// Parses a schedule; nil where the text is not one.
  public init?(_ text: String) {
    if let value = Double(text), value.isFinite {
      self = .constant(value)
      return
    }
    guard let open = text.firstIndex(of: "("), text.last == ")" else { return nil }
    let inside = text[text.index(after: open)...].dropLast()
    let words = inside.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Double($0.filter { $0 != " " }) }.filter(\.isFinite)
    guard numbers.count == words.count else { return nil }
    switch (text[..<open], numbers.count) {
    case ("linear", 2): self = .linear(from: numbers[0], to: numbers[1])
    case ("cosine", 2): self = .cosine(from: numbers[0], to: numbers[1])
    case ("cosine", 3):
      guard let half = Int(exactly: numbers[2]), half > 0 else { return nil }
      self = .cosine(from: numbers[0], to: numbers[1], half: half)
    case ("ramp", 3):
      guard let episodes = Int(exactly: numbers[2]), episodes > 0 else { return nil }
      self = .ramp(from: numbers[0], to: numbers[1], episodes: episodes)
    case ("exponential", 2): self = .exponential(from: numbers[0], factor: numbers[1], floor: 0)
    case ("exponential", 3):
      self = .exponential(from: numbers[0], factor: numbers[1], floor: numbers[2])
    default: return nil
    }
    guard case .exponential(_, let factor, _) = self else { return }
    guard (0...1).contains(factor) else { return nil }
  }

  /// As configurations store it: a number where it is constant, otherwise its text.
  public var json: JSON {
    if case .constant(let value) = self { return .number(value) }
    return .string(description)
  }

  /// The schedule in a configuration.
  public init?(json: JSON) {
    if let value = json.double {
      self = .constant(value)
    } else if let schedule = json.text.flatMap(Self.init(_:)) {
      self = schedule
    } else {
      return nil
    }
  }
}
