import Rollouts

extension Snake {
  /// The names of what a learner sees, in order.
  package var observationNames: [String] {
    switch rules.observation {
    case .course:
      return [
        "danger straight", "danger right", "danger left", "moving left", "moving right",
        "moving up", "moving down", "food left", "food right", "food up", "food down",
      ]
    case .strong:
      let ways = Self.actions.flatMap { action in
        ["free", "room", "tail", "clear", "nearer"].map { "\($0) \(action.name)" }
      }
      return ways + ["food ahead", "food right", "length", "hunger"]
    }
  }

  /// How many numbers a learner sees.
  package var observationCount: Int { rules.observation == .course ? 11 : 19 }

  /// Writes what a learner sees in a state.
  package func observe(_ state: SnakeState, into values: inout MutableSpan<Float>) {
    precondition(values.count >= observationCount, "an observation needs its place")
    switch rules.observation {
    case .course: observeCourse(state, into: &values)
    case .strong: observeStrong(state, into: &values)
    }
  }

  /// The eleven bits: danger by turns, way and food by the compass.
  private func observeCourse(
    _ state: SnakeState, into values: inout MutableSpan<Float>
  ) {
    func bit(_ index: Int, _ value: Bool) { values[index] = value ? 1 : 0 }
    let (head, heading) = (Int(state.head), Int(state.heading))
    for action in 0..<3 {
      let cell = Self.neighbour(of: head, Self.heading(heading, turned: action))
      bit(action, cell.map(state.isCovered) ?? true)
    }
    bit(3, heading == 2)
    bit(4, heading == 0)
    bit(5, heading == 3)
    bit(6, heading == 1)
    let (dx, dy) = Self.distance(from: head, to: Int(state.food))
    bit(7, dx < 0)
    bit(8, dx > 0)
    bit(9, dy < 0)
    bit(10, dy > 0)
  }

  /// For each action whether the cell is free, how much room lies behind it for the snake's length,
  /// whether the tail can be reached from it, how far it is clear that way, and whether it is nearer
  /// to the food; then the food as seen from the head, the length, and the share of patience used up.
  private func observeStrong(
    _ state: SnakeState, into values: inout MutableSpan<Float>
  ) {
    let (head, heading) = (Int(state.head), Int(state.heading))
    let (dx, dy) = Self.distance(from: head, to: Int(state.food))
    // The tail will have gone on before the head gets there.
    var free = InlineArray<24, UInt32> { ~state.covered[$0] }
    let tail = Int(state.tail)
    free[tail >> 5] |= 1 << UInt32(tail & 31)
    var region: SnakeRegion?
    var count = 0
    for action in 0..<3 {
      let way = Self.heading(heading, turned: action)
      let place = 5 * action
      guard let cell = Self.neighbour(of: head, way), !state.isCovered(cell) else {
        for index in 0..<5 { values[place + index] = 0 }
        continue
      }
      // Often all three ways lead into one region.
      if region.map({ !$0.contains(cell) }) ?? true {
        let found = SnakeRegion(from: cell, through: free)
        count = found.count
        region = found
      }
      values[place] = 1
      values[place + 1] = min(1, Float(count) / Float(state.length))
      values[place + 2] = region.map { $0.contains(tail) } == true ? 1 : 0
      values[place + 3] = 1 - 1 / Float(1 + Self.clearance(state, from: cell, way))
      let nearer =
        switch way {
        case 0: dx > 0
        case 1: dy > 0
        case 2: dx < 0
        default: dy < 0
        }
      values[place + 4] = nearer ? 1 : 0
    }
    let (ahead, right) =
      switch heading {
      case 0: (dx, dy)
      case 1: (dy, -dx)
      case 2: (-dx, -dy)
      default: (-dy, dx)
      }
    values[15] = Float(ahead) / Float(Self.columns)
    values[16] = Float(right) / Float(Self.columns)
    values[17] = Float(state.length) / Float(Self.columns * Self.rows)
    values[18] = Float(state.counter) / Float(rules.patience * Int(state.length))
  }

  /// How many cells, the first included, are free in a row.
  private static func clearance(_ state: SnakeState, from cell: Int, _ way: Int) -> Int {
    var (count, cell) = (1, cell)
    while let next = neighbour(of: cell, way), !state.isCovered(next) {
      cell = next
      count += 1
    }
    return count
  }

  /// How far the food lies to the right and below; nothing where there is none.
  private static func distance(from cell: Int, to food: Int) -> (x: Int, y: Int) {
    food < 0 ? (0, 0) : ((food & 31) - (cell & 31), (food >> 5) - (cell >> 5))
  }
}
