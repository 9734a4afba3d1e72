extension GridMap {
  /// The side of the largest map that is read; a table of moves for a larger one would not fit in
  /// memory.
  package static let largestSide = 4096

  /// Parses a map's text: `reel map KIND`, more header lines, an empty line, the rows. A draft may
  /// lack a goal, or a way to it.
  package init(parsing text: String, isDraft: Bool = false) throws(MapError) {
    var parser = GridMapParser(text, isDraft: isDraft)
    self = try parser.map()
  }
}

/// Reads a map and collects every problem. Works on bytes, since the largest maps have 16 million
/// cells.
private struct GridMapParser {
  private let bytes: [UInt8]
  private let lines: [Range<Int>]
  private let isDraft: Bool
  private var problems: [MapProblem] = []
  private var cells: [Cell] = []
  private var start: (cell: Int, at: MapProblem)?
  private var hasGoal = false

  init(_ text: String, isDraft: Bool) {
    bytes = Array(text.utf8)
    lines = bytes.lines
    self.isDraft = isDraft
  }

  private mutating func note(_ line: Int, at byte: Int? = nil, _ sentence: String) {
    // A file that is not a map at all would otherwise have as many problems as characters.
    guard problems.count < 100 else { return }
    problems.append(MapProblem(line: line, column: column(line, at: byte), sentence: sentence))
  }

  /// The column of a byte in a line, in characters as editors count them.
  private func column(_ line: Int, at byte: Int?) -> Int {
    guard let byte else { return 0 }
    return 1 + bytes[lines[line - 1].lowerBound..<byte].count { !$0.continuesCharacter }
  }

  private func excerpt(_ range: Range<Int>, atMost length: Int) -> String {
    String(String(decoding: bytes[range], as: UTF8.self).prefix(length))
  }

  mutating func map() throws(MapError) -> GridMap {
    guard let kind = header() else {
      let found = lines.first.map { excerpt($0, atMost: 40) } ?? ""
      note(1, "expected 'reel map maze', 'reel map lake' or 'reel map grid', found '\(found)'")
      throw MapError(problems: problems)
    }
    let (title, first) = preamble(kind)
    var columns = 0
    var line = first
    while line < lines.count, !isBlank(line) {
      let width = row(kind: kind, line: line + 1)
      if line == first { columns = width }
      if width > GridMap.largestSide || line - first >= GridMap.largestSide {
        note(line + 1, "a map may have at most \(GridMap.largestSide) rows and columns")
        throw MapError(problems: problems)
      }
      if width != columns {
        note(line + 1, "expected \(columns) cells as in the first row, found \(width)")
      }
      line += 1
    }
    if let extra = (line..<max(line, lines.count)).first(where: { !isBlank($0) }) {
      note(extra + 1, "expected nothing after the rows; an empty line ends the map")
    }
    return try finish(kind, title: title, columns: columns, first: first)
  }

  private mutating func finish(
    _ kind: GridKind, title: String, columns: Int, first: Int
  ) throws(MapError) -> GridMap {
    if cells.isEmpty {
      note(min(first + 1, lines.count), "expected an empty line and then the rows of the map")
    } else {
      if start == nil { note(0, "the map has no start: put an S where it begins") }
      if !hasGoal && !isDraft {
        note(0, "the map has no \(kind == .grid ? "exit: write a number" : "goal: put a G")")
      }
    }
    guard let start, problems.isEmpty else { throw MapError(problems: problems) }
    let map = GridMap(kind: kind, title: title, columns: columns, cells: cells, start: start.cell)
    if !isDraft && map.goalDistance == nil {
      note(0, "no \(kind == .grid ? "exit" : "goal") can be reached from the start")
      throw MapError(problems: problems)
    }
    return map
  }

  private func isBlank(_ line: Int) -> Bool { bytes[lines[line]].allSatisfy(\.isSpace) }

  private func words(_ line: Int) -> [Range<Int>] {
    bytes[lines[line]].split(whereSeparator: \.isSpace).map(\.indices)
  }

  private func header() -> GridKind? {
    guard !lines.isEmpty else { return nil }
    let words = words(0).map { excerpt($0, atMost: 20) }
    guard words.count == 3, words[0] == "reel", words[1] == "map" else { return nil }
    return GridKind(rawValue: words[2])
  }

