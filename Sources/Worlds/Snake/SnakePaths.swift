/// The shortest paths from the cells beside the head to the food, around the body's current
/// position.
struct SnakePaths {
  /// The fewest steps from any of the cells; nil where no path leads to the food.
  private(set) var least: Int?
  /// How many steps each cell is from the food; −1 where that is unknown or it cannot be reached.
  private var distances = InlineArray<768, Int16>(repeating: -1)
  private let food: Int

  /// Searches outward from the food until all of some cells are found, or no cell is left.
  init(to food: Int, from cells: InlineArray<3, Int>, through free: InlineArray<24, UInt32>) {
    self.food = food
    guard food >= 0 else { return }
    var wanted = 0
    for index in cells.indices where cells[index] >= 0 { wanted += 1 }
    var queue = InlineArray<768, Int16>(repeating: 0)
    var (first, last) = (0, 1)
    queue[0] = Int16(food)
    distances[food] = 0
    while first < last {
      let cell = Int(queue[first])
      first += 1
      for index in cells.indices where cells[index] == cell {
        least = least ?? Int(distances[cell])
        wanted -= 1
      }
      if wanted == 0 { return }
      for way in 0..<4 {
        guard let next = Snake.neighbour(of: cell, way), distances[next] < 0,
          free[next >> 5] >> UInt32(next & 31) & 1 == 1
        else { continue }
        distances[next] = distances[cell] + 1
        queue[last] = Int16(next)
        last += 1
      }
    }
  }

  /// How many steps a cell is from the food; nil where no path leads there.
  func distance(from cell: Int) -> Int? { distances[cell] < 0 ? nil : Int(distances[cell]) }

  /// Whether a snake that enters a cell and takes the shortest path from there to the food can
  /// still reach its own tail after eating, so that it is not trapped.
  func leavesWayOut(_ state: SnakeState, through cell: Int) -> Bool {
    guard var left = distance(from: cell) else { return false }
    let length = Int(state.length) + 1
    var covered = InlineArray<24, UInt32>(repeating: 0)
    var tail = cell
    // The path; a short snake leaves the beginning of it again.
    let steps = left + 1
    var place = cell
    func isKept(_ step: Int) -> Bool { steps - step <= length }
    if isKept(0) { covered[place >> 5] |= 1 << UInt32(place & 31) }
    var step = 0
    while left > 0 {
      left -= 1
      step += 1
      for way in 0..<4 {
        if let next = Snake.neighbour(of: place, way), distances[next] == Int16(left) {
          place = next
          break
        }
      }
      if isKept(step) {
        covered[place >> 5] |= 1 << UInt32(place & 31)
        if steps - step == length { tail = place }
      }
    }
    // Then the remaining body.
    if steps < length {
      var segment = Int(state.head)
      for index in 0..<length - steps {
        covered[segment >> 5] |= 1 << UInt32(segment & 31)
        tail = segment
        if index + 1 < length - steps {
          segment = Snake.neighbour(of: segment, state.way(index) ^ 2) ?? segment
        }
      }
    }
    var free = InlineArray<24, UInt32> { ~covered[$0] }
    // A region grows from a free cell.
    for cell in [food, tail] { free[cell >> 5] |= 1 << UInt32(cell & 31) }
    return SnakeRegion(from: food, through: free).contains(tail)
  }
}
