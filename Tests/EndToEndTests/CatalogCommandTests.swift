import Platform
import Rollouts
import TestSupport
import Testing

/// Catalogs of recordings, as users make and read them.
@Suite struct CatalogCommandTests {
  private static func counts(_ outcome: Program.Outcome) throws -> [Int?] {
    let json = try JSON(parsing: outcome.output)
    return ["added", "changed", "kept", "removed", "failed"].map { json[$0]?.int }
  }

  private static func catalog(in folder: String) throws -> Program.Outcome {
    try Program.reel(line: "catalog runs/ -o runs/all.sqlite --json", in: folder)
  }

  /// A sweep over two values and three seeds.
  private static func sweep(in folder: String) throws {
    let words = "sweep lake --seeds 3 --set alpha=0.1,0.5 --episodes 400 -o runs -q"
    #expect(try Program.reel(line: words, in: folder).code == 0)
  }

  @Test func `list, curve and compare print the same for a catalog as for its recordings`() throws {
    try Tour.use { folder in
      try Self.sweep(in: folder)
      #expect(try Self.counts(Self.catalog(in: folder)) == [6, 0, 0, 0, 0])
      for words in [
        "list --json", "compare --json --group-by alpha", "curve --json --group-by alpha",
        "curve --json --group-by seed -x steps", "compare --json --last 7 --repetitions 500",
      ] {
        let files = try Program.reel(line: "\(words) runs/", in: folder)
        let known = try Program.reel(line: "\(words) runs/all.sqlite", in: folder)
        #expect(files.code == 0 && files.output == known.output, "\(words): \(known.errors)")
      }
      let reacher = "train reacher --steps 6144 -o runs/reacher.sqlite -q"
      #expect(try Program.reel(line: reacher, in: folder).code == 0)
      #expect(try Self.counts(Self.catalog(in: folder)) == [1, 0, 6, 0, 0])
      let metric = "--of losses/policy_loss --json"
      #expect(try Program.shell("mkdir one; mv runs/reacher.sqlite one", in: folder).code == 0)
      #expect(
        try Program.reel(line: "catalog one -o one.sqlite", in: folder).code == 0)
      let (files, known) = (
        try Program.reel(line: "curve one/ \(metric)", in: folder),
        try Program.reel(line: "curve one.sqlite \(metric)", in: folder)
      )
      #expect(files.code == 0 && files.output == known.output)
      // Alone, and beside recordings that are in no catalog.
      for others in ["", " runs/lake-alpha0.1-s1.sqlite"] {
        let files = try Program.reel(line: "curve one/\(others) --json", in: folder)
        let known = try Program.reel(line: "curve one.sqlite\(others) --json", in: folder)
        #expect(files.code == 0 && files.output == known.output, "\(known.errors)")
      }
      let missing = try Program.reel(line: "curve one.sqlite --of losses/polcy_loss", in: folder)
      #expect(missing.errors.contains("did you mean losses/policy_loss?"), "\(missing.errors)")
    }
  }

  @Test func `only changed recordings are read again, and deleted ones are left out`() throws {
    try Tour.use { folder in
      try Self.sweep(in: folder)
      #expect(try Self.counts(Self.catalog(in: folder)) == [6, 0, 0, 0, 0])
      #expect(try Self.counts(Self.catalog(in: folder)) == [0, 0, 6, 0, 0])
      let more = "train --resume runs/lake-alpha0.1-s1.sqlite --episodes 500 -q"
      #expect(try Program.reel(line: more, in: folder).code == 0)
      #expect(try Program.shell("rm runs/lake-alpha0.5-s2.sqlite", in: folder).code == 0)
      try Files.write(Array("no recording".utf8), toNewFile: "\(folder)/runs/broken.sqlite")
      let third = try Self.catalog(in: folder)
      #expect(third.code == 1 && third.errors.contains("broken.sqlite is not a recording"))
      #expect(try Self.counts(third) == [0, 1, 4, 1, 1])
      // Any SQLite tool reads it.
      let query = """
        sqlite3 -readonly runs/all.sqlite "SELECT value, count(*), max(runs.episodes) FROM runs JOIN settings \
        USING (run) WHERE name = 'alpha' GROUP BY value ORDER BY value"
        """
      #expect(try Program.shell(query, in: folder).output == "0.1|3|500\n0.5|2|400\n")
      let rows = "sqlite3 -readonly runs/all.sqlite 'SELECT count(*) FROM episodes'"
      #expect(try Program.shell(rows, in: folder).output == "2100\n")
      // A folder can be moved with its catalog.
      #expect(try Program.shell("mv runs elsewhere", in: folder).code == 0)
      let list = try Program.reel(line: "list elsewhere/all.sqlite", in: folder)
      #expect(list.output.contains("elsewhere/lake-alpha0.1-s1.sqlite"))
      #expect(try Program.reel(line: "catalog elsewhere -o README.md", in: folder).code != 0)
    }
  }
}