  /// The other header lines, and the line where the rows begin.
  private mutating func preamble(_ kind: GridKind) -> (title: String, first: Int) {
    var title = ""
    var line = 1
    while line < lines.count, !isBlank(line) {
      let words = words(line)
      switch excerpt(words[0], atMost: 20) {
      case "title":
        let end = words[words.count - 1].upperBound
        title = words.count > 1 ? excerpt(words[1].lowerBound..<end, atMost: .max) : ""
      case "note": break
      default:
        let isRow = symbols(kind, line: line).allSatisfy { cell($0, kind) != nil || isStart($0) }
        note(
          line + 1, at: words[0].lowerBound,
          isRow
            ? "expected an empty line before the rows"
            : "expected 'title …', 'note …' or an empty line before the rows")
        // The following lines would repeat the same problem.
        if isRow { return (title, line) }
      }
      line += 1
    }
    return (title, line + 1)
  }

  /// The positions of a line's cells: single characters, or words in CS188's grids.
  private func symbols(_ kind: GridKind, line: Int) -> [Range<Int>] {
    if kind == .grid { return words(line) }
    var symbols: [Range<Int>] = []
    symbols.reserveCapacity(lines[line].count)
    for at in lines[line] {
      if bytes[at].continuesCharacter, let last = symbols.last, last.upperBound == at {
        symbols[symbols.count - 1] = last.lowerBound..<at + 1
      } else if !bytes[at].isSpace {
        symbols.append(at..<at + 1)
      }
    }
    return symbols
  }

  /// Reads the cells of a row and returns how many there are.
  private mutating func row(kind: GridKind, line: Int) -> Int {
    let symbols = symbols(kind, line: line - 1)
    for symbol in symbols {
      if isStart(symbol) {
        let here = MapProblem(
          line: line, column: column(line, at: symbol.lowerBound), sentence: "")
        if let first = start?.at {
          note(
            line, at: symbol.lowerBound,
            "expected one start, found another S "
              + "(the first is on line \(first.line), column \(first.column))")
        } else {
          start = (cells.count, here)
        }
        cells.append(.floor)
      } else if let cell = cell(symbol, kind) {
        if cell.isGoal { hasGoal = true }
        cells.append(cell)
      } else {
        let found = excerpt(symbol, atMost: 20)
        note(line, at: symbol.lowerBound, "expected \(kind.alphabet), found '\(found)'")
        cells.append(.floor)
      }
    }
    return symbols.count
  }

  private func isStart(_ symbol: Range<Int>) -> Bool {
    symbol.count == 1 && bytes[symbol.lowerBound] == UInt8(ascii: "S")
  }

  private func cell(_ symbol: Range<Int>, _ kind: GridKind) -> Cell? {
    if symbol.count == 1 {
      switch (kind, bytes[symbol.lowerBound]) {
      case (.maze, UInt8(ascii: ".")), (.lake, UInt8(ascii: "F")), (.grid, UInt8(ascii: "_")):
        return .floor
      case (.maze, UInt8(ascii: "#")), (.grid, UInt8(ascii: "#")): return .wall
      case (.maze, UInt8(ascii: "G")), (.lake, UInt8(ascii: "G")): return .goal
      case (.lake, UInt8(ascii: "H")): return .hole
      default: break
      }
    }
    guard kind == .grid, symbol.count <= 40, let value = Double(excerpt(symbol, atMost: 40)),
      value.isFinite, abs(value) <= 1e9
    else { return nil }
    // Adding zero turns −0 into 0.
    return .exit(value + 0)
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0B || self == 0x0C }
  fileprivate var continuesCharacter: Bool { self & 0xC0 == 0x80 }
}

extension [UInt8] {
  /// The lines of a text without line breaks (`\n`, `\r\n` or `\r`) and without a byte-order mark.
  fileprivate var lines: [Range<Int>] {
    var lines: [Range<Int>] = []
    var first = starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var at = first
    while at < count {
      defer { at += 1 }
      guard self[at] == UInt8(ascii: "\n") || self[at] == UInt8(ascii: "\r") else { continue }
      lines.append(first..<at)
      let isPair = self[at] == UInt8(ascii: "\r") && at + 1 < count
      if isPair && self[at + 1] == UInt8(ascii: "\n") { at += 1 }
      first = at + 1
    }
    if first < count { lines.append(first..<count) }
    return lines
  }
}
