/// Text of a page. Whatever comes from outside goes through `escaped`; only markup written in this room
/// is taken as it is.
package struct HTML: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The markup.
  package let markup: String

  /// Markup that is known to be sound.
  init(sound markup: String) { self.markup = markup }

  /// Markup as it stands in the source.
  package init(stringLiteral value: String) { markup = value }

  /// Markup whose holes are filled with escaped text.
  package init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  /// The markup.
  package var description: String { markup }

  /// A text that can stand between tags and in quoted attributes.
  package static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      // Control characters are no part of a page.
      case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Several pieces one after the other.
  package static func joined(_ pieces: some Sequence<HTML>) -> HTML {
    HTML(sound: pieces.map(\.markup).joined())
  }

  /// Fills the holes of a literal.
  package struct StringInterpolation: StringInterpolationProtocol {
    var markup = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity)
    }

    package mutating func appendLiteral(_ literal: String) { markup += literal }
    /// Text is escaped.
    package mutating func appendInterpolation(_ text: String) { markup += HTML.escaped(text) }
    /// Markup is not escaped again.
    package mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
    package mutating func appendInterpolation(_ number: Int) { markup += String(number) }
    /// A length, in as many digits as a screen shows.
    package mutating func appendInterpolation(_ number: Double) {
      let rounded = (number * 10).rounded() / 10
      markup += rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
  }
}
