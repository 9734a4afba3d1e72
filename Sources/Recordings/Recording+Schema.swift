internal import Rollouts
internal import SQLite

extension Recording {
  /// Checks that the tables and the view are declared as in the format, and that nothing else acts
  /// on their rows.
  func checkSchema() throws {
    let expected = try withRecordingErrors(path) { () throws(SQLiteError) in
      try format.model().all(Self.declarations)
    }
    for row in expected {
      guard let type = row[0].text, let name = row[1].text, let sql = row[2].text else { continue }
      let found = try value(
        "SELECT sql FROM main.sqlite_schema WHERE type = ? AND name = ?", .text(type), .text(name))
      guard let found = found?.text else {
        throw Difference("the \(type) \(name)", expected: "one", found: "none")
      }
      guard Self.words(of: found) == Self.words(of: sql) else {
        throw Difference(
          "the declaration of the \(type) \(name)", expected: "that of the format", found: found)
      }
    }
    if let trigger = try value("SELECT name FROM main.sqlite_schema WHERE type = 'trigger'")?.text {
      throw Difference("the triggers", expected: "none", found: trigger)
    }
    for table in format.tables {
      // For an index: its position, its name, whether it is unique, and its origin.
      for row in try rows("PRAGMA main.index_list(\(table.name))") where row[2] == .integer(1) {
        guard row[3] == .text("c") else { continue }
        throw Difference(
          "the unique indexes of the table \(table.name)", expected: "none",
          found: "\(row[1].text ?? "")")
      }
    }
  }

  private static let declarations =
    "SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL"

  /// The words of a declaration, without blanks and comments.
  private static func words(of sql: String) -> [Substring] {
    var text = sql.split(separator: "\n").map { line in
      String(line.firstRange(of: "--").map { line[..<$0.lowerBound] } ?? line)
    }.joined(separator: " ")
    for sign in ["(", ")", ",", "="] { text = text.replacing(sign, with: " \(sign) ") }
    return text.split(whereSeparator: \.isWhitespace)
  }

  /// Checks that each value of the table `run` has the type of its key.
  func checkRun() throws {
    for row in try rows(of: RunColumn.self) {
      let key = row[.key].text ?? ""
      let isNumber = format.version == 1 && ["format", "seed", "worlds"].contains(key)
      let isRight = isNumber ? row[.value].int != nil : row[.value].text != nil
      guard isRight, key != "format" || row[.value].number == format.version else {
        throw Difference(
          "the value of \(key) in the table run", expected: isNumber ? "a number" : "a text",
          found: "another")
      }
    }
  }

  /// Checks that the second description matches the first.
  func checkDescription() throws {
    guard format.version > 1 else { return }
    let facts = try sessionFacts()
    let found = try rows(of: DescriptionColumn.self, "ORDER BY session").map {
      $0[.json].text.flatMap { try? JSON(parsing: $0) }
    }
    for (place, session) in facts.enumerated() {
      let expected =
        try place == 0
        ? withRecordingErrors(path) { () throws(SQLiteError) in
          try WholeDescription(of: database, in: format, session).json
        } : ["session": session.json]
      guard place < found.count, let json = found[place], json.isSame(as: expected) else {
        throw Difference(
          "the second description of session \(place + 1)", expected: "what the tables say",
          found: place < found.count ? "something else" : "none")
      }
    }
    guard found.count == facts.count else {
      throw Difference(
        "the second descriptions", expected: "\(facts.count), one for each session",
        found: "\(found.count)")
    }
  }

  /// What other tools added without changing the recording.
  func additions() throws(RecordingError) -> [String] {
    let ours = Set(format.tables.map(\.name) + ["rollout", "images_at", "scenes_at"])
    return try rows(
      "SELECT type, name, tbl_name FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        + " ORDER BY type, name"
    ).compactMap { row -> String? in
      guard let type = row[0].text, let name = row[1].text, !ours.contains(name) else { return nil }
      return type == "index" ? "index \(name) on \(row[2].text ?? "")" : "\(type) \(name)"
    }
  }
}

extension Audit {
  /// Sessions without steps whose settings differ from the previous ones: no hash covers them, so
  /// nobody knows who added them.
  func uncoveredSessions() throws(RecordingError) -> [String] {
    let all = try recording.sessions()
    var next: JSON?
    return all.indices.dropFirst().reversed().compactMap { place -> String? in
      if coveredSessions.contains(place) {
        next = all[place].configuration
        return nil
      }
      // A later session with the same settings confirms them.
      if next == all[place].configuration { return nil }
      let changes = Self.changes(all[place].configuration, from: all[place - 1].configuration)
      guard !changes.isEmpty else { return nil }
      return "session \(place + 1), which made no step and sets \(changes.joined(separator: ", "))"
    }.reversed()
  }

  /// The settings that differ from the previous ones.
  private static func changes(_ configuration: JSON, from before: JSON) -> [String] {
    guard case .object(let members) = configuration else { return ["no settings"] }
    let changed = members.filter { before[$0.key] != $0.value }.map {
      "\($0.key) = \($0.value.text ?? $0.value.compact)"
    }
    return changed.isEmpty && configuration != before ? ["fewer settings"] : changed
  }
}

extension SQLiteValue {
  /// A number in the table `run`: in format 2, it is text.
  var number: Int? { int ?? text.flatMap { Int($0) } }
}

extension JSON {
  /// Whether two descriptions are equal, whatever the order of their members.
  fileprivate func isSame(as other: JSON) -> Bool {
    switch (self, other) {
    case (.object(let mine), .object(let theirs)):
      mine.count == theirs.count
        && mine.allSatisfy { member in
          other[member.key].map { member.value.isSame(as: $0) } ?? false
        }
    case (.array(let mine), .array(let theirs)):
      mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.isSame(as: $1) }
    default: self == other
    }
  }
}
