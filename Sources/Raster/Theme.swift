/// The colours of every picture, in a light and a dark version.
package struct Theme: Hashable, Sendable, CustomStringConvertible {
  /// Its name on the command line.
  package var name: String
  /// Whether it is light on dark.
  package var isDark: Bool

  // The page.

  /// The background.
  package var background: Color
  /// Cards, plot areas and caption strips.
  package var surface: Color
  /// Text that should be read first.
  package var text: Color
  /// Explanatory text: captions, tick labels.
  package var mutedText: Color
  /// Hairlines and grid lines.
  package var grid: Color
  /// Axes and borders.
  package var axis: Color
  /// The most important thing in a picture.
  package var accent: Color
  /// A second thing beside it.
  package var secondAccent: Color
  /// Success.
  package var positive: Color
  /// Failure.
  package var negative: Color
  /// Eight colours for comparisons, distinguishable for colour-blind readers, too.
  package var series: [Color]

  // Numbers as colours.

  /// For amounts and values from low to high.
  package var sequential: ColorMap
  /// For signed values around 0.
  package var diverging: ColorMap
  /// A cell about which nothing is known.
  package var unknown: Color

  /// For paper, slides and bright rooms.
  package static let light = Theme(
    name: "light", isDark: false,
    background: Color(0xF6F7F9), surface: Color(0xFFFFFF), text: Color(0x1D2330),
    mutedText: Color(0x667085), grid: Color(0xE4E7EC), axis: Color(0xB3BAC6),
    accent: Color(0x2F6BDE), secondAccent: Color(0xE07A2C), positive: Color(0x1E9E75),
    negative: Color(0xC8452F),
    series: [
      Color(0x2D7EDC), Color(0xE56924), Color(0x6A1B37), Color(0xDFB94D), Color(0x42D5CD),
      Color(0x0030A2), Color(0x785718), Color(0x929293),
    ],
    sequential: .dusk, diverging: .tide, unknown: Color(0xECEEF2))

  /// For screens and dark rooms.
  package static let dark = Theme(
    name: "dark", isDark: true,
    background: Color(0x14171E), surface: Color(0x1C2029), text: Color(0xE9ECF2),
    mutedText: Color(0x98A2B3), grid: Color(0x2B313D), axis: Color(0x4C5567),
    accent: Color(0x6E9DFB), secondAccent: Color(0xF2A154), positive: Color(0x43C79B),
    negative: Color(0xEF7B63),
    series: [
      Color(0x8CA9FF), Color(0xF5C171), Color(0x93EDE1), Color(0xED87A4), Color(0x9E9E28),
      Color(0x5477AC), Color(0xA2613A), Color(0x9C35FC),
    ],
    sequential: .dusk, diverging: .ember, unknown: Color(0x262B36))

  /// Both themes.
  package static let all = [light, dark]

  /// The theme with a name, if there is one.
  package static func named(_ name: String) -> Theme? { all.first { $0.name == name } }

  /// The theme's name.
  package var description: String { name }

  /// One of two colours, for colours that a painter adds to both themes.
  package func color(light: UInt32, dark: UInt32) -> Color { Color(isDark ? dark : light) }

  /// The colours that a film in this theme is likely to show.
  package var declaredColors: [Color] {
    [
      background, surface, text, mutedText, grid, axis, accent, secondAccent, positive, negative,
      unknown,
    ] + series
  }
}
