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
    case .strong, .paths:
      let names =
        rules.observation == .strong
        ? ["free", "room", "tail", "clear", "nearer"]
        : ["free", "room", "tail", "clear", "shortest", "near", "way out", "whole", "snug"]
      return Self.actions.flatMap { action in names.map { "\($0) \(action.name)" } }
        + ["food ahead", "food right", "length", "hunger"]
    }
  }

  /// How many numbers a learner sees.
  package var observationCount: Int {
    switch rules.observation {
    case .course: 11
    case .strong: 3 * 5 + 4
    case .paths: 3 * 9 + 4
    }
  }

  /// Writes what a learner sees in a state.
  package func observe(_ state: SnakeState, into values: inout MutableSpan<Float>) {
    precondition(values.count >= observationCount, "an observation needs its place")
    switch rules.observation {
    case .course: observeCourse(state, into: &values)
    case .strong, .paths: observeWays(state, into: &values)
    }
  }

  /// The eleven bits: danger relative to the head, direction and food by compass.
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

  /// For each action: whether the cell is free, how much space is behind it relative to the snake's
  /// length, whether the tail can be reached from it, how far it is clear in that direction, and
  /// whether it is nearer to the food. Then the food as seen from the head, the length, and the
  /// used share of patience.
  ///
  /// With `paths`, the nearer cell is the one on a shortest path around the body, and each action
  /// has four more numbers: how near the food is that way, whether a way out remains once it is
  /// eaten, the share of all free cells that are behind, and how many of the cell's other
  /// neighbours are taken.
  private func observeWays(
    _ state: SnakeState, into values: inout MutableSpan<Float>
  ) {
    let (head, heading) = (Int(state.head), Int(state.heading))
    let (dx, dy) = Self.distance(from: head, to: Int(state.food))
    let cells = InlineArray<3, Int> { action in
      let cell = Self.neighbour(of: head, Self.heading(heading, turned: action))
      return cell.map(state.isCovered) == false ? cell ?? -1 : -1
    }
    let isFree = InlineArray<24, UInt32> { ~state.covered[$0] }
    let paths =
      rules.observation == .paths
      ? SnakePaths(to: Int(state.food), from: cells, through: isFree) : nil
    let numbers = paths == nil ? 5 : 9
    // The tail will have moved on before the head gets there.
    var free = isFree
    let tail = Int(state.tail)
    free[tail >> 5] |= 1 << UInt32(tail & 31)
    var region: SnakeRegion?
    var count = 0
    for action in 0..<3 {
      let (place, cell) = (numbers * action, cells[action])
      guard cell >= 0 else {
        for index in 0..<numbers { values[place + index] = 0 }
        continue
      }
      // Often all three directions lead into one region.
      if region.map({ !$0.contains(cell) }) ?? true {
        let found = SnakeRegion(from: cell, through: free)
        count = found.count
        region = found
      }
      let way = Self.heading(heading, turned: action)
      values[place] = 1
      values[place + 1] = min(1, Float(count) / Float(state.length))
      values[place + 2] = region.map { $0.contains(tail) } == true ? 1 : 0
      values[place + 3] = 1 - 1 / Float(1 + Self.clearance(state, from: cell, way))
      guard let paths else {
        let nearer =
          switch way {
          case 0: dx > 0
          case 1: dy > 0
          case 2: dx < 0
          default: dy < 0
          }
        values[place + 4] = nearer ? 1 : 0
        continue
      }
      let distance = paths.distance(from: cell)
      values[place + 4] = distance != nil && distance == paths.least ? 1 : 0
      values[place + 5] = distance.map { 1 / Float(1 + $0) } ?? 0
      values[place + 6] = paths.leavesWayOut(state, through: cell) ? 1 : 0
      values[place + 7] = Float(count) / Float(Self.columns * Self.rows - Int(state.length) + 1)
      values[place + 8] = Float(Self.takenNeighbours(state, of: cell) - 1) / 3
    }
    let (ahead, right) =
      switch heading {
      case 0: (dx, dy)
      case 1: (dy, -dx)
      case 2: (-dx, -dy)
      default: (-dy, dx)
      }
    let rest = 3 * numbers
    values[rest] = Float(ahead) / Float(Self.columns)
    values[rest + 1] = Float(right) / Float(Self.columns)
    values[rest + 2] = Float(state.length) / Float(Self.columns * Self.rows)
    values[rest + 3] = Float(state.counter) / Float(rules.patience * Int(state.length))
  }

  /// How many of a cell's four neighbours are covered or off the board; the head is one.
  private static func takenNeighbours(_ state: SnakeState, of cell: Int) -> Int {
    (0..<4).count { way in neighbour(of: cell, way).map(state.isCovered) ?? true }
  }

  /// How many cells in a row are free, including the first.
  private static func clearance(_ state: SnakeState, from cell: Int, _ way: Int) -> Int {
    var (count, cell) = (1, cell)
    while let next = neighbour(of: cell, way), !state.isCovered(next) {
      cell = next
      count += 1
    }
    return count
  }

  /// How far the food is to the right and below; zero where there is none.
  private static func distance(from cell: Int, to food: Int) -> (x: Int, y: Int) {
    food < 0 ? (0, 0) : ((food & 31) - (cell & 31), (food >> 5) - (cell >> 5))
  }
}
