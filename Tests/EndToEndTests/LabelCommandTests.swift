import Foundation
import Rollouts
import TestSupport
import Testing

/// Tags and notes, the only parts of a recording that may change.
@Suite struct LabelCommandTests {
  private func withRecording(_ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let line = "train maze --episodes 20 --tag old --note first -o a.sqlite"
      #expect(try Program.reel(line: line, in: folder).code == 0)
      try body(folder)
    }
  }

  @Test func `tags and notes change, and nothing else does`() throws {
    try withRecording { folder in
      let digest = try Program.reel("digest", "a.sqlite", in: folder).output
      let outcome = try Program.reel(
        line: "label a.sqlite --tag good --tag good --untag old --note 'slow, but sure' --json",
        in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let said = try #require(try JSON(parsing: outcome.output).elements().first)
      let info = try JSON(parsing: Program.reel(line: "info a.sqlite --json", in: folder).output)
      for json in [said, info] {
        #expect(json["tags"] == ["good"] && json["note"] == "slow, but sure")
      }
      #expect(try Program.reel("digest", "a.sqlite", in: folder).output == digest)
      #expect(try Program.reel("verify", "a.sqlite", in: folder).code == 0)
      #expect(try Program.shell("ls -A", in: folder).output == "a.sqlite\n")
      let plain = try Program.reel(line: "label a.sqlite --tag next", in: folder)
      #expect(plain.output == "a.sqlite: good, next; slow, but sure\n")
    }
  }

  @Test(arguments: [
    ("", "FILE is missing"), ("a.sqlite", "say what to change"),
    ("none.sqlite --tag a", "none.sqlite"), ("no.txt --tag a", "no.txt"),
  ])
  func `what cannot be labelled is refused with one sentence`(words: String, sentence: String)
    throws
  {
    try withRecording { folder in
      _ = try Program.shell("echo no database > no.txt", in: folder)
      let outcome = try Program.reel(line: "label \(words)", in: folder)
      #expect(outcome.code != 0 && outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }

  @Test func `a recording is readable whenever label is killed`() throws {
    let kills = (KillTests.kills ?? 25)
    try withRecording { folder in
      for number in 0..<kills {
        _ = try Program.shell(
          """
          timeout -s KILL \(Double.random(in: 0.002...0.03)) \(Program.reel()) \
            label a.sqlite --note \(number)
          """, in: folder)
        let outcome = try Program.reel("info", "a.sqlite", in: folder)
        #expect(outcome.code == 0, "\(outcome.errors)")
      }
      #expect(try Program.reel("verify", "a.sqlite", in: folder).code == 0)
    }
  }
}
