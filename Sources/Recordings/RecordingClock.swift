internal import Platform

/// The source of a recording's times; tests pass their own.
package struct RecordingClock: Sendable {
  /// Seconds since 1970, for timestamps only.
  package var wall: @Sendable () -> Double
  /// Seconds that never run backwards, for durations.
  package var monotonic: @Sendable () -> Double

  /// A clock from its two functions.
  package init(
    wall: @escaping @Sendable () -> Double, monotonic: @escaping @Sendable () -> Double
  ) {
    self.wall = wall
    self.monotonic = monotonic
  }

  /// The machine's clock.
  package static let system = RecordingClock(
    wall: secondsSince1970, monotonic: monotonicSeconds)

  /// The current time as recordings write it.
  var timestamp: String { Timestamp.text(wall()) }
}

/// Times as text: ISO 8601, UTC, milliseconds.
enum Timestamp {
  /// Seconds since 1970 as text.
  static func text(_ seconds: Double) -> String {
    let bounded = seconds.isFinite ? min(max(seconds, 0), 253_402_300_799) : 0
    let milliseconds = Int((bounded * 1000).rounded(.down))
    let (day, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let (year, month, date) = civil(day)
    let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { padded($0, 2) }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))"
      + "T\(time.joined(separator: ":")).\(padded(rest % 1000, 3))Z"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The date of a day since 1970: https://howardhinnant.github.io/date_algorithms.html
  private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let (era, ofEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let index = (5 * ofYear + 2) / 153
    let month = index < 10 ? index + 3 : index - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, ofYear - (153 * index + 2) / 5 + 1)
  }
}
