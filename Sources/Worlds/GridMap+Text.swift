/// A problem in a map's text, and its position; lines and columns count from 1.
package struct MapProblem: Error, Sendable, Equatable, CustomStringConvertible {
  package var line: Int
  package var column: Int
  package var sentence: String

  /// `line 3, column 7: …`, or the sentence alone where it concerns the whole map.
  package var description: String {
    if line == 0 { return sentence }
    return column == 0 ? "line \(line): \(sentence)" : "line \(line), column \(column): \(sentence)"
  }
}

/// All problems of a map.
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
  /// The map as text, which parses to the same map.
  package var text: String {
    let header = "reel map \(kind.rawValue)\n" + (title.isEmpty ? "\n" : "title \(title)\n\n")
    var bytes = Array(header.utf8)
    bytes.reserveCapacity(bytes.count + rows * (columns + 1))
    let width = kind == .grid ? cells.indices.map { symbol(at: $0).utf8.count }.max() ?? 1 : 1
    for row in 0..<rows {
      for place in row * columns..<(row + 1) * columns {
        guard kind == .grid else {
          bytes.append(place == start ? UInt8(ascii: "S") : cells[place].byte(in: kind))
          continue
        }
        let symbol = symbol(at: place).utf8
        let gap = width - symbol.count + (place % columns > 0 ? 1 : 0)
        bytes += Array(repeating: UInt8(ascii: " "), count: gap)
        bytes += symbol
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The symbol for an entry of `cells` in the text.
  func symbol(at place: Int) -> String {
    if place == start { return "S" }
    guard case .exit(let value) = cells[place] else {
      return String(UnicodeScalar(cells[place].byte(in: kind)))
    }
    return Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

extension Cell {
  fileprivate func byte(in kind: GridKind) -> UInt8 {
    switch self {
    case .floor: kind == .maze ? UInt8(ascii: ".") : UInt8(ascii: kind == .lake ? "F" : "_")
    case .wall: UInt8(ascii: "#")
    case .hole: UInt8(ascii: "H")
    case .goal, .exit: UInt8(ascii: "G")
    }
  }
}
