import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

/// Damage and changes that are found in a recording without its world.
@Suite struct DamageTests {
  /// The first difference; a file that is refused as damaged is different too.
  private func difference(_ path: String) throws -> String? {
    do {
      return try Recording(path).audit().difference?.description
    } catch let error as RecordingError {
      return error.description
    }
  }

  @Test func `a thousand flipped bits are found, except those in unused space`() throws {
    try withTemporaryFolder { folder in
      let (whole, flipped) = ("\(folder)/whole.sqlite", "\(folder)/flipped.sqlite")
      _ = try Recorded.maze(whole)
      let bytes = try Repository.contents(of: whole)
      let written = try values(of: whole)
      var stream = Stream(seed: 1, purpose: .map)
      var found = 0
      for _ in 0..<1000 {
        var changed = bytes
        let place = Int.random(in: 0..<bytes.count, using: &stream)
        changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
        write(changed, to: flipped)
        if try difference(flipped) != nil {
          found += 1
        } else {
          #expect(try values(of: flipped) == written, "a flip at byte \(place) was not found")
        }
      }
      print(
        "1000 flipped bits in \(bytes.count) bytes: \(found) found, \(1000 - found) changed no value"
      )
      #expect(found > 350)
    }
  }

  /// A change of each column of each table; each changes a value that can be read.
  static let changes: [String] = {
    var changes = ofTheRun
    func change(_ table: String, _ key: String, at places: [String], _ columns: [String]) {
      for place in places {
        for column in columns { changes.append("\(table) SET \(column) WHERE \(key) = \(place)") }
      }
    }
    func last(_ key: String, of table: String) -> String { "(SELECT max(\(key)) FROM \(table))" }
    change(
      "episodes", "episode", at: ["5", last("episode", of: "episodes")],
      [
        "episode = 4000", "seed = 8", "first_step = first_step + 1", "stride = 2",
        "steps = steps + 1", "steps = steps - 1", "return = return + 1e-9",
        "ending = 'truncated'", "ending = 'interrupted'",
        "ending = iif(ending = 'running', 'terminated', 'running')",
        "final_state = 15 - final_state",
      ])
    change(
      "transitions", "step", at: ["0", "321", last("step", of: "transitions")],
      [
        "step = 100000", "episode = episode + 1", "state = (state + 1) % 16",
        "action = (action + 1) % 4", "action = 'up'", "reward = reward + 1e-9",
      ])
    change(
      "metrics", "rowid", at: ["1", last("rowid", of: "metrics")],
      ["step = step + 1", "name = 'x'", "value = value + 1e-9", "value = NULL"])
    change(
      "checkpoints", "step", at: ["0", last("step", of: "checkpoints")],
      [
        "step = step + 1", "kind = 'x'", "parameters = zeroblob(length(parameters))",
        "training_state = '{\"a\":1}'",
      ])
    change(
      "batches", "first_step", at: ["0", last("first_step", of: "batches")],
      [
        "first_step = first_step + 1", "last_step = last_step - 1", "last_step = last_step + 1",
        "elapsed = elapsed + 1", "metrics = metrics + 1", "metrics = metrics - 1",
        "checkpoints = checkpoints + 1", "checkpoints = checkpoints - 1", "hash = zeroblob(32)",
      ])
    return changes
  }()

  private static let ofTheRun = [
    "run SET value = 'lake' WHERE key = 'world'", "run SET value = value || 'x' WHERE key = 'map'",
    "run SET value = 9 WHERE key = 'seed'", "run SET value = 2 WHERE key = 'worlds'",
    "run SET key = 'maps' WHERE key = 'map'",
    "sessions SET first_step = 1", "sessions SET configuration = '{}'",
    "sessions SET versions = '{}'", "sessions SET started = '1999'",
    "actions SET action = 7 WHERE action = 3", "actions SET name = 'no' WHERE action = 1",
    "actions SET dx = 5 WHERE action = 1", "actions SET dy = 5 WHERE action = 1",
    "fields SET subject = 'action' WHERE rowid = 1", "fields SET name = 'x' WHERE rowid = 1",
    "fields SET type = 'x' WHERE rowid = 1", "fields SET offset = 9 WHERE rowid = 1",
    "fields SET count = 9 WHERE rowid = 1", "fields SET description = '' WHERE rowid = 1",
  ]

  static let gone = [
    "transitions WHERE step = 7", "transitions WHERE step = (SELECT max(step) FROM transitions)",
    "episodes WHERE episode = 3", "episodes WHERE episode = (SELECT max(episode) FROM episodes)",
    "metrics WHERE rowid = 1", "metrics WHERE rowid = (SELECT max(rowid) FROM metrics)",
    "checkpoints WHERE step = 0", "checkpoints WHERE step = 500", "batches WHERE first_step = 200",
    "batches WHERE first_step = (SELECT max(first_step) FROM batches)", "sessions", "actions",
    "fields", "run WHERE key = 'map'",
  ]

  @Test(arguments: [true, false])
  func `any changed, added or missing value is found`(isFinished: Bool) throws {
    try withTemporaryFolder { folder in
      let (whole, path) = ("\(folder)/whole.sqlite", "\(folder)/changed.sqlite")
      // The second one ends in an open episode.
      if isFinished {
        _ = try Recorded.maze(whole)
      } else {
        try Recorded.openMaze(whole)
      }
      let bytes = try Repository.contents(of: whole)
      #expect(try difference(whole) == nil)
      let more = [
        "INSERT INTO transitions SELECT step + 1, episode, state, action, reward FROM transitions"
          + " ORDER BY step DESC LIMIT 1",
        "INSERT INTO episodes SELECT episode + 1, seed, first_step, stride, steps, return, ending,"
          + " final_state, options, success, ended FROM episodes ORDER BY episode DESC LIMIT 1",
        "INSERT INTO metrics VALUES (3, 'x', 1)",
        "INSERT INTO checkpoints SELECT 3, kind, parameters, training_state FROM checkpoints"
          + " LIMIT 1",
      ]
      var missed: [String] = []
      let statements =
        Self.changes.map { "UPDATE \($0)" } + Self.gone.map { "DELETE FROM \($0)" } + more
      let written = try values(of: whole)
      for sql in statements {
        write(bytes, to: path)
        try? Database(path, .writing).execute(sql)
        // Some columns refuse the new value.
        if try values(of: path) == written { continue }
        if try difference(path) == nil { missed.append(sql) }
      }
      print("\(statements.count) changes by SQL: \(missed.count) not found")
      #expect(missed.isEmpty, "\(missed)")
    }
  }

  @Test func `an open recording verifies, also after its labels change`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      try Recorded.openMaze(path)
      let report = try Recording(path).audit()
      #expect(report.difference == nil && report.openEpisodes == 1)
      try Recording.label(path, adding: ["kept"])
      try Recording.label(path, note: "after")
      #expect(try difference(path) == nil)
    }
  }
}
