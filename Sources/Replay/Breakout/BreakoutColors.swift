import Analysis
import Raster

/// The colours of Breakout in a theme.
struct BreakoutColors: Sendable {
  // The drawn look.

  let floor: Color
  let pit: Color
  let wall: Color
  let wallEdge: Color
  let ball: Color
  let shine: Color
  let paddle: Color
  let paddleLight: Color
  let paddleDark: Color
  let cap: Color
  let loss: Color

  // The text look: a terminal is dark in either theme.

  let screen = Color(0x0C1210)
  let screenEdge: Color
  let border = Color(0x4B7D62)
  let bricks = Color(0x74D596)
  let bar = Color(0xCFF5D9)
  let letterO = Color(0xFFE38A)
  /// The colour of letters on characters that are bright themselves.
  let onHeat = Color(0x0C1210)

  init(_ theme: Theme) {
    let isDark = theme.isDark
    let (white, black) = (Color(0xFFFFFF), Color(0x0B1020))
    floor = isDark ? Color(0x1B202B) : theme.floor
    pit = floor.mixed(with: theme.negative, 0.08)
    wall = theme.wall
    wallEdge = theme.wallEdge
    ball = isDark ? Color(0xF4F6FA) : Color(0x1D2330)
    shine = isDark ? white : ball.mixed(with: white, 0.6)
    paddle = theme.accent
    paddleLight = theme.accent.mixed(with: white, 0.45)
    paddleDark = theme.accent.mixed(with: black, 0.3)
    cap = theme.secondAccent
    loss = theme.negative
    screenEdge = isDark ? theme.axis : Color(0x2A3430)
  }

  /// Red, orange, yellow, green, teal, blue, violet.
  private static let hues = [22.0, 54, 88, 150, 198, 252, 300]

  /// A row's brick colour, its upper and its lower edge; the rows run from the warm colours
  /// to the cold ones.
  static func brick(row: Int, of rows: Int, _ theme: Theme) -> (Color, Color, Color) {
    let place = rows > 1 ? Double(row) / Double(rows - 1) * Double(hues.count - 1) : 0
    let lower = min(Int(place), hues.count - 2)
    let hue = hues[lower] + (hues[lower + 1] - hues[lower]) * (place - Double(lower))
    let isDark = theme.isDark
    // Yellow is bright by nature, blue dark.
    let warmth = max(0, 1 - abs(hue - 88) / 62)
    let base = OKLab(
      lightness: (isDark ? 0.68 : 0.62) + 0.16 * warmth, chroma: isDark ? 0.135 : 0.15, hue: hue
    ).color
    return (
      base, base.mixed(with: Color(0xFFFFFF), 0.36), base.mixed(with: Color(0x0B1020), 0.22)
    )
  }

  /// The colours of warmth, from the background to almost white.
  static func heat(over ground: Color, levels: Int, isDark: Bool) -> [Color] {
    let base = OKLab(ground)
    let points =
      isDark
      ? [
        base, OKLab(lightness: 0.38, chroma: 0.12, hue: 320),
        OKLab(lightness: 0.56, chroma: 0.17, hue: 15),
        OKLab(lightness: 0.74, chroma: 0.16, hue: 58),
        OKLab(lightness: 0.93, chroma: 0.10, hue: 98),
      ]
      : [
        base, OKLab(lightness: 0.92, chroma: 0.07, hue: 90),
        OKLab(lightness: 0.80, chroma: 0.14, hue: 65),
        OKLab(lightness: 0.62, chroma: 0.19, hue: 35),
        OKLab(lightness: 0.42, chroma: 0.15, hue: 10),
      ]
    return ColorMap("heat", through: points, steps: levels).colors
  }
}
