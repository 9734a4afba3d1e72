import Glibc
import Rollouts

/// The roads on a coarse grid. A border of one cell that no front enters surrounds it, so that
/// every inner cell has eight neighbours.
struct SatnavGrid {
  /// Including the border.
  let columns: Int
  let rows: Int
  /// The weight of a pixel's length: 1 in the middle of a road, more at its edge.
  private let weights: [Float]
  private let isRoad: [Bool]

  /// How many pixels of road an off-road pixel is worth.
  private static let offRoad: Float = 20

  /// The grid over a mask.
  init(_ mask: RoadMask) {
    let side = Satnav.cell
    columns = (mask.width + side - 1) / side + 2
    rows = (mask.height + side - 1) / side + 2
    var weights = [Float](repeating: Self.offRoad, count: columns * rows)
    var isRoad = [Bool](repeating: false, count: columns * rows)
    for row in 1..<rows - 1 {
      for column in 1..<columns - 1 {
        let x = min(mask.width - 1, (column - 1) * side + side / 2)
        let y = min(mask.height - 1, (row - 1) * side + side / 2)
        guard mask.isRoad(Double(x), Double(y)) else { continue }
        let edge = Float(max(0, 1 - mask.depth(column: x, row: y) / 8))
        weights[row * columns + column] = 1 + 3 * edge * edge
        isRoad[row * columns + column] = true
      }
    }
    self.weights = weights
    self.isRoad = isRoad
  }

  /// The centre of a cell on the map.
  func middle(ofColumn column: Int, row: Int) -> CityPoint {
    (CityPoint(Double(column), Double(row)) - 0.5) * Double(Satnav.cell)
  }

  /// The field of one target: the front starts from the cells within the radius.
  func field(to target: CityPoint, radius: Double) -> Satnav.Field {
    var front = SatnavFront(columns: columns, rows: rows)
    var seeds: [Int] = []
    for row in 1..<rows - 1 {
      for column in 1..<columns - 1 {
        let way = target - middle(ofColumn: column, row: row)
        let distance = (way * way).sum().squareRoot()
        guard distance <= max(radius, Double(Satnav.cell)) else { continue }
        seeds.append(row * columns + column)
        front.offer(row * columns + column, Float(distance))
      }
    }
    front.run(weights: weights, isRoad: isRoad)
    let isOnRoad = front.times.map { $0 < .infinity }
    let distances = spread(front.times, isOnRoad)
    var steps = steps(distances, isOnRoad)
    for seed in seeds { steps[seed] = SatnavStep.none }
    return Satnav.Field(distances: distances, steps: steps, isOnRoad: isOnRoad)
  }

  /// Spreads the times from the roads over everything else. Nothing is in the way there, so one
  /// pass down and one pass up the grid suffice.
  private func spread(_ times: [Float], _ isOnRoad: [Bool]) -> [Float] {
    var times = times
    let straight = Self.offRoad * Float(Satnav.cell)
    let across = straight * Float(2).squareRoot()
    for direction in [1, -1] {
      let beside = SIMD4(-1, -columns, -columns - 1, -columns + 1) &* direction
      for step in 0..<times.count {
        let here = direction > 0 ? step : times.count - 1 - step
        guard !isOnRoad[here], isInside(here) else { continue }
        times[here] = min(
          times[here], times[here + beside[0]] + straight, times[here + beside[1]] + straight,
          times[here + beside[2]] + across, times[here + beside[3]] + across)
      }
    }
    return times
  }

  private func isInside(_ cell: Int) -> Bool {
    let column = cell % columns
    return column > 0 && column < columns - 1 && cell >= columns && cell < columns * (rows - 1)
  }

  /// For each cell, the step to its neighbour in the steepest descent; a way along roads stays on
  /// them.
  private func steps(_ times: [Float], _ isOnRoad: [Bool]) -> [UInt8] {
    var steps = [UInt8](repeating: SatnavStep.none, count: times.count)
    let diagonal = Float(0.5).squareRoot()
    for row in 1..<rows - 1 {
      for here in row * columns + 1..<(row + 1) * columns - 1 {
        var steepest: Float = 0
        for step in 0..<9 as Range<UInt8> where step != SatnavStep.none {
          let there = here + SatnavStep.down(step) * columns + SatnavStep.right(step)
          if isOnRoad[here] {
            guard isOnRoad[there] else { continue }
            // Two roads that only touch at a corner are not connected.
            let joined =
              isOnRoad[here + SatnavStep.right(step)]
              || isOnRoad[here + SatnavStep.down(step) * columns]
            guard joined else { continue }
          }
          let slope =
            (times[here] - times[there]) * (SatnavStep.isDiagonal(step) ? diagonal : 1)
          if slope > steepest { (steepest, steps[here]) = (slope, step) }
        }
      }
    }
    return steps
  }
}

/// A step to one of a cell's eight neighbours, as a number from 0 to 8, row by row; 4 means none.
enum SatnavStep {
  static let none: UInt8 = 4

  static func right(_ step: UInt8) -> Int { Int(step % 3) - 1 }
  static func down(_ step: UInt8) -> Int { Int(step / 3) - 1 }
  static func isDiagonal(_ step: UInt8) -> Bool { step & 1 == 0 }
}

/// A front that spreads along the roads of a grid, cell by cell in the order of arrival.
private struct SatnavFront {
  private let columns: Int
  private(set) var times: [Float]
  private var isDone: [Bool]
  private var queue = Heap<SatnavArrival>()

  init(columns: Int, rows: Int) {
    self.columns = columns
    times = Array(repeating: .infinity, count: columns * rows)
    isDone = Array(repeating: false, count: columns * rows)
  }

  /// Notes that the front may reach a cell at a time.
  mutating func offer(_ cell: Int, _ time: Float) {
    guard time < times[cell] else { return }
    times[cell] = time
    queue.insert(SatnavArrival(time: time, cell: Int32(cell)))
  }

  /// Spreads along the roads until no reachable cell is left.
  mutating func run(weights: [Float], isRoad: [Bool]) {
    while let arrival = queue.removeFirst() {
      let here = Int(arrival.cell)
      // A cell that was reached sooner is in the queue more than once.
      if isDone[here] || arrival.time > times[here] { continue }
      isDone[here] = true
      let beside = SIMD4(here - columns, here - 1, here + 1, here + columns)
      for side in 0..<4 where isRoad[beside[side]] && !isDone[beside[side]] {
        let there = beside[side]
        offer(there, time(at: there, step: weights[there] * Float(Satnav.cell)))
      }
    }
  }

  /// The front's arrival time, from the reached cells on either side and above or below (Godunov's
  /// scheme for |∇t| = weight).
  private func time(at cell: Int, step: Float) -> Float {
    func time(_ other: Int) -> Float { isDone[other] ? times[other] : .infinity }
    let a = min(time(cell - 1), time(cell + 1))
    let b = min(time(cell - columns), time(cell + columns))
    let apart = abs(a - b)
    guard apart < step else { return min(a, b) + step }
    return (a + b + (2 * step * step - apart * apart).squareRoot()) / 2
  }
}

/// A cell that a front may enter, and when; earlier arrivals come first.
private struct SatnavArrival: Comparable {
  let time: Float
  let cell: Int32

  static func < (one: Self, other: Self) -> Bool { one.time < other.time }
}
