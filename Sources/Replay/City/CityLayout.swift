import Raster
import Worlds

/// The places of the map, its heading and the strip on a city's picture.
struct CityLayout: Sendable {
  /// Pixels from left to right; even.
  let width: Int
  /// Pixels from top to bottom; even.
  let height: Int
  /// Picture pixels per map pixel.
  let scale: Double
  /// The area of the map.
  let view: Rect
  /// The area of a title that is too long for the heading; its height is 0 without one.
  let titleArea: Rect
  /// The area of the heading; its height is 0 without one.
  let heading: Rect
  /// The area of the strip; its height is 0 without one.
  let strip: Rect

  /// How much of the map a following camera sees from left to right, in map pixels.
  private static let followed = 450.0
  /// The largest side of a map that is drawn enlarged for such a camera, in pixels.
  private static let mostPixels = 40e6
  private static let mostScale = 3.0

  /// The layout of a map on a picture with a given longer side.
  init(_ map: CityMap, options: PictureOptions) {
    let size = options.evenSize
    let side = Double(size)
    let margin = max(4, (side / 32).rounded())
    // On tiny pictures there is only the map.
    let hasHeading = size >= 200 && (options.showsCaption || !options.title.isEmpty)
    let headingHeight = hasHeading ? (Self.titleSize(size) * 1.75).rounded() : 0
    let map = CityPoint(Double(map.width), Double(map.height))
    // Besides the title the heading shows a scale and a legend.
    let wide = min(side - 2 * margin, side * map.x / map.y * 0.8)
    let isLong = options.titleFont.lines(of: options.title, width: wide * 0.6).count > 1
    let titleHeight = hasHeading && isLong ? options.titleHeight(width: wide) : 0
    let stripHeight = options.showsCaption ? FactStrip.height(size: size) : 0
    let gap = options.showsCaption ? max(4, (side / 44).rounded()) : 0
    let bottom = options.showsCaption ? (margin * 0.75).rounded() : margin
    let extra = margin + titleHeight + headingHeight + gap + stripHeight + bottom
    let room = (width: side - 2 * margin, height: max(16, side - extra))

    let fitting = min(room.width / map.x, room.height / map.y)
    var seen = CityPoint(map.x * fitting, map.y * fitting)
    if options.camera == .follow {
      // A window with the proportions of a screen, whatever those of the map are.
      seen = CityPoint(room.width, min(room.height, (room.width / 1.5).rounded()))
      let most = (Self.mostPixels / (map.x * map.y)).squareRoot()
      scale = max(fitting, min(seen.x / Self.followed, Self.mostScale, most))
      seen = CityPoint(min(seen.x, map.x * scale), min(seen.y, map.y * scale))
    } else {
      scale = fitting
    }
    seen = CityPoint(seen.x.rounded(), seen.y.rounded())
    let needed = options.showsCaption ? side * 0.7 : 0
    width = Int(even: max(seen.x + 2 * margin, needed))
    height = Int(even: seen.y + extra)
    let left = ((Double(width) - seen.x) / 2).rounded(.down)
    view = Rect(x: left, y: margin + titleHeight + headingHeight, width: seen.x, height: seen.y)
    let words =
      seen.x >= needed - 2 * margin ? (left, seen.x) : (margin, Double(width) - 2 * margin)
    titleArea = Rect(x: words.0, y: margin, width: words.1, height: titleHeight)
    heading = Rect(x: words.0, y: titleArea.bottom, width: words.1, height: headingHeight)
    strip = Rect(x: words.0, y: view.bottom + gap, width: words.1, height: stripHeight)
  }

  /// The font size of the heading, in pixels.
  static func titleSize(_ size: Int) -> Double { max(11, (Double(size) / 36).rounded()) }
}
