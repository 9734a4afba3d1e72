import Rollouts

/// Mazes, lakes and grids being drawn: a title, notes, and the symbol of every cell, row by row.
enum GridDraft {
  /// The permitted sides for drawing on a page: larger maps are for programs.
  static let sides = 1...256
  private static let titleLength = 200

  /// How to draw maps of a kind.
  static func editing(_ kind: GridKind) -> MapEditing {
    MapEditing(
      tools: kind.tools,
      blank: { width, height in
        guard sides.contains(width), sides.contains(height), width * height > 1 else {
          throw tooLarge(height, width)
        }
        var cells = [Cell](repeating: .floor, count: width * height)
        cells[cells.count - 1] = kind == .grid ? .exit(1) : .goal
        let map = GridMap(kind: kind, title: "", columns: width, cells: cells, start: 0)
        return try draft(of: map, notes: [])
      },
      read: { text in
        let map = try GridMap(parsing: text, isDraft: true)
        guard map.kind == kind else {
          throw SettingError("this is a map of a \(map.kind.rawValue), not of a \(kind.rawValue)")
        }
        return try draft(of: map, notes: notes(in: text))
      },
      text: { try text(of: $0, kind) },
      scenery: { GridWorld(try GridMap(parsing: $0, isDraft: true)) })
  }

  private static func draft(of map: GridMap, notes: [String]) throws -> JSON {
    guard sides.contains(map.rows), sides.contains(map.columns) else {
      throw tooLarge(map.rows, map.columns)
    }
    return [
      "form": "cells", "title": .string(map.title), "notes": .array(notes.map(JSON.string)),
      "columns": .integer(map.columns),
      "cells": .array(map.cells.indices.map { .string(map.symbol(at: $0)) }),
    ]
  }

  private static func tooLarge(_ rows: Int, _ columns: Int) -> SettingError {
    SettingError(
      "a map drawn by hand must have at least 2 cells and at most \(sides.upperBound) rows and columns, "
        + "but this one has \(rows) × \(columns)")
  }

  /// The remarks in a map's header.
  private static func notes(in text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .prefix { !$0.allSatisfy(\.isWhitespace) }
      .filter { $0.split(separator: " ").first == "note" }
      .map { String($0.drop(while: \.isWhitespace).dropFirst(4).drop(while: \.isWhitespace)) }
  }

  private static func text(of draft: JSON, _ kind: GridKind) throws -> String {
    guard case .array(let cells)? = draft["cells"], let columns = draft["columns"]?.int,
      sides.contains(columns), cells.count.isMultiple(of: columns),
      sides.contains(cells.count / columns)
    else {
      throw SettingError(
        "a draft must have a list of cells in rows of \(sides.lowerBound) to \(sides.upperBound)")
    }
    let symbols = cells.compactMap(\.text)
    guard symbols.count == cells.count, symbols.allSatisfy(isSymbol) else {
      throw SettingError("a cell must be a symbol without spaces")
    }
    var header = ["reel map \(kind.rawValue)"]
    let title = try line(draft["title"] ?? "", called: "title")
    if !title.isEmpty { header.append("title \(title)") }
    if case .array(let notes)? = draft["notes"] {
      for note in notes { header.append("note \(try line(note, called: "note"))") }
    }
    let rows = stride(from: 0, to: symbols.count, by: columns).map {
      symbols[$0..<$0 + columns].joined(separator: " ")
    }
    // The format decides which cells are valid and how rows are arranged.
    let bare = "reel map \(kind.rawValue)\n\n" + rows.joined(separator: "\n") + "\n"
    let set = try GridMap(parsing: bare, isDraft: true).text.split(
      separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)[1]
    return header.joined(separator: "\n") + "\n" + set
  }

  private static func isSymbol(_ text: String) -> Bool {
    (1...40).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// A text that must stay on one line.
  private static func line(_ json: JSON, called name: String) throws(SettingError) -> String {
    guard let text = json.text, text.count <= titleLength,
      text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }),
      !text.contains(where: \.isNewline)
    else { throw SettingError("a \(name) must be one line of at most \(titleLength) characters") }
    let words = text.drop(while: \.isWhitespace)
    return String(words.reversed().drop(while: \.isWhitespace).reversed())
  }
}

extension GridKind {
  /// The brushes, and the options of random maps.
  fileprivate var tools: JSON {
    let brushes: [(symbol: String, name: String)] =
      switch self {
      case .maze: [("#", "Wall"), (".", "Floor"), ("S", "Start"), ("G", "Goal")]
      case .lake: [("H", "Hole"), ("F", "Ice"), ("S", "Start"), ("G", "Goal")]
      case .grid: [("#", "Wall"), ("_", "Floor"), ("S", "Start"), ("1", "Exit")]
      }
    let share: [JSON] =
      switch self {
      case .maze: [["name": "loops", "label": "Loops", "low": 0, "high": 1, "usual": 0.0]]
      case .lake: [["name": "frozen", "label": "Ice", "low": 0.3, "high": 1, "usual": 0.8]]
      case .grid: []
      }
    return [
      "form": "cells", "start": "S", "floor": .string(brushes[1].symbol),
      "takes_values": .bool(self == .grid),
      "least_side": .integer(GridDraft.sides.lowerBound),
      "most_side": .integer(GridDraft.sides.upperBound),
      "usual_width": .integer(self == .grid ? 5 : 9),
      "usual_height": .integer(self == .grid ? 4 : 9),
      "brushes": .array(
        brushes.map { ["symbol": .string($0.symbol), "name": .string($0.name)] }),
      "shares": .array(share),
    ]
  }
}
