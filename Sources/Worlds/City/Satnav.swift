/// The ways along the roads from everywhere to each of the targets.
///
/// A front runs out from each target over a coarse grid (fast marching, Sethian 1996), first along
/// the roads alone, faster in their middle, then from them over everything else. Its arrival times
/// are the distances; going back in time is the way.
package struct Satnav: Sendable {
  /// The side of the grid's cells, in pixels.
  static let cell = 4

  /// One target's grid.
  struct Field: Sendable {
    /// Weighted pixels to the target.
    var distances: [Float]
    /// The cell that comes next on the way; the target's own is its own.
    var next: [Int32]
    /// How far the front had come, along the roads alone, when it had no more road to run on.
    var isOnRoad: [Bool]
  }

  private let columns: Int
  private let rows: Int
  private let targets: [CityPoint]
  private let fields: [Field]

  /// The ways to all targets of a map.
  init(_ map: CityMap, targetRadius: Double) {
    let grid = SatnavGrid(map.mask)
    (columns, rows) = (grid.columns, grid.rows)
    targets = map.targets
    fields = map.targets.map { grid.field(to: $0, radius: targetRadius * 0.8) }
  }

  /// The distance along the roads, in pixels, more near their edges and far more off them.
  package func distance(from place: CityPoint, to target: Int) -> Double {
    let grid = place / Double(Self.cell) - 0.5
    let x = max(0, min(Double(columns - 1), grid.x))
    let y = max(0, min(Double(rows - 1), grid.y))
    let (left, top) = (Int(x), Int(y))
    let right = min(left + 1, columns - 1)
    let (upper, lower) = (top * columns, min(top + 1, rows - 1) * columns)
    let (u, v) = (x - Double(left), y - Double(top))
    return fields[target].distances.withUnsafeBufferPointer { distances in
      let above = Double(distances[upper + left]) * (1 - u) + Double(distances[upper + right]) * u
      let below = Double(distances[lower + left]) * (1 - u) + Double(distances[lower + right]) * u
      return above * (1 - v) + below * v
    }
  }

  /// The points some pixels ahead on the way to a target, each the middle of the stretch around it,
  /// since the way itself runs from cell to cell.
  package func points(
    ahead first: Double, _ second: Double, of place: CityPoint, to target: Int
  ) -> (near: CityPoint, far: CityPoint) {
    fields[target].next.withUnsafeBufferPointer { next in
      var walk = SatnavWalk(at: cell(of: place), columns: columns)
      let near = walk.middle(from: first * 0.75, to: first * 1.25, next) ?? targets[target]
      if second < first * 1.25 { walk = SatnavWalk(at: cell(of: place), columns: columns) }
      let far = walk.middle(from: second * 0.75, to: second * 1.25, next) ?? targets[target]
      return (near, far)
    }
  }

  /// The whole way from a place to a target, a point about every `step` pixels.
  package func route(from place: CityPoint, to target: Int, step: Double = 12) -> [CityPoint] {
    var route = [place]
    fields[target].next.withUnsafeBufferPointer { next in
      var walk = SatnavWalk(at: cell(of: place), columns: columns)
      var reach = step
      while let point = walk.middle(from: reach - step / 2, to: reach + step / 2, next) {
        route.append(point)
        reach += step
      }
    }
    return route + [targets[target]]
  }

  /// Whether roads alone lead from a place to a target.
  package func isReachable(_ target: Int, from place: CityPoint) -> Bool {
    fields[target].isOnRoad[cell(of: place)]
  }

  private func cell(of place: CityPoint) -> Int {
    let side = Double(Self.cell)
    let column = Int(max(0, min(Double(columns - 1), place.x / side)))
    let row = Int(max(0, min(Double(rows - 1), place.y / side)))
    return row * columns + column
  }
}

/// Follows the way from cell to cell.
private struct SatnavWalk {
  private var at: Int
  private var length = 0.0
  private let columns: Int

  init(at cell: Int, columns: Int) {
    at = cell
    self.columns = columns
  }

  /// The middle of the cells on a stretch of the way; nil where the target comes before it.
  mutating func middle(
    from first: Double, to last: Double, _ next: UnsafeBufferPointer<Int32>
  ) -> CityPoint? {
    var sum = CityPoint(0, 0)
    var count = 0.0
    while length <= last {
      let after = Int(next[at])
      if after == at { break }
      let way = abs(after - at)
      at = after
      // A step to the side is ±1 or ± a row; the others run across.
      length += Double(Satnav.cell) * (way == 1 || way == columns ? 1 : 2.0.squareRoot())
      guard length >= first else { continue }
      sum += CityPoint(Double(at % columns), Double(at / columns))
      count += 1
    }
    return count > 0 ? (sum / count + 0.5) * Double(Satnav.cell) : nil
  }
}
