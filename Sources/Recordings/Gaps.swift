package import Rollouts
internal import SQLite

/// What a recovered recording lacks, as it states under the key `recovered`.
///
/// An episode that a gap splits has an `interrupted` row for each part. A part without its
/// beginning has a new number, after those of all other episodes.
package struct Gaps: Sendable, Equatable {
  /// The steps that are missing, in order.
  package var steps: [ClosedRange<Int>] = []
  /// The steps that could be read but not verified, in order.
  package var unverified: [ClosedRange<Int>] = []
  /// The greatest original episode number.
  package var newest = 0
  /// The tables that lost rows of the remaining steps.
  package var lacking: [String] = []
  /// The original episodes of the parts with the numbers after `newest`, one by one.
  package var parts: [Int] = []

  /// Nothing is missing.
  package init() {}

  /// How many steps are missing.
  package var count: Int { steps.reduce(0) { $0 + $1.count } }

  var isEmpty: Bool {
    steps.isEmpty && unverified.isEmpty && parts.isEmpty && lacking.isEmpty
  }

  var json: JSON {
    var json: [JSON.Member] = [
      .init("gaps", Self.pairs(steps)), .init("unverified", Self.pairs(unverified)),
      .init("newest", .integer(newest)), .init("parts", .array(parts.map(JSON.integer))),
    ]
    if !lacking.isEmpty { json.append(.init("lacking", .array(lacking.map(JSON.string)))) }
    return .object(json)
  }

  /// The first and the last step of each range.
  package static func pairs(_ ranges: [ClosedRange<Int>]) -> JSON {
    .array(ranges.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) })
  }

  init?(_ json: JSON) {
    guard let steps = json["gaps"].flatMap(Self.ranges),
      let unverified = json["unverified"].flatMap(Self.ranges),
      let newest = json["newest"]?.int, case .array(let parts)? = json["parts"]
    else { return nil }
    (self.steps, self.unverified, self.newest) = (steps, unverified, newest)
    self.parts = parts.compactMap(\.int)
    if case .array(let tables)? = json["lacking"] { lacking = tables.compactMap(\.text) }
  }

  private static func ranges(_ json: JSON) -> [ClosedRange<Int>]? {
    guard case .array(let pairs) = json else { return nil }
    var ranges: [ClosedRange<Int>] = []
    for pair in pairs {
      guard case .array(let ends) = pair, ends.count == 2, let first = ends[0].int,
        let last = ends[1].int, first > ranges.last?.upperBound ?? -1, last >= first, last < 1 << 53
      else { return nil }
      ranges.append(first...last)
    }
    return ranges
  }

  /// The end of the gap that contains a step; the step itself where it is not in a gap.
  func end(of step: Int) -> Int {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].upperBound < step { low = middle + 1 } else { high = middle }
    }
    return low < steps.count && steps[low].contains(step) ? steps[low].upperBound + 1 : step
  }
}

extension Gaps: CustomStringConvertible {
  /// What is missing, for people.
  package var description: String {
    func text(_ ranges: [ClosedRange<Int>]) -> String {
      let first = ranges.prefix(5).map {
        $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
      }
      let rest = ranges.count > 5 ? ["\(ranges.count - 5) more gaps"] : []
      return (first + rest).joined(separator: ", ")
    }
    return [
      steps.isEmpty ? nil : "it lacks steps \(text(steps))",
      unverified.isEmpty ? nil : "steps \(text(unverified)) could not be verified",
      lacking.isEmpty ? nil : "some \(lacking.joined(separator: ", ")) are lost",
    ].compactMap(\.self).joined(separator: "; ")
  }
}

extension Recording {
  /// What this recovered recording lacks; nil where it was not recovered, or lacks nothing.
  package func gaps() throws(RecordingError) -> Gaps? {
    guard let text = try runKeys()["recovered"]?.text else { return nil }
    guard let gaps = (try? JSON(parsing: text)).flatMap(Gaps.init) else {
      throw .damaged(path, "it does not say what it lacks")
    }
    return gaps
  }
}
