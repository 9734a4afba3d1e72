internal import Rollouts

/// A selection of episodes in the form that people type: `first`, `best 3`, `20-40`, …
///
/// `last`, `best`, `worst` and `median` choose among the episodes that have ended or, if there are
/// none, among all.
public enum EpisodeSelection: Sendable, Equatable {
  /// The one with the lowest number.
  case first
  /// The one with the highest number.
  case last
  /// Those with the greatest returns, greatest first; among equals the earlier first.
  case best(Int)
  /// Those with the least returns, least first; among equals the earlier first.
  case worst(Int)
  /// The one with the median return; of two the lesser.
  case median
  /// Those with these numbers.
  case numbers(ClosedRange<Int>)
  /// Every one.
  case all
  /// Several selections; each episode appears once, in the order of its first mention.
  case several([EpisodeSelection])

  /// The selected episodes among the given ones.
  public func choose(from episodes: [Episode]) -> [Episode] {
    // Sorts indices, so that many episodes are not copied.
    let hasOver = episodes.contains(where: \.isOver)
    let candidates =
      hasOver && !episodes.allSatisfy(\.isOver) ? episodes.filter(\.isOver) : episodes
    func ranked(_ isBefore: (Episode, Episode) -> Bool) -> [Int] {
      candidates.indices.sorted { isBefore(candidates[$0], candidates[$1]) }
    }
    let byReturn = { (one: Episode, other: Episode) in
      (one.return, one.number) < (other.return, other.number)
    }
    switch self {
    case .first: return Array(episodes.prefix(1))
    case .last: return Array(candidates.suffix(1))
    case .best(let count):
      return ranked { ($1.return, $0.number) < ($0.return, $1.number) }.prefix(count).map {
        candidates[$0]
      }
    case .worst(let count): return ranked(byReturn).prefix(count).map { candidates[$0] }
    case .median:
      guard !candidates.isEmpty else { return [] }
      return [candidates[ranked(byReturn)[(candidates.count - 1) / 2]]]
    case .numbers(let range): return episodes.filter { range.contains($0.number) }
    case .all: return episodes
    case .several(let selections):
      var seen: Set<Int> = []
      return selections.flatMap { $0.choose(from: episodes) }.filter {
        seen.insert($0.number).inserted
      }
    }
  }
}

extension EpisodeSelection: CustomStringConvertible {
  /// The text form: `best`, `best 3`, `7`, `20-40`, `first,best`.
  public var description: String {
    switch self {
    case .first: "first"
    case .last: "last"
    case .best(let count): count == 1 ? "best" : "best \(count)"
    case .worst(let count): count == 1 ? "worst" : "worst \(count)"
    case .median: "median"
    case .numbers(let range):
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    case .all: "all"
    case .several(let selections): selections.map(\.description).joined(separator: ",")
    }
  }

  /// Parses a selection; nil where the text is not one.
  public init?(_ text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    var selections: [EpisodeSelection] = []
    for part in parts {
      guard let selection = Self.one(part) else { return nil }
      selections.append(selection)
    }
    guard let first = selections.first else { return nil }
    self = selections.count == 1 ? first : .several(selections)
  }

  private static func one(_ text: Substring) -> EpisodeSelection? {
    let words = text.split(separator: " ")
    guard let word = words.first, words.count <= 2 else { return nil }
    if words.count == 2 {
      guard let count = number(words[1]), count > 0 else { return nil }
      switch word {
      case "best": return .best(count)
      case "worst": return .worst(count)
      default: return nil
      }
    }
    switch word {
    case "first": return .first
    case "last": return .last
    case "best": return .best(1)
    case "worst": return .worst(1)
    case "median": return .median
    case "all": return .all
    default:
      let ends = word.split(separator: "-", omittingEmptySubsequences: false).map(number)
      guard let low = ends.first ?? nil, let high = ends.last ?? nil, ends.count <= 2, 1 <= low,
        low <= high
      else { return nil }
      return .numbers(low...high)
    }
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}
