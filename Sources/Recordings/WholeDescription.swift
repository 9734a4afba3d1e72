internal import Rollouts
internal import SQLite

/// Everything that a recording states before its first step, stored a second time: the first
/// session's row in the table `description`.
struct WholeDescription: Equatable {
  let json: JSON

  /// The current contents of the tables.
  init(
    of database: Database, in format: Format, _ session: SessionFacts
  ) throws(SQLiteError) {
    let changing = HashChain.changingKeys(in: format)
    let run = try database.rows(of: RunColumn.self, in: format, "ORDER BY key").filter {
      !changing.contains($0[.key].text ?? "")
    }
    let actions = try database.rows(of: ActionColumn.self, in: format, "ORDER BY action")
    let fields = try database.rows(of: FieldColumn.self, in: format, "ORDER BY rowid")
    json = [
      "run": .object(run.map { JSON.Member($0[.key].text ?? "", $0[.value].json) }),
      "actions": .array(actions.map { .array($0.values.map(\.json)) }),
      "fields": .array(fields.map { .array($0.values.map(\.json)) }),
      "session": session.json,
    ]
  }

  /// Writes it to its table, which format 1 lacks.
  func write(to database: Database, in format: Format) throws(SQLiteError) {
    guard format.version > 1 else { return }
    try database.insert(
      Row<DescriptionColumn>([.integer(1), .text(json.compact)]), in: format,
      "INSERT OR REPLACE")
  }

  /// Writes the whole table again after a change in the tables that it repeats.
  static func update(in database: Database, _ format: Format) throws(SQLiteError) {
    guard format.version > 1 else { return }
    try database.execute("DELETE FROM description")
    let sessions = try database.rows(of: SessionColumn.self, in: format, "ORDER BY rowid")
    for (place, row) in sessions.enumerated() {
      let facts = SessionFacts(row)
      if place == 0 {
        try WholeDescription(of: database, in: format, facts).write(to: database, in: format)
      } else {
        let json: JSON = ["session": facts.json]
        try database.insert(
          Row<DescriptionColumn>([.integer(place + 1), .text(json.compact)]), in: format)
      }
    }
  }
}

extension SQLiteValue {
  /// The value in JSON; bytes, which a description does not have, become null.
  var json: JSON {
    switch self {
    case .null, .blob: .null
    case .integer(let value): .integer(value)
    case .real(let value): .number(value)
    case .text(let value): .string(value)
    }
  }
}
