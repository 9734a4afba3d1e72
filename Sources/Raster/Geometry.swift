/// A point on a canvas: x grows to the right, y downwards, in pixels.
package struct Point: Hashable, Sendable {
  /// Pixels from the left edge.
  package var x: Double
  /// Pixels from the top edge.
  package var y: Double

  /// A point from its coordinates.
  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  /// The point at an offset to the right and down.
  package func moved(_ dx: Double, _ dy: Double) -> Point { Point(x + dx, y + dy) }

  /// The point at a share of the way to another.
  package func toward(_ other: Point, _ share: Double) -> Point {
    Point(x + (other.x - x) * share, y + (other.y - y) * share)
  }
}

/// An upright rectangle on a canvas.
package struct Rect: Hashable, Sendable {
  /// The left edge.
  package var x: Double
  /// The top edge.
  package var y: Double
  /// The distance from the left edge to the right one, in pixels.
  package var width: Double
  /// The distance from the top edge to the bottom one, in pixels.
  package var height: Double

  /// A rectangle from its upper left corner and its size.
  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// A rectangle around a centre.
  package init(center: Point, width: Double, height: Double) {
    self.init(x: center.x - width / 2, y: center.y - height / 2, width: width, height: height)
  }

  /// The left edge.
  package var left: Double { x }
  /// The top edge.
  package var top: Double { y }
  /// The right edge.
  package var right: Double { x + width }
  /// The bottom edge.
  package var bottom: Double { y + height }
  /// The centre.
  package var center: Point { Point(x + width / 2, y + height / 2) }

  /// The rectangle with all edges moved inwards by the same margin (outwards if it is negative).
  package func inset(by margin: Double) -> Rect { inset(margin, margin, margin, margin) }

  /// The rectangle with its edges moved inwards by these margins.
  package func inset(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> Rect {
    Rect(x: x + left, y: y + top, width: width - left - right, height: height - top - bottom)
  }

  /// The rectangle moved to the right and down.
  package func moved(_ dx: Double, _ dy: Double) -> Rect {
    Rect(x: x + dx, y: y + dy, width: width, height: height)
  }

  /// The rectangle with every edge on a whole pixel, so that its fill has no soft edges.
  package var aligned: Rect {
    let left = x.rounded()
    let top = y.rounded()
    return Rect(x: left, y: top, width: right.rounded() - left, height: bottom.rounded() - top)
  }

  /// Whether a point is inside.
  package func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < right && point.y >= y && point.y < bottom
  }
}
