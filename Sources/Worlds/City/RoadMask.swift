import Glibc

/// The drivable pixels of a city, computed from the roads' geometry alone: a pixel is road where
/// its centre is at most half a road's width from the road's line.
package struct RoadMask: Sendable {
  package let width: Int
  package let height: Int
  /// 0 off the road; otherwise 1 plus the distance to the road's edge in quarters of a pixel. Row
  /// by row.
  package private(set) var depths: [UInt8]
  /// How many road pixels are above and to the left of each corner. The count in a square follows
  /// from four of these.
  private var sums: [Int32]

  /// A limit for files that cover their map with roads again and again.
  static let mostWork = 300_000_000

  /// The mask of some roads; throws if drawing them would take too long.
  init(width: Int, height: Int, roads: [CityRoad]) throws(MapError) {
    precondition(width > 0 && height > 0, "a mask has pixels")
    self.width = width
    self.height = height
    depths = Array(repeating: 0, count: width * height)
    sums = []
    var work = 0
    for road in roads {
      guard let first = road.points.first else { continue }
      var from = first
      for to in road.points.dropFirst() {
        work += draw(from, to, radius: road.width / 2)
        from = to
        guard work <= Self.mostWork else {
          throw MapError("the roads overlap too much to be drawn")
        }
      }
    }
    sums = integral()
  }

  /// Draws one segment with round ends and returns how many pixels it examined.
  private mutating func draw(_ a: CityPoint, _ b: CityPoint, radius: Double) -> Int {
    let along = b - a
    let length2 = (along * along).sum()
    let rows = Self.span(min(a.y, b.y) - radius, max(a.y, b.y) + radius, below: height)
    let box = (low: min(a.x, b.x) - radius, high: max(a.x, b.x) + radius)
    var work = rows.count
    for row in rows {
      let y = Double(row) + 0.5
      var (low, high) = box
      // Only pixels beside the line through both ends: |dx·(y − a.y) − dy·(x − a.x)| ≤ r·length.
      if abs(along.y) > 1e-9 {
        let middle = a.x + along.x * (y - a.y) / along.y
        let reach = radius * length2.squareRoot() / abs(along.y)
        low = max(low, middle - reach - 1)
        high = min(high, middle + reach + 1)
      }
      let columns = Self.span(low, high, below: width)
      work += columns.count
      for column in columns {
        let point = CityPoint(Double(column) + 0.5, y)
        let square = Self.squaredDistance(point, from: a, along: along, length2: length2)
        guard square <= radius * radius else { continue }
        let depth = UInt8(min(255, 1 + (radius - square.squareRoot()) * 4))
        let place = row * width + column
        if depth > depths[place] { depths[place] = depth }
      }
    }
    return work
  }

  /// The pixels whose centres are between two positions.
  private static func span(_ low: Double, _ high: Double, below count: Int) -> Range<Int> {
    let first = Int(max(0, min(Double(count), (low - 0.5).rounded(.up))))
    let end = Int(max(0, min(Double(count), (high - 0.5).rounded(.down) + 1)))
    return first..<max(first, end)
  }

  /// The square of the distance from a point to a segment.
  private static func squaredDistance(
    _ point: CityPoint, from a: CityPoint, along: CityPoint, length2: Double
  ) -> Double {
    let offset = point - a
    let share = length2 > 0 ? max(0, min(1, (offset * along).sum() / length2)) : 0
    let rest = offset - share * along
    return (rest * rest).sum()
  }

  private func integral() -> [Int32] {
    let stride = width + 1
    var sums = [Int32](repeating: 0, count: stride * (height + 1))
    for row in 0..<height {
      var line: Int32 = 0
      for column in 0..<width {
        line += depths[row * width + column] > 0 ? 1 : 0
        sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1] + line
      }
    }
    return sums
  }
}

extension RoadMask {
  /// Whether a point is on a road; points off the map are not.
  package func isRoad(_ x: Double, _ y: Double) -> Bool {
    guard x >= 0, y >= 0, x < Double(width), y < Double(height) else { return false }
    return depths[Int(y) * width + Int(x)] > 0
  }

  /// The distance from a pixel to its road's edge, in pixels; 0 off the road.
  func depth(column: Int, row: Int) -> Double {
    Double(max(1, depths[row * width + column]) - 1) / 4
  }

  /// The share of off-road pixels in a square around a point; pixels off the map count as off-road.
  package func offRoadShare(x: Double, y: Double, side: Int) -> Double {
    let left = Int(x.rounded(.down)) - side / 2
    let top = Int(y.rounded(.down)) - side / 2
    let (x0, x1) = (max(0, min(width, left)), max(0, min(width, left + side)))
    let (y0, y1) = (max(0, min(height, top)), max(0, min(height, top + side)))
    let stride = width + 1
    let roads =
      sums[y1 * stride + x1] - sums[y0 * stride + x1] - sums[y1 * stride + x0]
      + sums[y0 * stride + x0]
    return 1 - Double(roads) / Double(side * side)
  }

  /// The share of all pixels that are road.
  package var share: Double { Double(sums[sums.count - 1]) / Double(width * height) }

  /// The off-road share of the straight line between two points.
  package func offRoadShare(from a: CityPoint, to b: CityPoint) -> Double {
    let steps = max(1, Int(((b - a) * (b - a)).sum().squareRoot() * 2))
    let off = (0...steps).count { step in
      let place = a + (b - a) * (Double(step) / Double(steps))
      return !isRoad(place.x, place.y)
    }
    return Double(off) / Double(steps + 1)
  }
}
