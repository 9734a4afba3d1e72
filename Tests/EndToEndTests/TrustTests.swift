import Foundation
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

/// The output and exit codes of `verify` and `recover`.
@Suite struct TrustTests {
  private func recorded(_ folder: String) throws {
    let line = "train lake --episodes 3000 --seed 2 -o a.sqlite"
    #expect(try Program.reel(line: line, in: folder).code == 0)
  }

  @Test func `an intact recording is verified, replayed and retrained`() throws {
    try withTemporaryFolder { folder in
      try recorded(folder)
      let plain = try Program.reel("verify", "a.sqlite", in: folder)
      #expect(plain.code == 0 && plain.output.contains("everything is as it was written"))
      let outcome = try Program.reel(
        line: "verify a.sqlite --replay --retrain --json", in: folder)
      let json = try JSON(parsing: outcome.output)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(json["verified"] == true && json["retrained"] == true)
      #expect(json["replayed_steps"] == json["steps"] && json["difference"] == .null)
    }
  }

  @Test func `steps that do not follow from the settings in force are found by retraining`() throws
  {
    try withTemporaryFolder { folder in
      let maze = "train maze --seed 3 --quiet"
      for line in ["\(maze) --episodes 40 -o a.sqlite", "\(maze) --episodes 90 -o b.sqlite"] {
        #expect(try Program.reel(line: line, in: folder).code == 0)
      }
      // The longer run's steps, under settings that did not make them.
      let (path, longer) = ("\(folder)/a.sqlite", try Recording("\(folder)/b.sqlite"))
      let end = try Recording(path).stepCount()
      let told = try longer.description().configuration.compact
      let alpha = try #require(longer.description().configuration["alpha"]).compact
      let other = try JSON(
        parsing: told.replacingOccurrences(of: "\"alpha\":\(alpha)", with: "\"alpha\":0.01"))
      #expect(other.compact != told)
      var writer = try RecordingWriter(resuming: path, from: end, configuration: other)
      try longer.forEachStep(in: end..<longer.stepCount()) { try writer.record($0.transition) }
      try writer.finish()
      #expect(try Program.reel("verify", "a.sqlite", "--replay", in: folder).code == 0)
      let found = try Program.reel("verify", "a.sqlite", "--retrain", "--json", in: folder)
      #expect(found.code == 1, "\(found.errors)")
      let step = try JSON(parsing: found.output)["difference"]?["step"]?.int ?? 0
      #expect(step > end)
    }
  }

  @Test func `an evaluation is verified too, but cannot be retrained`() throws {
    try withTemporaryFolder { folder in
      try recorded(folder)
      #expect(
        try Program.reel(line: "evaluate a.sqlite --episodes 20 -o b.sqlite", in: folder).code == 0)
      #expect(try Program.reel("verify", "b.sqlite", "--replay", in: folder).code == 0)
      #expect(try Program.reel("verify", "b.sqlite", "--retrain", in: folder).code == 64)
    }
  }

  @Test func `a changed step is named, and what comes before it is recovered`() throws {
    try withTemporaryFolder { folder in
      try recorded(folder)
      // Two batches, so that one can be kept.
      let steps =
        try Database("\(folder)/a.sqlite", .reading)
        .first("SELECT first_step FROM batches ORDER BY 1 DESC LIMIT 1")?[0].int ?? 0
      try #require(steps > 0)
      try Database("\(folder)/a.sqlite", .writing).execute(
        "UPDATE transitions SET reward = reward + 2 WHERE step = \(steps + 5)")
      let found = try Program.reel("verify", "a.sqlite", "--replay", "--json", in: folder)
      #expect(found.code == 1)
      #expect(try JSON(parsing: found.output)["difference"]?["step"]?.int == steps + 5)
      let saved = try Program.reel("recover", "a.sqlite", "-o", "b.sqlite", "--json", in: folder)
      #expect(saved.code == 3, "\(saved.errors)")
      #expect(try JSON(parsing: saved.output)["steps"]?.int == steps)
      #expect(try Program.reel("verify", "b.sqlite", "--replay", in: folder).code == 0)
      let told = try Program.reel(line: "recover a.sqlite -o b.sqlite --force", in: folder)
      #expect(told.errors.contains("reel train --resume b.sqlite trains the lost part again"))
      #expect(try Program.reel("train", "--resume", "b.sqlite", in: folder).code == 0)
      try recordedAgain(folder)
      let digests = try Program.reel("digest", "b.sqlite", "c.sqlite", in: folder).output
        .split(separator: "\n").map { $0.prefix { $0 != " " } }
      #expect(digests.count == 2 && digests[0] == digests[1], "it ends as the whole run does")
    }
  }

  private func recordedAgain(_ folder: String) throws {
    let line = "train lake --episodes 3000 --seed 2 -o c.sqlite"
    #expect(try Program.reel(line: line, in: folder).code == 0)
  }

  @Test(arguments: [
    "evaluate a.sqlite --episodes 2 --force -o a.sqlite", "report a.sqlite --force -o a.sqlite",
    "export a.sqlite --transitions --force -o a.sqlite", "info pipe", "verify pipe",
    "train maze --episodes 5 --force -o pipe", "train --resume pipe", "recover pipe -o b.sqlite",
    "digest a.sqlite > /dev/full", "export a.sqlite --transitions > /dev/full",
  ])
  func `a mistake never destroys a recording, and a failure has an exit code`(
    line: String
  ) throws {
    try withTemporaryFolder { folder in
      try recorded(folder)
      let before = try Program.shell("mkfifo pipe; cksum < a.sqlite", in: folder).output
      let outcome = try Program.shell("timeout 120 \(Program.reel()) \(line)", in: folder)
      #expect([1, 64].contains(outcome.code), "\(outcome.code)")
      #expect(outcome.errors.hasPrefix("reel: "))
      #expect(try Program.shell("cksum < a.sqlite", in: folder).output == before)
    }
  }

  @Test func `a file that is not a recording leaves no output, and nothing is overwritten`() throws
  {
    try withTemporaryFolder { folder in
      try recorded(folder)
      _ = try Program.shell("echo no database > no.sqlite", in: folder)
      for line in [
        "verify no.sqlite", "verify none.sqlite", "recover no.sqlite -o b.sqlite",
        "recover a.sqlite -o a.sqlite", "recover a.sqlite -o a.sqlite --force",
        "recover a.sqlite -o no.sqlite",
      ] {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 1 && outcome.errors.hasPrefix("reel: "), "\(line)")
      }
      #expect(try Program.reel("recover", "a.sqlite", in: folder).code == 64)
      let names = try Program.shell("ls -A", in: folder).output
      #expect(names == "a.sqlite\nno.sqlite\n")
      #expect(try Program.reel("verify", "a.sqlite", in: folder).code == 0)
    }
  }
}
