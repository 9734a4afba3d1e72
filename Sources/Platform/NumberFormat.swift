/// Numbers as terminals and captions show them.
package enum NumberFormat {
  /// 1234 as `1,234`, 12,345 as `12.3 K`, 2,000,000 as `2 M`.
  package static func count(_ value: Int) -> String {
    switch value.magnitude {
    case ..<10_000: grouped(value)
    case ..<999_500: "\(short(Double(value) / 1e3)) K"
    case ..<999_500_000: "\(short(Double(value) / 1e6)) M"
    default: "\(short(Double(value) / 1e9)) G"
    }
  }

  /// 1st, 2nd, 3rd, 11th, 21st …
  package static func ordinal(_ value: Int) -> String {
    let isTeen = (11...13).contains(value % 100)
    let ending = isTeen ? "th" : [1: "st", 2: "nd", 3: "rd"][value % 10] ?? "th"
    return "\(value)\(ending)"
  }

  /// Bytes in readable units.
  package static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) B"
    case ..<1_000_000: "\(short(Double(count) / 1e3)) kB"
    case ..<1_000_000_000: "\(short(Double(count) / 1e6)) MB"
    default: "\(short(Double(count) / 1e9)) GB"
    }
  }

  /// Seconds in readable units.
  package static func duration(_ seconds: Double) -> String {
    guard abs(seconds) < 1e15 else { return "\(seconds) s" }
    return switch seconds {
    case ..<10: "\(decimal(seconds, 2)) s"
    case ..<100: "\(decimal(seconds, 1)) s"
    case ..<6000: "\(Int(seconds / 60)) min \(Int(seconds) % 60) s"
    default: "\(Int(seconds / 3600)) h \(Int(seconds / 60) % 60) min"
    }
  }

  /// A whole number with its thousands separated.
  private static func grouped(_ value: Int) -> String {
    let last = value.magnitude % 1000
    return value.magnitude < 1000
      ? "\(value)" : "\(grouped(value / 1000)),\("\(last + 1000)".dropFirst())"
  }

  /// Three significant digits without trailing zeros: 0.0123, 1.23, 12.3, 1,234.
  package static func short(_ value: Double) -> String {
    if 999.5..<1e15 ~= abs(value) { return grouped(Int(value.rounded())) }
    var (digits, bound) = (0, 100.0)
    while abs(value) < bound, digits < 8 {
      digits += 1
      bound /= 10
    }
    let text = decimal(value, digits)
    return text.contains(".") && !text.contains("e") ? text.trimmingZeros : text
  }

  /// Up to four decimals; for a number that would vanish in them, its first three significant
  /// digits.
  package static func exact(_ value: Double) -> String {
    let text = column(value)
    return text.contains(".") ? text.trimmingZeros : text
  }

  /// The same with all four decimals, for numbers in a column.
  package static func column(_ value: Double) -> String {
    0 < abs(value) && abs(value) < 0.001 ? short(value) : decimal(value, 4)
  }

  /// A number with a fixed count of decimals.
  package static func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(whole)" }
    let text = "\(whole)"
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }
}

extension String {
  /// A number's digits without trailing zeros after the decimal point.
  fileprivate var trimmingZeros: String {
    var kept = self[...]
    while kept.last == "0" { kept.removeLast() }
    if kept.last == "." { kept.removeLast() }
    return String(kept)
  }
}
