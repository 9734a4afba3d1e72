import Raster
import Worlds

extension CityBoard {
  /// Draws trees in parks, gardens and woods, wherever nothing else is; the same ones in every picture.
  func drawTrees(onto canvas: Canvas) {
    let radius = 3.4 * scale
    guard radius >= 1.3 else { return }
    let others = map.areas.filter { [.water, .square, .building, .sand].contains($0.kind) }
      .map(CityOutline.init)
    let walks = map.ways.map { CityOutline.box(of: $0.points) }
    for area in map.areas where area.kind == .park || area.kind == .wood {
      let outline = CityOutline(area)
      let spacing = area.kind == .wood ? 15.0 : 24
      let (low, high) = outline.box
      // Cells are counted from the map's corner, so that neighbouring areas share one pattern.
      for row in Int(low.y / spacing)...max(Int(low.y / spacing), Int(high.y / spacing)) {
        for column in Int(low.x / spacing)...max(Int(low.x / spacing), Int(high.x / spacing)) {
          let (u, v, size) = Self.scatter(row, column)
          let place =
            (CityPoint(Double(column), Double(row)) + 0.15 + 0.7 * CityPoint(u, v))
            * spacing
          guard outline.contains(place, margin: 4.5),
            map.mask.offRoadShare(x: place.x, y: place.y, side: 14) == 1,
            !others.contains(where: { $0.contains(place, margin: -5) }),
            !isOnWay(place, walks)
          else { continue }
          canvas.fill(.circle(self.place(place), radius: radius * (0.8 + 0.4 * size)), colors.tree)
        }
      }
    }
  }

  private func isOnWay(_ place: CityPoint, _ boxes: [(low: CityPoint, high: CityPoint)]) -> Bool {
    for (way, box) in zip(map.ways, boxes) {
      let reach = way.width / 2 + 5
      guard place.x > box.low.x - reach, place.y > box.low.y - reach,
        place.x < box.high.x + reach, place.y < box.high.y + reach
      else { continue }
      if way.points.distance(to: place) < reach { return true }
    }
    return false
  }

  /// Three pseudo-random numbers from 0 to 1 for a cell.
  private static func scatter(_ row: Int, _ column: Int) -> (Double, Double, Double) {
    var bits = UInt64(truncatingIfNeeded: row &* 0x9E37 &+ column) &* 0x9E37_79B9_7F4A_7C15
    bits ^= bits >> 29
    bits &*= 0xBF58_476D_1CE4_E5B9
    bits ^= bits >> 32
    return (
      Double(bits & 0x3FF) / 1023, Double(bits >> 10 & 0x3FF) / 1023,
      Double(bits >> 20 & 0x3FF) / 1023
    )
  }
}

/// An area's outline, for testing what is inside.
struct CityOutline {
  let rings: [[CityPoint]]
  let box: (low: CityPoint, high: CityPoint)

  init(_ area: CityArea) {
    rings = area.rings
    box = Self.box(of: area.rings.first ?? [])
  }

  /// The corners of the box around some points.
  static func box(of points: [CityPoint]) -> (low: CityPoint, high: CityPoint) {
    guard let first = points.first else { return (.zero, .zero) }
    return points.reduce(into: (first, first)) { box, point in
      box = (pointwiseMin(box.0, point), pointwiseMax(box.1, point))
    }
  }

  /// Whether a place is inside and farther from the edge than a margin; with a negative margin, a
  /// place outside that is nearer to the edge counts as well.
  func contains(_ place: CityPoint, margin: Double) -> Bool {
    let reach = max(0, -margin)
    guard place.x >= box.low.x - reach, place.y >= box.low.y - reach,
      place.x <= box.high.x + reach, place.y <= box.high.y + reach
    else { return false }
    let isInside = rings.reduce(false) { $0 != $1.encloses(place) }
    let edge = rings.map { ($0 + $0.prefix(1)).distance(to: place) }.min() ?? .infinity
    return (isInside ? edge : -edge) > margin
  }
}
