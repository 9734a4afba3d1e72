import Platform
import Rollouts
import TestSupport
import Testing

/// Recordings of format 1, which every later version reads, resumes and upgrades.
@Suite struct OldFormatTests {
  /// The digest after 3,000 steps with the version that wrote format 1.
  private static let digest =
    "1f8babfb6a05c0b4647e08707dff382330db252a6c9907e9a54d825932cd2be4"

  private func withOld(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let fixture = "\(Repository.root)/Tests/EndToEndTests/Fixtures/format-1-maze.sqlite"
      #expect(try Program.shell("cp '\(fixture)' old.sqlite", in: folder).code == 0)
      try body(folder)
    }
  }

  private func format(_ file: String, in folder: String) throws -> String {
    try Program.shell("sqlite3 -readonly \(file) 'PRAGMA user_version'", in: folder).output
  }

  @Test(arguments: ["old", "new"])
  func `a resumed recording keeps its format, and its copy has the new one`(kind: String) throws {
    try withOld { folder in
      #expect(try Program.reel("copy", "old.sqlite", "-o", "new.sqlite", in: folder).code == 0)
      let file = "\(kind).sqlite"
      let resumed = try Program.reel(line: "train --resume \(file) --until 3000", in: folder)
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(try format(file, in: folder) == (kind == "old" ? "1\n" : "2\n"))
      #expect(
        try Program.reel("digest", file, in: folder).output.prefix { $0 != " " } == Self.digest)
      let proof = try Program.reel("verify", file, "--replay", "--retrain", in: folder)
      #expect(proof.code == 0, "\(proof.output)")
      // A fork is a recording of its own.
      let forked = try Program.reel(
        line: "fork \(file) --at 2000 --set alpha=0.2 -o fork.sqlite --quiet", in: folder)
      #expect(forked.code == 0, "\(forked.errors)")
      #expect(try format("fork.sqlite", in: folder) == "2\n")
      #expect(try Program.reel("verify", "fork.sqlite", in: folder).code == 0)
    }
  }

  @Test func `a copy is upgraded, and says which format it had`() throws {
    try withOld { folder in
      #expect(try Program.reel("copy", "old.sqlite", "-o", "new.sqlite", in: folder).code == 0)
      let digests = try Program.reel("digest", "old.sqlite", "new.sqlite", in: folder).output
      #expect(Set(digests.split(separator: "\n").map { $0.prefix { $0 != " " } }).count == 1)
      let upgraded = try Program.shell(
        "sqlite3 -readonly new.sqlite \"SELECT value FROM run WHERE key = 'upgraded'\"", in: folder)
      #expect(try JSON(parsing: upgraded.output)["format"]?.int == 1)
      let recovered = try Program.reel("recover", "new.sqlite", "-o", "again.sqlite", in: folder)
      #expect(recovered.code == 0, "\(recovered.errors)")
    }
  }

  @Test func `a recording that does not verify is copied unchanged`() throws {
    try withOld { folder in
      let changed = try Program.shell(
        "sqlite3 old.sqlite 'UPDATE transitions SET reward = 9 WHERE step = 500'", in: folder)
      #expect(changed.code == 0)
      let copied = try Program.reel("copy", "old.sqlite", "-o", "new.sqlite", in: folder)
      #expect(copied.code == 0 && copied.errors.contains("stays in format 1"))
      #expect(try format("new.sqlite", in: folder) == "1\n")
      #expect(try Program.reel("verify", "new.sqlite", in: folder).code == 1)
    }
  }
}
