import Glibc
import Rollouts

/// A plan of an invented city, in pixels of one metre: the contents of a generated file.
struct CityPlan {
  struct Road {
    var kind: RoadClass
    var name: String
    var isBridge: Bool
    var points: [CityPoint]
  }

  struct Area {
    var key: String
    var value: String
    var name = ""
    /// Polygons of one ring each.
    var outlines: [[CityPoint]]
  }

  static let size = CityPoint(1400, 1000)
  static let roadScale = 1.7

  var words: Stream
  var names: CityNames
  var roads: [Road] = []
  var paths: [[CityPoint]] = []
  var areas: [Area] = []
  var targets: [CityPoint] = []
  var start = CityPoint(0, 0)
  var labels: [(name: String, at: CityPoint)] = []

  /// The streets' grid: nodes by row and column.
  var nodes: [[CityPoint]] = []
  /// The middle of the great square.
  var centre = CityPoint(0, 0)
  static let squareRadius = 46.0
  var river = CityLine([])
  /// 0 where there is no river.
  var riverWidth = 0.0
  /// Outlines of parks.
  var parks: [CityLine] = []
  /// The parks, extended to the middle of the streets around them.
  var grounds: [CityLine] = []
  /// The grid cells that the parks cover.
  var parkCells: Set<Int> = []

  /// A random plan; without a river where `isDry`, as a last resort.
  init(seed: UInt64, attempt: Int, isDry: Bool) {
    words = Stream(seed: seed, purpose: .map, part: 2 + attempt)
    names = CityNames(&words)
    layGrid()
    if !isDry { layRiver() }
    layParks()
    laySquare()
    layStreets()
    layAvenues()
    layRing()
    layQuays()
    build()
    chooseTargets()
    for place in [CityPoint(0.25, 0.25), CityPoint(0.75, 0.3), CityPoint(0.3, 0.78)] {
      let jitter = CityPoint(words.real(in: -60...60), words.real(in: -40...40))
      labels.append((names.district(&words), place * Self.size + jitter))
    }
  }

  /// Whether a point is on the map.
  static func contains(_ place: CityPoint, margin: Double = 0) -> Bool {
    place.x >= margin && place.y >= margin && place.x <= size.x - margin
      && place.y <= size.y - margin
  }

  /// The distance from a point to the water's edge; negative in the water.
  func shore(_ place: CityPoint) -> Double {
    riverWidth > 0 ? river.distance(to: place) - riverWidth / 2 : .infinity
  }

  /// The road mask with each road slightly wider.
  func mask(widerBy margin: Double) -> RoadMask? {
    let wide = roads.map { road in
      CityRoad(
        kind: road.kind, name: "", width: road.kind.width * Self.roadScale + margin,
        isBridge: false, points: road.points)
    }
    return try? RoadMask(width: Int(Self.size.x), height: Int(Self.size.y), roads: wide)
  }
}

/// A line through points.
struct CityLine {
  var points: [CityPoint]

  init(_ points: [CityPoint]) { self.points = points }

  /// The distance from a point to the nearest point of the line.
  func distance(to place: CityPoint) -> Double { points.distance(to: place) }

  /// The line with points at most `spacing` pixels apart, keeping its corners.
  func resampled(_ spacing: Double) -> [CityPoint] {
    guard var from = points.first else { return [] }
    var result = [from]
    for to in points.dropFirst() {
      let way = to - from
      let parts = max(1, Int(((way * way).sum().squareRoot() / spacing).rounded(.up)))
      for part in 1...parts { result.append(from + way * (Double(part) / Double(parts))) }
      from = to
    }
    return result
  }

  /// The line without points that hardly bend it (Douglas and Peucker).
  func simplified(_ tolerance: Double = 0.6) -> [CityPoint] {
    guard points.count > 2, let first = points.first, let last = points.last else { return points }
    let chord = CityLine([first, last])
    var farthest = (index: 0, distance: tolerance)
    for index in 1..<points.count - 1 {
      let distance = chord.distance(to: points[index])
      if distance > farthest.distance { farthest = (index, distance) }
    }
    guard farthest.index > 0 else { return [first, last] }
    let head = CityLine(Array(points[...farthest.index])).simplified(tolerance)
    let tail = CityLine(Array(points[farthest.index...])).simplified(tolerance)
    return head.dropLast() + tail
  }

  /// A parallel line at a distance to its left, as seen on a picture.
  func shifted(_ distance: Double) -> CityLine {
    var shifted: [CityPoint] = []
    for index in points.indices {
      let along = points[min(index + 1, points.count - 1)] - points[max(index - 1, 0)]
      let length = max(1e-9, (along * along).sum().squareRoot())
      shifted.append(points[index] + CityPoint(along.y, -along.x) / length * distance)
    }
    return CityLine(shifted)
  }

  /// Whether a point is inside the line when its ends are joined.
  func encloses(_ place: CityPoint) -> Bool { points.encloses(place) }

  /// Part of an ellipse, in degrees.
  static func arc(
    _ centre: CityPoint, _ radii: CityPoint, from first: Double = 0, to last: Double = 360
  ) -> CityLine {
    let parts = max(8, Int(abs(last - first) / 360 * radii.max() * 2 * .pi / 10))
    return CityLine(
      (0...parts).map { part in
        let angle = (first + (last - first) * Double(part) / Double(parts)) * .pi / 180
        return centre + radii * CityPoint(cos(angle), sin(angle))
      })
  }
}

extension Stream {
  // Not `Double.random(in:using:)`: a map must not change when the standard library changes how it
  // draws.

  /// A number within bounds.
  mutating func real(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * (Double(next() >> 11) * 0x1p-53)
  }

  /// A whole number in 0 ..< count.
  mutating func index(below count: Int) -> Int {
    Int(((next() >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
  }
}
