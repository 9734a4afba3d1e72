internal import Rollouts
internal import SQLite

extension RunDescription {
  /// The rows of the table `run` in new recordings.
  var rows: [Row<RunColumn>] {
    var keys = [
      ("format", "\(Format.newest)"), ("program", program), ("world", world.name),
      ("map", world.map), ("map_name", world.mapName), ("trainer", trainer), ("preset", preset),
      ("purpose", purpose.rawValue), ("seed", "\(seed)"), ("worlds", "\(worlds)"),
      ("tags", JSON.array(tags.map(JSON.string)).compact), ("note", note),
    ]
    if let parent {
      let json: JSON = [
        "file": .string(parent.file), "digest": .string(parent.digest),
        "step": .integer(parent.step),
      ]
      keys.append(("parent", json.compact))
    }
    return keys.map { Row([.text($0.0), .text($0.1)]) }
  }
}

extension WorldDescription {
  /// Whether states or actions are recorded as numbers or as bytes: they are bytes if a field has a
  /// value type; a number's fields are digits.
  func kind(of subject: String) -> Columns.Kind {
    fields.contains { $0.subject == subject && $0.isOfBytes } ? .bytes : .integer
  }

  /// The rows of the table `actions`.
  var actionRows: [Row<ActionColumn>] {
    actions.enumerated().map { number, action in
      Row([.integer(number), .text(action.name), .integer(action.dx), .integer(action.dy)])
    }
  }

  /// The rows of the table `fields`.
  var fieldRows: [Row<FieldColumn>] {
    fields.map { field in
      Row([
        .text(field.subject), .text(field.name), .text(field.type), .integer(field.offset),
        .integer(field.count), .text(field.description),
      ])
    }
  }
}
