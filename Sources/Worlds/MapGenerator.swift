package import Rollouts

/// Random maps that can always be solved: the same seed and size make the same map.
package enum MapGenerator {
  /// The goal of a random maze.
  package enum GoalPlace: String, Sendable, CaseIterable {
    /// In the corner opposite the start.
    case corner
    /// In the room with the longest way from the start.
    case farthest
  }

  /// A maze from the top left corner: exactly one way between any two cells, unless `loops` opens
  /// that share (0 to 1) of the remaining inner walls.
  package static func maze(
    rows: Int, columns: Int, seed: UInt64, loops: Double = 0, goal: GoalPlace = .corner
  ) throws(SettingError) -> GridMap {
    try check(rows, columns, atLeast: 3, "a maze")
    guard (0...1).contains(loops) else {
      throw SettingError("the share of extra openings must be a number from 0 to 1, not \(loops)")
    }
    var words = Stream(seed: seed, purpose: .map)
    var carver = MazeCarver(rows: rows, columns: columns, words: &words)
    carver.carve(&words)
    if loops > 0 { carver.open(share: loops, &words) }
    var cells = carver.cells
    var end = cells.count - 1
    if goal == .farthest {
      // The corner is a room, so it is the default goal; the first of the farthest rooms wins.
      let distances = GridMap(kind: .maze, title: "", columns: columns, cells: cells, start: 0)
        .distances()
      for place in cells.indices.reversed() where distances[place] >= distances[end] { end = place }
    }
    cells[end] = .goal
    return GridMap(
      kind: .maze, title: "Maze \(rows)×\(columns), seed \(seed)", columns: columns, cells: cells,
      start: 0)
  }

  /// A lake as Gymnasium makes them: start and goal in opposite corners, every other cell frozen
  /// with probability `frozen`, drawn again until there is a way over the ice.
  ///
  /// If few cells are frozen, a large lake almost never has a way. The number of attempts is
  /// therefore limited: after at most 1000, or 20 million cells, a path of ice is laid through the
  /// last one.
  package static func lake(
    rows: Int, columns: Int, seed: UInt64, frozen: Double = 0.8
  ) throws(SettingError) -> GridMap {
    try check(rows, columns, atLeast: 2, "a lake")
    guard (0...1).contains(frozen) else {
      throw SettingError("the share of frozen cells must be a number from 0 to 1, not \(frozen)")
    }
    var words = Stream(seed: seed, purpose: .map, part: 1)
    let count = rows * columns
    let title = "Lake \(rows)×\(columns), seed \(seed)"
    var cells = [Cell](repeating: .floor, count: count)
    for _ in 0..<max(1, min(1000, 20_000_000 / count)) {
      for place in 1..<count - 1 {
        cells[place] = words.fraction() < frozen ? .floor : .hole
      }
      cells[count - 1] = .goal
      let map = GridMap(kind: .lake, title: title, columns: columns, cells: cells, start: 0)
      if map.goalDistance != nil { return map }
    }
    layPath(over: &cells, rows: rows, columns: columns, &words)
    return GridMap(kind: .lake, title: title, columns: columns, cells: cells, start: 0)
  }

  private static func check(
    _ rows: Int, _ columns: Int, atLeast least: Int, _ what: String
  ) throws(SettingError) {
    let range = least...GridMap.largestSide
    guard range.contains(rows), range.contains(columns) else {
      throw SettingError(
        "\(what) must have from \(least)x\(least) to \(GridMap.largestSide)x\(GridMap.largestSide) cells, "
          + "not \(rows)x\(columns)")
    }
  }

  /// Freezes a random path of steps to the right and down.
  private static func layPath(
    over cells: inout [Cell], rows: Int, columns: Int, _ words: inout Stream
  ) {
    var (row, column) = (0, 0)
    while row < rows - 1 || column < columns - 1 {
      let (down, right) = (rows - 1 - row, columns - 1 - column)
      if words.pick(below: down + right) < down { row += 1 } else { column += 1 }
      let place = row * columns + column
      if cells[place] == .hole { cells[place] = .floor }
    }
  }
}

/// Carves a maze out of solid wall, depth first: the walk turns back only at dead ends, which
/// leaves long, winding corridors.
private struct MazeCarver {
  private let columns: Int
  /// The rows and columns of the rooms.
  private let rowPlaces: [Int]
  private let columnPlaces: [Int]
  private(set) var cells: [Cell]

  init(rows: Int, columns: Int, words: inout Stream) {
    self.columns = columns
    rowPlaces = Self.places(rows, &words)
    columnPlaces = Self.places(columns, &words)
    cells = Array(repeating: .wall, count: rows * columns)
  }

  /// Every other position from the first to the last; where a side is even, one wall is double.
  private static func places(_ side: Int, _ words: inout Stream) -> [Int] {
    let count = (side + 1) / 2
    guard side % 2 == 0 else { return (0..<count).map { 2 * $0 } }
    let double = words.pick(below: count - 1)
    return (0..<count).map { 2 * $0 + ($0 > double ? 1 : 0) }
  }

  private func cell(_ room: Int) -> Int {
    rowPlaces[room / columnPlaces.count] * columns + columnPlaces[room % columnPlaces.count]
  }

  /// Opens every cell between two neighbouring rooms.
  private mutating func join(_ room: Int, _ other: Int) {
    let (from, to) = (cell(min(room, other)), cell(max(room, other)))
    for place in stride(from: from, through: to, by: to - from < columns ? 1 : columns) {
      cells[place] = .floor
    }
  }

  private func isCarved(_ room: Int) -> Bool { cells[cell(room)] == .floor }

  mutating func carve(_ words: inout Stream) {
    let width = columnPlaces.count
    var path: [Int32] = [0]
    cells[0] = .floor
    while let room = path.last.map(Int.init) {
      let column = room % width
      // The neighbouring rooms that are still solid; four fixed entries, so nothing is allocated.
      var beside = SIMD4<Int32>()
      var count = 0
      for (other, exists) in [
        (room - width, room >= width), (room + width, room < width * (rowPlaces.count - 1)),
        (room - 1, column > 0), (room + 1, column < width - 1),
      ] where exists && !isCarved(other) {
        beside[count] = Int32(other)
        count += 1
      }
      guard count > 0 else {
        path.removeLast()
        continue
      }
      let next = beside[words.pick(below: count)]
      join(room, Int(next))
      // The last corner stays a dead end, because a goal there would cut off the rooms behind it.
      if next < width * rowPlaces.count - 1 { path.append(next) }
    }
  }

  /// Opens a share of the remaining walls between two rooms.
  mutating func open(share: Double, _ words: inout Stream) {
    let width = columnPlaces.count
    for room in 0..<width * rowPlaces.count {
      for (other, exists) in [
        (room + 1, room % width < width - 1), (room + width, room / width < rowPlaces.count - 1),
      ] where exists {
        let step = cell(other) - cell(room) < columns ? 1 : columns
        if cells[cell(room) + step] == .wall, words.fraction() < share { join(room, other) }
      }
    }
  }
}

extension Stream {
  // Not `Int.random(in:using:)`: a map must not change when the standard library changes how it
  // draws.

  /// A whole number in 0 ..< count.
  fileprivate mutating func pick(below count: Int) -> Int {
    Int(((next() >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
  }

  /// A number in 0 ..< 1.
  fileprivate mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
