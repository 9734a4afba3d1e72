package import Rollouts

/// A map in numbers, for `reel map check` and for its authors.
package struct MapSurvey: Sendable, Equatable {
  /// A cell where an episode can succeed, and its reward where the map gives one.
  package struct Target: Sendable, Equatable {
    /// In the notation for this kind of grid: row and column, or x and y.
    package var coordinates: [Int]
    package var value: Double?
  }

  package let kind: GridKind
  package let title: String
  package let rows: Int
  package let columns: Int
  /// In the notation for this kind of grid: row and column, or x and y.
  package let start: [Int]
  /// Goals or exits, row by row from the top.
  package let targets: [Target]
  package private(set) var walls = 0
  package private(set) var holes = 0
  /// The fewest moves from the start to a goal or an exit.
  package let shortestPath: Int
  /// Open cells that cannot be reached.
  package private(set) var unreachable = 0
  /// Cells other than the start that have only one exit.
  package private(set) var deadEnds = 0

  /// Surveys a map.
  package init(_ map: GridMap) {
    kind = map.kind
    title = map.title
    rows = map.rows
    columns = map.columns
    start = map.coordinates(of: map.start)
    shortestPath = map.goalDistance ?? 0
    let distances = map.distances()
    var targets: [Target] = []
    for (place, cell) in map.cells.enumerated() {
      switch cell {
      case .wall: walls += 1
      case .hole: holes += 1
      case .goal: targets.append(Target(coordinates: map.coordinates(of: place)))
      case .exit(let value):
        targets.append(Target(coordinates: map.coordinates(of: place), value: value))
      case .floor:
        if distances[place] > 0, map.openNeighbours(of: place) == 1 { deadEnds += 1 }
      }
      if distances[place] < 0, cell != .wall, cell != .hole { unreachable += 1 }
    }
    self.targets = targets
  }

  /// How many cells there are.
  package var cells: Int { rows * columns }
}

// MARK: For people and programs

extension MapSurvey {
  /// The findings as flat JSON members.
  package var members: [JSON.Member] {
    var members: [JSON.Member] = [
      .init("kind", .string(kind.rawValue)), .init("title", .string(title)),
      .init("rows", .integer(rows)), .init("columns", .integer(columns)),
      .init("coordinates", .array(kind.coordinateNames.map(JSON.string))),
      .init("start", .array(start.map(JSON.integer))),
      .init("targets", .array(targets.map { .array($0.coordinates.map(JSON.integer)) })),
    ]
    if kind == .grid {
      members.append(.init("values", .array(targets.map { .number($0.value ?? 0) })))
    }
    return members + [
      .init("walls", .integer(walls)), .init("holes", .integer(holes)),
      .init("shortest_path", .integer(shortestPath)), .init("unreachable", .integer(unreachable)),
      .init("dead_ends", .integer(deadEnds)),
    ]
  }

  /// The findings as labelled lines for people, without zero counts.
  package var lines: [(label: String, text: String)] {
    var lines = [
      ("map", title.isEmpty ? kind.rawValue : "\(kind.rawValue), \(title)"),
      ("size", "\(rows) rows × \(columns) columns, \(cells) cells"),
      ("start", name(start)),
      (kind == .grid ? "exits" : targets.count == 1 ? "goal" : "goals", targetList),
      ("shortest path", "\(shortestPath) move\(shortestPath == 1 ? "" : "s")"),
    ]
    if walls > 0 { lines.append(("walls", share(walls))) }
    if holes > 0 { lines.append(("holes", share(holes))) }
    if unreachable > 0 { lines.append(("unreachable", share(unreachable))) }
    if deadEnds > 0 { lines.append(("dead ends", share(deadEnds))) }
    return lines
  }

  private var targetList: String {
    let shown = targets.prefix(8).map { target in
      guard let value = target.value else { return name(target.coordinates) }
      let number = Int(exactly: value).map(String.init) ?? "\(value)"
      return "\(number) at \(name(target.coordinates))"
    }
    let more = targets.count - shown.count
    return shown.joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
  }

  private func name(_ coordinates: [Int]) -> String {
    zip(kind.coordinateNames, coordinates).map { "\($0) \($1)" }.joined(separator: ", ")
  }

  private func share(_ count: Int) -> String {
    let percent = (Double(count) / Double(cells) * 100).rounded()
    return "\(count) (\(count > 0 && percent < 1 ? "< 1" : "\(Int(percent))") %)"
  }
}

extension MapError {
  /// Every problem, with `line` and `column` where it has a position.
  package var json: JSON {
    .array(
      problems.map { problem in
        var members: [JSON.Member] = []
        if problem.line > 0 { members.append(.init("line", .integer(problem.line))) }
        if problem.column > 0 { members.append(.init("column", .integer(problem.column))) }
        return .object(members + [.init("problem", .string(problem.sentence))])
      })
  }
}

extension GridKind {
  /// The names of a state's coordinates, in the order that people type them.
  package var coordinateNames: [String] { self == .grid ? ["x", "y"] : ["row", "column"] }
}

extension GridMap {
  /// The coordinates of an entry of `cells`, in the notation for its kind.
  fileprivate func coordinates(of place: Int) -> [Int] {
    let (row, column) = (place / columns, place % columns)
    return kind == .grid ? [column, rows - 1 - row] : [row, column]
  }

  /// How many neighbours of a cell are open.
  fileprivate func openNeighbours(of place: Int) -> Int {
    var count = 0
    func look(_ other: Int, _ isInside: Bool) {
      if isInside, cells[other] != .wall, cells[other] != .hole { count += 1 }
    }
    look(place - columns, place >= columns)
    look(place + columns, place + columns < cells.count)
    look(place - 1, place % columns > 0)
    look(place + 1, place % columns < columns - 1)
    return count
  }
}
