/// The contents of one cell of a map.
package enum Cell: Sendable, Equatable {
  case floor, wall, goal, hole
  /// A cell whose only action gives this reward and ends the episode.
  case exit(Double)
}

/// The three kinds of grid; a map's first line names its kind.
package enum GridKind: String, Sendable, CaseIterable {
  case maze, lake, grid

  /// The characters or words of its maps, for messages.
  var alphabet: String {
    switch self {
    case .maze: "S (start), G (goal), . (floor) or # (wall)"
    case .lake: "S (start), F (ice), H (hole) or G (goal)"
    case .grid: "S (start), _ (floor), # (wall) or a number (an exit's value)"
    }
  }
}

/// A rectangular map: its cells, its start, and the numbering of its states.
package struct GridMap: Sendable, Equatable {
  package let kind: GridKind
  package var title: String
  package let rows: Int
  package let columns: Int
  /// Row by row, from the top.
  package let cells: Cells
  /// The index of the start in `cells`.
  package let start: Int

  /// A map from its cells; `start` is an index into `cells`.
  package init(kind: GridKind, title: String, columns: Int, cells: [Cell], start: Int) {
    precondition(columns > 0 && cells.count % columns == 0, "a map is a rectangle")
    precondition(cells.indices.contains(start), "a map starts on one of its cells")
    self.kind = kind
    self.title = title
    self.columns = columns
    self.cells = Cells(cells)
    self.start = start
    rows = cells.count / columns
  }

  /// The state at a row (from the top) and a column. CS188 counts its rows from the bottom.
  package func state(row: Int, column: Int) -> Int {
    (kind == .grid ? rows - 1 - row : row) * columns + column
  }

  /// The row (from the top) and the column of a state.
  package func position(of state: Int) -> (row: Int, column: Int) {
    let row = state / columns
    return (kind == .grid ? rows - 1 - row : row, state % columns)
  }

  /// The cell of a state.
  package func cell(of state: Int) -> Cell {
    let (row, column) = position(of: state)
    return cells[row * columns + column]
  }

  /// The neighbour of a cell in the direction `dx`, `dy`; nil off the map or in a wall.
  package func neighbour(row: Int, column: Int, dx: Int, dy: Int) -> (row: Int, column: Int)? {
    let (row, column) = (row + dy, column + dx)
    guard row >= 0, row < rows, column >= 0, column < columns,
      cells[row * columns + column] != .wall
    else { return nil }
    return (row, column)
  }

  /// The number of steps from the start to every cell, −1 where it cannot be reached. Paths may end
  /// at holes and exits, but not pass through them.
  package func distances() -> [Int32] {
    var distances = [Int32](repeating: -1, count: cells.count)
    distances[start] = 0
    var queue = [Int32(start)]
    var next = 0
    while next < queue.count {
      let place = Int(queue[next])
      next += 1
      switch cells[place] {
      case .hole, .exit, .goal: continue
      case .floor, .wall: break
      }
      let column = place % columns
      let distance = distances[place] + 1
      // Called four times instead of looping over an array of directions, because maps have
      // millions of cells.
      func reach(_ to: Int, _ isInside: Bool) {
        guard isInside, distances[to] < 0, cells[to] != .wall else { return }
        distances[to] = distance
        queue.append(Int32(to))
      }
      reach(place - columns, place >= columns)
      reach(place + columns, place + columns < cells.count)
      reach(place - 1, column > 0)
      reach(place + 1, column < columns - 1)
    }
    return distances
  }
}

extension Cell {
  /// Whether an episode can succeed here.
  package var isGoal: Bool {
    switch self {
    case .goal, .exit: true
    case .floor, .wall, .hole: false
    }
  }
}

extension GridMap {
  /// The fewest steps from the start to a goal or an exit; nil where there is no way.
  package var goalDistance: Int? {
    let distances = distances()
    var nearest: Int32?
    for place in cells.indices where cells[place].isGoal && distances[place] >= 0 {
      nearest = min(nearest ?? .max, distances[place])
    }
    return nearest.map(Int.init)
  }
}
