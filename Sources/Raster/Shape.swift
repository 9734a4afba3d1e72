import Glibc

/// What a canvas fills, strokes or clips to.
package enum Shape: Hashable, Sendable {
  /// An upright rectangle.
  case rect(Rect)
  /// A rectangle with round corners.
  case rounded(Rect, radius: Double)
  /// A circle.
  case circle(Point, radius: Double)
  /// An ellipse inside a rectangle.
  case ellipse(Rect)
  /// A part of a circle's outline, clockwise from the start angle; angles in radians from the
  /// right.
  case arc(Point, radius: Double, from: Double, to: Double)
  /// A slice of a circle, clockwise from the start angle.
  case slice(Point, radius: Double, from: Double, to: Double)
  /// A straight line.
  case line(Point, Point)
  /// Lines from point to point, left open.
  case polyline([Point])
  /// Lines from point to point and back to the first.
  case polygon([Point])
  /// Several lines at once; where one crosses another, nothing is painted twice.
  case polylines([[Point]])
  /// Several outlines at once; one inside another is a hole (even-odd).
  case polygons([[Point]])

  /// An arrow centred in a cell: a shaft with a head, pointing along (dx, dy).
  ///
  /// Length is from tail to tip; dy is positive for an arrow that points down. An arrow without
  /// direction is empty.
  package static func arrow(
    center: Point, dx: Double, dy: Double, length: Double, thickness: Double? = nil
  ) -> Shape {
    let norm = (dx * dx + dy * dy).squareRoot()
    guard norm > 0 else { return .polygon([]) }
    let half = Point(dx / norm * length / 2, dy / norm * length / 2)
    return .arrow(
      from: center.moved(-half.x, -half.y), to: center.moved(half.x, half.y), thickness: thickness)
  }

  /// An arrow between two points; by default its shaft is an eighth as thick as it is long.
  package static func arrow(from tail: Point, to tip: Point, thickness: Double? = nil) -> Shape {
    let dx = tip.x - tail.x
    let dy = tip.y - tail.y
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 0 else { return .polygon([]) }
    let half = (thickness ?? length / 8) / 2
    let headLength = min(length * 0.62, half * 5.6)
    let headHalf = half * 3.1
    let neck = length - headLength
    // The back of the head slants forward slightly, because a plain triangle looks heavy at small
    // sizes.
    let barb = neck - headLength * 0.10
    let outline = [
      (0, -half), (neck, -half), (barb, -headHalf), (length, 0), (barb, headHalf), (neck, half),
      (0, half),
    ]
    return .polygon(
      outline.map { along, across in
        Point(
          tail.x + (along * dx - across * dy) / length, tail.y + (along * dy + across * dx) / length
        )
      })
  }

  /// A star or a regular polygon: `points` tips, every other corner at `inner` of the radius.
  package static func star(
    _ center: Point, radius: Double, points: Int = 5, inner: Double = 0.45
  ) -> Shape {
    .polygon(
      (0..<points * 2).map { corner in
        let angle = Double(corner) * .pi / Double(points) - .pi / 2
        let reach = corner.isMultiple(of: 2) ? radius : radius * inner
        return Point(center.x + reach * cos(angle), center.y + reach * sin(angle))
      })
  }
}

/// How a line is drawn.
package struct Stroke: Hashable, Sendable {
  /// How a line ends.
  package enum Cap: Sendable { case butt, round, square }
  /// How two lines meet.
  package enum Join: Sendable { case miter, round, bevel }

  /// Its thickness in pixels.
  package var width: Double
  /// How it ends.
  package var cap: Cap
  /// How its corners look.
  package var join: Join
  /// Lengths drawn and left out in turn; empty for a solid line.
  package var dashes: [Double]

  /// A stroke from its properties.
  package init(
    width: Double = 1, cap: Cap = .butt, join: Join = .round, dashes: [Double] = []
  ) {
    self.width = width
    self.cap = cap
    self.join = join
    self.dashes = dashes
  }
}

/// A gradient of colours along a line.
package struct Gradient: Hashable, Sendable {
  /// Where the first colour is.
  package var start: Point
  /// Where the last colour is.
  package var end: Point
  /// The colours, evenly spaced.
  package var colors: [Color]

  /// A gradient between two points.
  package init(from start: Point, to end: Point, colors: [Color]) {
    self.start = start
    self.end = end
    self.colors = colors
  }
}
