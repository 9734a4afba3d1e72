package import Raster

/// What a terminal, or a file in its place, can show.
package struct TerminalStyle: Sendable {
  /// The number of colours.
  package enum Colors: Sendable { case none, palette256, full }

  /// The number of colours.
  package var colors: Colors
  /// Whether it shows Unicode arrows and blocks, or only ASCII.
  package var isUnicode: Bool
  /// Its width in characters.
  package var width: Int
  /// The theme whose colour maps are used.
  package var theme: Theme

  /// A terminal; by default plain text.
  package init(
    colors: Colors = .none, isUnicode: Bool = false, width: Int = 80, theme: Theme = .dark
  ) {
    self.colors = colors
    self.isUnicode = isUnicode
    self.width = max(20, width)
    self.theme = theme
  }

  /// A text on a background, the ink chosen to be legible.
  func painted(_ text: String, on background: Color) -> String {
    let ink = HeatMapCells.ink(on: background)
    switch colors {
    case .none: return text
    case .palette256:
      return "\u{1B}[48;5;\(Self.cube(background))m\u{1B}[38;5;\(Self.cube(ink))m\(text)\u{1B}[0m"
    case .full:
      return
        "\u{1B}[48;2;\(Self.triple(background))m\u{1B}[38;2;\(Self.triple(ink))m\(text)\u{1B}[0m"
    }
  }

  /// A text in a colour.
  func inked(_ text: String, _ ink: Color) -> String {
    switch colors {
    case .none: text
    case .palette256: "\u{1B}[38;5;\(Self.cube(ink))m\(text)\u{1B}[0m"
    case .full: "\u{1B}[38;2;\(Self.triple(ink))m\(text)\u{1B}[0m"
    }
  }

  private static func triple(_ color: Color) -> String {
    "\(color.red);\(color.green);\(color.blue)"
  }

  /// The nearest colour of the 6×6×6 cube that 256-colour terminals have.
  static func cube(_ color: Color) -> Int {
    let levels = [0, 95, 135, 175, 215, 255]
    func nearest(_ channel: UInt8) -> Int {
      levels.indices.min { abs(levels[$0] - Int(channel)) < abs(levels[$1] - Int(channel)) } ?? 0
    }
    return 16 + 36 * nearest(color.red) + 6 * nearest(color.green) + nearest(color.blue)
  }
}
