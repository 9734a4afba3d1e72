/// One thing that is wrong with a map's text, and where; lines and columns count from 1.
package struct MapProblem: Error, Sendable, Equatable, CustomStringConvertible {
  package var line: Int
  package var column: Int
  package var sentence: String

  /// `line 3, column 7: …`, or the sentence alone where it is about the whole map.
  package var description: String {
    if line == 0 { return sentence }
    return column == 0 ? "line \(line): \(sentence)" : "line \(line), column \(column): \(sentence)"
  }
}

/// Everything that is wrong with a map.
package struct MapError: Error, Sendable, Equatable, CustomStringConvertible {
  package var problems: [MapProblem]

  /// The first problem, and how many more there are.
  package var description: String {
    let more = problems.count - 1
    return (problems.first?.description ?? "the map is wrong")
      + (more > 0 ? " (and \(more) more; reel map check lists them)" : "")
  }
}

extension GridMap {
  /// The largest map that is read; beyond it a table of moves would not fit.
  package static let largestSide = 4096

  /// The map that a text describes: `reel map KIND`, more header lines, an empty line, the rows.
  package init(parsing text: String) throws(MapError) {
    var parser = GridMapParser(text)
    self = try parser.map()
  }

  /// The map as text, which reads back as the same map.
  package var text: String {
    var text = "reel map \(kind.rawValue)\n"
    if !title.isEmpty { text += "title \(title)\n" }
    text += "\n"
    for row in 0..<rows {
      let symbols = (0..<columns).map { symbol(at: row * columns + $0) }
      let width = kind == .grid ? symbols.map(\.count).max() ?? 1 : 1
      let padded = symbols.map { String(repeating: " ", count: width - $0.count) + $0 }
      text += padded.joined(separator: kind == .grid ? " " : "") + "\n"
    }
    return text
  }

  private func symbol(at place: Int) -> String {
    if place == start { return "S" }
    switch cells[place] {
    case .floor: return kind == .maze ? "." : kind == .lake ? "F" : "_"
    case .wall: return "#"
    case .goal: return "G"
    case .hole: return "H"
    case .exit(let value): return value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
  }
}

/// Reads a map and keeps every problem that it meets.
private struct GridMapParser {
  private let lines: [Substring]
  private var problems: [MapProblem] = []
  private var cells: [Cell] = []
  private var start: Int?
  private var hasGoal = false

  init(_ text: String) {
    lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }

  private mutating func note(_ line: Int, _ column: Int, _ sentence: String) {
    // A file that is no map at all would otherwise have as many problems as characters.
    if problems.count < 100 {
      problems.append(MapProblem(line: line, column: column, sentence: sentence))
    }
  }

  mutating func map() throws(MapError) -> GridMap {
    guard let kind = header() else {
      note(1, 0, "expected 'reel map maze', 'reel map lake' or 'reel map grid'")
      throw MapError(problems: problems)
    }
    let (title, first) = preamble()
    var columns = 0
    var line = first
    while line < lines.count, !lines[line].allSatisfy(\.isWhitespace) {
      let width = row(lines[line], kind: kind, line: line + 1)
      if line == first { columns = width }
      if width != columns {
        note(line + 1, 0, "expected \(columns) cells as in the first row, found \(width)")
      }
      if width > GridMap.largestSide || line - first >= GridMap.largestSide {
        note(line + 1, 0, "a map has at most \(GridMap.largestSide) rows and columns")
        throw MapError(problems: problems)
      }
      line += 1
    }
    for extra in line..<max(line, lines.count) where !lines[extra].allSatisfy(\.isWhitespace) {
      note(extra + 1, 0, "expected nothing after the rows")
      break
    }
    if cells.isEmpty { note(first + 1, 0, "expected the rows of the map after an empty line") }
    if start == nil && !cells.isEmpty { note(0, 0, "the map has no start: put an S where it begins") }
    if !hasGoal && !cells.isEmpty {
      note(0, 0, kind == .grid ? "the map has no exit: write a number" : "the map has no goal: put a G")
    }
    guard let start, problems.isEmpty else { throw MapError(problems: problems) }
    let map = GridMap(kind: kind, title: title, columns: columns, cells: cells, start: start)
    guard map.goalDistance != nil else {
      note(0, 0, "no \(kind == .grid ? "exit" : "goal") can be reached from the start")
      throw MapError(problems: problems)
    }
    return map
  }

  private func header() -> GridKind? {
    let words = (lines.first ?? "").split(whereSeparator: \.isWhitespace)
    guard words.count == 3, words[0] == "reel", words[1] == "map" else { return nil }
    return GridKind(rawValue: String(words[2]))
  }

  /// The header's other lines, and the line that the rows begin at.
  private mutating func preamble() -> (title: String, first: Int) {
    var title = ""
    var line = 1
    while line < lines.count, !lines[line].allSatisfy(\.isWhitespace) {
      let words = lines[line].split(maxSplits: 1, whereSeparator: \.isWhitespace)
      switch words.first {
      case "title": title = words.count > 1 ? String(words[1]) : ""
      case "note": break
      default: note(line + 1, 1, "expected 'title …', 'note …' or an empty line before the rows")
      }
      line += 1
    }
    return (title, line + 1)
  }

  /// Takes the cells of a row and returns how many they are.
  private mutating func row(_ text: Substring, kind: GridKind, line: Int) -> Int {
    let before = cells.count
    let symbols =
      kind == .grid
      ? text.split(whereSeparator: \.isWhitespace)
      : text.indices.filter { !text[$0].isWhitespace }.map { text[$0...$0] }
    for symbol in symbols {
      let column = text.distance(from: text.startIndex, to: symbol.startIndex) + 1
      if symbol == "S" {
        if start != nil { note(line, column, "expected one start, found another S") }
        start = cells.count
        cells.append(.floor)
      } else if let cell = Self.cell(symbol, kind: kind) {
        switch cell {
        case .goal, .exit: hasGoal = true
        case .floor, .wall, .hole: break
        }
        cells.append(cell)
      } else {
        note(line, column, "expected \(kind.alphabet), found '\(symbol.prefix(20))'")
        cells.append(.floor)
      }
    }
    return cells.count - before
  }

  private static func cell(_ symbol: Substring, kind: GridKind) -> Cell? {
    switch (kind, symbol) {
    case (.maze, "."), (.lake, "F"), (.grid, "_"): return .floor
    case (.maze, "#"), (.grid, "#"): return .wall
    case (.maze, "G"), (.lake, "G"): return .goal
    case (.lake, "H"): return .hole
    case (.grid, _):
      guard let value = Double(symbol), value.isFinite, abs(value) <= 1e9 else { return nil }
      return .exit(value)
    default: return nil
    }
  }
}

extension GridMap {
  /// The fewest steps from the start to a goal or an exit; nil where there is no way.
  package var goalDistance: Int? {
    let distances = distances()
    return cells.indices.filter { place in
      switch cells[place] {
      case .goal, .exit: distances[place] >= 0
      case .floor, .wall, .hole: false
      }
    }.map { Int(distances[$0]) }.min()
  }
}
