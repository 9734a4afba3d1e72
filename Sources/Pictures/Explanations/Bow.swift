import Raster

/// An arc from one place to another that bends to one side: up if it goes across, right if it goes down.
struct Bow {
  let start: Point
  let end: Point
  private let peak: Point

  /// An arc as high as a good third of its length.
  init(from start: Point, to end: Point) {
    (self.start, self.end) = (start, end)
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let side = (dx == 0 ? dy : dx) > 0 ? 1.0 : -1
    peak = start.toward(end, 0.5).moved(side * dy * 0.4, -side * dx * 0.4)
  }

  /// A point of the arc, from 0 to 1.
  func place(_ share: Double) -> Point {
    start.toward(peak, share).toward(peak.toward(end, share), share)
  }

  /// Its points up to a share.
  func points(to share: Double) -> [Point] { (0...24).map { place(share * Double($0) / 24) } }
}
