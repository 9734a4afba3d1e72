import Glibc

/// The roads on a coarse grid, and the fronts that run over it.
struct SatnavGrid {
  let columns: Int
  let rows: Int
  /// How much longer a pixel counts: 1 in the middle of a road, more at its edge.
  private let weights: [Float]
  private let isRoad: [Bool]

  /// Off the road a pixel counts for so many.
  private static let offRoad: Float = 20

  /// The grid over a mask.
  init(_ mask: RoadMask) {
    let side = Satnav.cell
    columns = (mask.width + side - 1) / side
    rows = (mask.height + side - 1) / side
    var weights = [Float](repeating: Self.offRoad, count: columns * rows)
    var isRoad = [Bool](repeating: false, count: columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let x = min(mask.width - 1, column * side + side / 2)
        let y = min(mask.height - 1, row * side + side / 2)
        guard mask.isRoad(Double(x), Double(y)) else { continue }
        let edge = Float(max(0, 1 - mask.depth(column: x, row: y) / 8))
        weights[row * columns + column] = 1 + 2 * edge * edge
        isRoad[row * columns + column] = true
      }
    }
    self.weights = weights
    self.isRoad = isRoad
  }

  /// The field of one target: the cells within the radius are where the front starts.
  func field(to target: CityPoint, radius: Double) -> Satnav.Field {
    var front = SatnavFront(columns: columns, rows: rows)
    var seeds: [Int] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let centre = (CityPoint(Double(column), Double(row)) + 0.5) * Double(Satnav.cell)
        let way = target - centre
        let distance = (way * way).sum().squareRoot()
        guard distance <= max(radius, Double(Satnav.cell)) else { continue }
        seeds.append(row * columns + column)
        front.offer(row * columns + column, Float(distance))
      }
    }
    front.run(weights: weights) { isRoad[$0] }
    let isOnRoad = front.isDone
    front.reopen(weights: weights)
    front.run(weights: weights) { _ in true }
    var field = Satnav.Field(
      distances: front.times, next: next(front.times, isOnRoad), isOnRoad: isOnRoad)
    for seed in seeds { field.next[seed] = Int32(seed) }
    return field
  }

  /// For each cell the one beside it that lies most steeply below; a way along roads stays on them.
  private func next(_ times: [Float], _ isOnRoad: [Bool]) -> [Int32] {
    var next = [Int32](repeating: 0, count: times.count)
    let diagonal = Float(0.5).squareRoot()
    for row in 0..<rows {
      for column in 0..<columns {
        let here = row * columns + column
        var best: (cell: Int, slope: Float) = (here, 0)
        for dy in -1...1 where row + dy >= 0 && row + dy < rows {
          for dx in -1...1 where column + dx >= 0 && column + dx < columns {
            let there = here + dy * columns + dx
            if isOnRoad[here], !isOnRoad[there] { continue }
            let isAcross = dx != 0 && dy != 0
            // Two roads that only touch at a corner are not joined.
            if isAcross, isOnRoad[here], !isOnRoad[here + dx], !isOnRoad[here + dy * columns] {
              continue
            }
            let slope = (times[here] - times[there]) * (isAcross ? diagonal : 1)
            if slope > best.slope { best = (there, slope) }
          }
        }
        next[here] = Int32(best.cell)
      }
    }
    return next
  }
}

/// A front that runs over a grid, cell by cell in the order of its arrival.
private struct SatnavFront {
  private let columns: Int
  private let rows: Int
  private(set) var times: [Float]
  private(set) var isDone: [Bool]
  private var queue = ArrivalQueue()

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    times = Array(repeating: .infinity, count: columns * rows)
    isDone = Array(repeating: false, count: columns * rows)
  }

  /// The front may reach a cell at a time.
  mutating func offer(_ cell: Int, _ time: Float) {
    guard time < times[cell] else { return }
    times[cell] = time
    queue.insert(time, Int32(cell))
  }

  /// Runs until no cell is left that it may enter.
  mutating func run(weights: [Float], mayEnter: (Int) -> Bool) {
    while let (time, cell) = queue.removeFirst() {
      let here = Int(cell)
      // A cell that was reached sooner stands in the queue more than once.
      if isDone[here] || time > times[here] { continue }
      isDone[here] = true
      visitNeighbours(of: here) { front, there in
        if !front.isDone[there], mayEnter(there) {
          front.offer(there, front.arrival(at: there, weight: weights[there]))
        }
      }
    }
  }

  /// Lets the front go on from every cell that it has reached.
  mutating func reopen(weights: [Float]) {
    for here in times.indices where isDone[here] {
      visitNeighbours(of: here) { front, there in
        if !front.isDone[there] {
          front.offer(there, front.arrival(at: there, weight: weights[there]))
        }
      }
    }
  }

  private mutating func visitNeighbours(of here: Int, _ visit: (inout Self, Int) -> Void) {
    let column = here % columns
    if column > 0 { visit(&self, here - 1) }
    if column < columns - 1 { visit(&self, here + 1) }
    if here >= columns { visit(&self, here - columns) }
    if here + columns < times.count { visit(&self, here + columns) }
  }

  /// When the front comes, from what it has reached on either side and above or below (Godunov's
  /// scheme for |∇t| = weight).
  private func arrival(at cell: Int, weight: Float) -> Float {
    let column = cell % columns
    func time(_ other: Int, _ exists: Bool) -> Float {
      exists && isDone[other] ? times[other] : .infinity
    }
    let a = min(time(cell - 1, column > 0), time(cell + 1, column < columns - 1))
    let b = min(
      time(cell - columns, cell >= columns), time(cell + columns, cell + columns < times.count))
    let step = weight * Float(Satnav.cell)
    let apart = abs(a - b)
    guard apart < step else { return min(a, b) + step }
    return (a + b + (2 * step * step - apart * apart).squareRoot()) / 2
  }
}

/// The cells that a front may enter next, the soonest first: a binary heap.
private struct ArrivalQueue {
  private var entries: [(time: Float, cell: Int32)] = []

  mutating func insert(_ time: Float, _ cell: Int32) {
    var place = entries.count
    entries.append((time, cell))
    while place > 0 {
      let parent = (place - 1) / 2
      guard time < entries[parent].time else { break }
      entries[place] = entries[parent]
      place = parent
    }
    entries[place] = (time, cell)
  }

  mutating func removeFirst() -> (time: Float, cell: Int32)? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    guard !entries.isEmpty else { return first }
    var place = 0
    while true {
      var child = 2 * place + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1].time < entries[child].time { child += 1 }
      guard entries[child].time < last.time else { break }
      entries[place] = entries[child]
      place = child
    }
    entries[place] = last
    return first
  }
}
