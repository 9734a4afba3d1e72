/// The ways along the roads from everywhere to each of the targets.
///
/// A front spreads from each target over a coarse grid (fast marching, Sethian 1996), only along
/// the roads, and fastest in their middle. Its arrival times are the distances, and following them
/// back in time gives the way. From off the road, the way first leads to a road.
package struct Satnav: Sendable {
  /// The side of the grid's cells, in pixels.
  static let cell = 4

  /// One target's grid.
  struct Field: Sendable {
    /// The weighted distance to the target, in pixels.
    var distances: [Float]
    /// The `SatnavStep` to the next cell on the way.
    var steps: [UInt8]
    /// The cells that the front reached along roads alone.
    var isOnRoad: [Bool]
  }

  /// Including a border of one cell.
  private let columns: Int
  private let rows: Int
  private let targets: [CityPoint]
  private let fields: [Field]

  /// The ways to all targets of a map.
  init(_ map: CityMap, targetRadius: Double) {
    let grid = SatnavGrid(map.mask)
    (columns, rows) = (grid.columns, grid.rows)
    targets = map.targets
    // The way leads slightly into the circle, not just to its edge.
    fields = map.targets.map { grid.field(to: $0, radius: targetRadius * 0.8) }
  }

  /// The distance along the roads in pixels, longer near their edges and much longer off them.
  package func distance(from place: CityPoint, to target: Int) -> Double {
    let grid = place / Double(Self.cell) + 0.5
    let x = max(1, min(Double(columns - 2), grid.x))
    let y = max(1, min(Double(rows - 2), grid.y))
    let (left, top) = (Int(x), Int(y))
    let right = min(left + 1, columns - 2)
    let (upper, lower) = (top * columns, min(top + 1, rows - 2) * columns)
    let (u, v) = (x - Double(left), y - Double(top))
    return fields[target].distances.withUnsafeBufferPointer { distances in
      let above = Double(distances[upper + left]) * (1 - u) + Double(distances[upper + right]) * u
      let below = Double(distances[lower + left]) * (1 - u) + Double(distances[lower + right]) * u
      return above * (1 - v) + below * v
    }
  }

  /// The points at some distances in pixels on the way to a target. Each is the average of the
  /// stretch around it, since the way itself runs from cell to cell.
  package func points(
    ahead first: Double, _ second: Double, of place: CityPoint, to target: Int
  ) -> (near: CityPoint, far: CityPoint) {
    fields[target].steps.withUnsafeBufferPointer { steps in
      var walk = walk(from: place)
      let near = walk.middle(from: first * 0.75, to: first * 1.25, steps) ?? targets[target]
      if second < first * 1.25 { walk = self.walk(from: place) }
      let far = walk.middle(from: second * 0.75, to: second * 1.25, steps) ?? targets[target]
      return (near, far)
    }
  }

  /// The whole way from a point to a target, with a point about every `spacing` pixels.
  package func route(
    from place: CityPoint, to target: Int, spacing: Double = 12
  ) -> [CityPoint] {
    var route = [place]
    fields[target].steps.withUnsafeBufferPointer { steps in
      var walk = walk(from: place)
      var reach = spacing
      while let point = walk.middle(from: reach - spacing / 2, to: reach + spacing / 2, steps) {
        route.append(point)
        reach += spacing
      }
    }
    return route + [targets[target]]
  }

  /// Whether roads alone lead from a point to a target.
  package func isReachable(_ target: Int, from place: CityPoint) -> Bool {
    let walk = walk(from: place)
    return fields[target].isOnRoad[walk.cell]
  }

  private func walk(from place: CityPoint) -> SatnavWalk {
    let side = Double(Self.cell)
    return SatnavWalk(
      column: 1 + Int(max(0, min(Double(columns - 3), place.x / side))),
      row: 1 + Int(max(0, min(Double(rows - 3), place.y / side))), columns: columns)
  }
}

/// Follows the way from cell to cell.
private struct SatnavWalk {
  private var column: Int
  private var row: Int
  private let columns: Int
  private var length = 0.0

  init(column: Int, row: Int, columns: Int) {
    (self.column, self.row, self.columns) = (column, row, columns)
  }

  var cell: Int { row * columns + column }

  /// The average position of the cells on a stretch of the way; nil where the target comes before
  /// it.
  mutating func middle(
    from first: Double, to last: Double, _ steps: UnsafeBufferPointer<UInt8>
  ) -> CityPoint? {
    var sum = SIMD2(0, 0)
    var count = 0
    while length <= last {
      let step = steps[cell]
      if step == SatnavStep.none { break }
      column += SatnavStep.right(step)
      row += SatnavStep.down(step)
      length += Double(Satnav.cell) * (SatnavStep.isDiagonal(step) ? 2.0.squareRoot() : 1)
      guard length >= first else { continue }
      sum &+= SIMD2(column, row)
      count += 1
    }
    guard count > 0 else { return nil }
    return (CityPoint(Double(sum.x), Double(sum.y)) / Double(count) - 0.5) * Double(Satnav.cell)
  }
}
