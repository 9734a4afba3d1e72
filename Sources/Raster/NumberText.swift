import Glibc

/// Numbers for people: a true minus sign, separated thousands, no exponent where it can be avoided.
package enum NumberText {
  /// A number with a fixed number of decimals.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
    let places = max(0, min(decimals, 9))
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 0x1p53 else { return scientific(value, digits: places + 1) }
    let digits = Array(String(Int(scaled)))
    // Leading zeros, so that there is one digit before the decimal point.
    let padded = Array(repeating: Character("0"), count: max(0, places + 1 - digits.count)) + digits
    let whole = grouped(padded.dropLast(places))
    let text = places == 0 ? whole : whole + "." + String(padded.suffix(places))
    return value < 0 && scaled != 0 ? "−" + text : text
  }

  /// A number with a limited number of decimals, without trailing zeros.
  package static func trimmed(_ value: Double, decimals: Int) -> String {
    var text = fixed(value, decimals: decimals)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// A number that always has its sign, except for zero.
  package static func signed(_ value: Double, decimals: Int) -> String {
    let text = trimmed(value, decimals: decimals)
    return value > 0 && text != "0" ? "+" + text : text
  }

  /// A number with few significant digits: 0.0123, 1.23, 12.3, 123, 1,234, 12.3 K.
  package static func short(_ value: Double, digits: Int = 3) -> String {
    let size = abs(value)
    guard size.isFinite, size > 0 else { return fixed(value, decimals: 0) }
    if size >= 10_000 { return count(value) }
    let magnitude = Int(log10(size).rounded(.down))
    if magnitude < -4 { return scientific(value, digits: min(digits, 2)) }
    return trimmed(value, decimals: max(0, digits - 1 - magnitude))
  }

  // Not in the function: the compiler would unroll its loop, with instructions in an order that changes from build to
  // build, and packages of one commit would differ.
  private static let units = [(1e9, "G"), (1e6, "M"), (1e3, "K")]

  /// A count, from 10,000 on as 12.3 K, millions as M, billions as G.
  package static func count(_ value: Double) -> String {
    for (unit, letter) in units where abs(value) >= max(9999.5, unit * 0.9995) {
      let share = value / unit
      return trimmed(share, decimals: abs(share) < 10 ? 2 : abs(share) < 100 ? 1 : 0) + " " + letter
    }
    return trimmed(value, decimals: 0)
  }

  /// A whole number with separated thousands: 1,931,353.
  package static func grouped(_ value: Int) -> String {
    (value < 0 ? "−" : "") + grouped(String(value.magnitude))
  }

  private static func grouped(_ digits: some Collection<Character>) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  private static func scientific(_ value: Double, digits: Int) -> String {
    let exponent = Int(log10(abs(value)).rounded(.down))
    let mantissa = trimmed(value / pow(10, Double(exponent)), decimals: max(0, digits - 1))
    return mantissa + "e" + (exponent < 0 ? "−" : "") + String(abs(exponent))
  }
}
