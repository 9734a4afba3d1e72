import Foundation
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

/// Recordings with wrong bytes, and whole ones with wrong values: what can be read is read, the rest is
/// refused with one sentence.
@Suite struct RecordingFuzzTests {
  private func bytes() throws -> [[UInt8]] {
    try SoundRecordings.paths.get().map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
  }

  @Test func `wrong bytes`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/wrong.sqlite"
      try Fuzz(target: "recordings", seeds: bytes(), share: 0.5).run { _, input in
        try Data(input).write(to: URL(fileURLWithPath: path))
        try SoundRecordings.askAll(of: path)
      }
    }
  }

  @Test func `wrong values`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/wrong.sqlite"
      try Fuzz(target: "values", seeds: [[0]], share: 0.5).run { mutator, _ in
        try spoil(path, &mutator)
        try SoundRecordings.askAll(of: path)
      }
    }
  }

  @Test func `wrong values, read by the verbs that draw and train`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/wrong.sqlite"
      let questions = [
        "info wrong.sqlite", "film wrong.sqlite --episode first,best -o a.gif --force",
        "heatmap wrong.sqlite -o h.png --force", "q wrong.sqlite --state 0",
        "curve wrong.sqlite -o c.png --force", "verify wrong.sqlite --replay",
        "recover wrong.sqlite -o saved.sqlite --force", "export wrong.sqlite --transitions",
        "evaluate wrong.sqlite --episodes 1", "train --resume wrong.sqlite",
        "copy wrong.sqlite -o b.sqlite --force --prune 'episodes every 2'",
        "fork wrong.sqlite --at 50% -o f.sqlite --force", "explain qtable wrong.sqlite",
        "render wrong.sqlite --episode last -o frames --force", "episodes wrong.sqlite",
        "report wrong.sqlite -o r.html --force", "compare wrong.sqlite",
        "film wrong.sqlite --learning -o l.gif --force --size 320",
        "heatmap wrong.sqlite --of td-error -o t.png --force",
        "heatmap wrong.sqlite --of attention -o w.png --force",
        "generate wrong.sqlite --tokens 5 --prompt a",
      ]
      try Fuzz(target: "verbs", seeds: [[0]], longest: 120, share: 0.1).run { mutator, _ in
        try spoil(path, &mutator)
        let question = mutator.one(of: questions)
        let outcome = try Program.shell(
          "ulimit -v 8000000; timeout -s KILL 120 \(Program.reel()) \(question)", in: folder)
        try Fuzz.check(outcome) {
          let kept = "\(Repository.root)/output/fuzz/verbs-\(mutator.number(0..<1_000_000)).sqlite"
          try FileManager.default.copyItem(atPath: path, toPath: kept)
          return " (\(question), kept in \(kept))"
        }
      }
    }
  }

  private static let columns = [
    "run.value", "sessions.first_step", "sessions.configuration", "sessions.versions",
    "sessions.started", "sessions.ended", "sessions.writer", "actions.name", "actions.dx",
    "fields.subject", "fields.name", "fields.type", "fields.offset", "fields.count",
    "episodes.episode", "episodes.seed", "episodes.first_step", "episodes.stride",
    "episodes.steps", "episodes.return", "episodes.ending", "episodes.final_state",
    "transitions.step", "transitions.episode", "transitions.state", "transitions.action",
    "transitions.reward", "metrics.step", "metrics.name", "metrics.value", "checkpoints.step",
    "checkpoints.kind", "checkpoints.parameters", "checkpoints.training_state",
    "batches.first_step", "batches.last_step", "batches.metrics", "batches.checkpoints",
    "batches.elapsed", "batches.hash",
  ]

  private static let values: [SQLiteValue] = [
    .integer(0), .integer(-1), .integer(1), .integer(7), .integer(15), .integer(1 << 31),
    .integer(1 << 53), .integer(.max), .integer(.min), .real(.infinity), .real(-1e308),
    .real(1e308), .real(0.5),
    .text(""), .text("reel"), .text("{}"), .text("[]"), .text("terminated"), .text("interrupted"),
    .text("maze"), .text("city"), .text("best"), .text("</script><img src=x onerror=alert(1)>"),
    .blob([]), .blob([0]), .blob([UInt8](repeating: 0xFF, count: 16)),
    .blob([UInt8](repeating: 0x7F, count: 200)), .null,
  ]

  /// Makes an intact recording wrong in a few places, in ways that SQLite itself accepts.
  private func spoil(_ path: String, _ mutator: inout Mutator) throws {
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(
      atPath: mutator.one(of: SoundRecordings.paths.get()), toPath: path)
    let database = try Database(path, .writing)
    try database.execute("PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
    for _ in 0..<mutator.number(1..<4) {
      let column = mutator.one(of: Self.columns).split(separator: ".")
      let rows = mutator.one(of: [
        "rowid = (SELECT min(rowid) FROM \(column[0]))",
        "rowid = (SELECT max(rowid) FROM \(column[0]))",
        "rowid % 7 = 3", "TRUE",
      ])
      // A value that the table's types refuse is skipped.
      try? database.run(
        "UPDATE OR REPLACE \(column[0]) SET \(column[1]) = ? WHERE \(rows)",
        mutator.one(of: Self.values))
      if mutator.number(0..<12) == 0 {
        try? database.execute("DELETE FROM \(column[0]) WHERE \(rows)")
      }
    }
    try database.close()
  }
}
