/// HTML text. Everything from outside is passed through `escaped`; only markup written in this module
/// is used as it is.
package struct HTML: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The markup.
  package let markup: String

  /// Markup that is known to be safe.
  init(sound markup: String) { self.markup = markup }

  /// Markup from a literal in the source.
  package init(stringLiteral value: String) { markup = value }

  /// Markup from a literal, with its interpolations escaped.
  package init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  /// The markup.
  package var description: String { markup }

  /// A text that is safe between tags and in quoted attributes.
  package static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      // Control characters are not allowed in HTML.
      case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Concatenates several pieces.
  package static func joined(_ pieces: some Sequence<HTML>) -> HTML {
    HTML(sound: pieces.map(\.markup).joined())
  }

  /// Fills in the interpolations of a literal.
  package struct StringInterpolation: StringInterpolationProtocol {
    var markup = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity)
    }

    package mutating func appendLiteral(_ literal: String) { markup += literal }
    /// Escapes text.
    package mutating func appendInterpolation(_ text: String) { markup += HTML.escaped(text) }
    /// Markup is not escaped again.
    package mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
    package mutating func appendInterpolation(_ number: Int) { markup += String(number) }
    /// A length, rounded to what a screen can show.
    package mutating func appendInterpolation(_ number: Double) {
      let rounded = (number * 10).rounded() / 10
      markup += rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
  }
}
