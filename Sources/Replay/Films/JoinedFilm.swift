package import Raster

/// Several films one after the other, as one: each is centred in a frame that is large enough for all.
package struct JoinedFilm: FrameSource {
  private var parts: [any FrameSource]
  private let theme: Theme
  /// The frames of each part, and a canvas for parts that do not fill a frame.
  private let places: [Range<Int>]
  private let canvases: [Canvas?]
  /// Pixels from left to right.
  package let width: Int
  /// Pixels from top to bottom.
  package let height: Int
  /// The chapters of all films.
  package let chapters: [Range<Int>]

  /// A film of some others.
  package init(_ parts: [any FrameSource], theme: Theme) throws(CanvasError) {
    precondition(!parts.isEmpty, "there is something to show")
    (self.parts, self.theme) = (parts, theme)
    let (width, height) = (parts.map(\.width).max() ?? 0, parts.map(\.height).max() ?? 0)
    (self.width, self.height) = (width, height)
    var (count, places, chapters) = (0, [Range<Int>](), [Range<Int>]())
    for part in parts {
      chapters += part.chapters.map { count + $0.lowerBound..<count + $0.upperBound }
      places.append(count..<count + part.frameCount)
      count += part.frameCount
    }
    (self.places, self.chapters) = (places, chapters)
    canvases = try parts.map { part throws(CanvasError) in
      part.width == width && part.height == height
        ? nil : try Canvas(width: part.width, height: part.height)
    }
  }

  /// How many frames there are.
  package var frameCount: Int { places.last?.upperBound ?? 0 }
  /// The films' colours.
  package var declaredColors: [Color] {
    var seen: Set<Color> = []
    return ([theme.background] + parts.flatMap(\.declaredColors)).filter {
      seen.insert($0).inserted
    }
  }

  /// As long as in the original film.
  package func hold(after frame: Int) -> Int {
    let part = places.place(of: frame)
    return parts[part].hold(after: frame - places[part].lowerBound)
  }

  /// Draws a frame of one of the films.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    let part = places.place(of: frame)
    let inner = frame - places[part].lowerBound
    guard let own = canvases[part] else { return try parts[part].draw(inner, onto: canvas) }
    try parts[part].draw(inner, onto: own)
    canvas.clear(theme.background)
    canvas.copy(
      own, Rect(x: 0, y: 0, width: Double(own.width), height: Double(own.height)),
      to: Point(Double((width - own.width) / 2), Double((height - own.height) / 2)))
  }
}
