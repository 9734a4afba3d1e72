import Rollouts
import TestSupport
import Testing

/// Consistent copies, whole and thinned.
@Suite struct CopyCommandTests {
  private static func digest(_ file: String, in folder: String) throws -> Substring {
    try Program.reel("digest", file, in: folder).output.prefix { $0 != " " }
  }

  @Test func `a recording is copied while it is written, and every copy verifies`() throws {
    try withTemporaryFolder { folder in
      let reel = try Program.reel()
      let script = """
        \(reel) train lake --map 8x8 --episodes 40000 -o a.sqlite --quiet & writer=$!
        while [ ! -e a.sqlite ]; do sleep 0.01; done
        for copy in 1 2 3 4 5 6; do
          \(reel) copy a.sqlite -o copy$copy.sqlite --quiet || exit 1
          \(reel) verify copy$copy.sqlite --quiet || exit 2
        done
        wait $writer
        """
      let outcome = try Program.shell(script, in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(try Program.reel("copy", "a.sqlite", "-o", "whole.sqlite", in: folder).code == 0)
      #expect(
        try Self.digest("whole.sqlite", in: folder) == Self.digest("a.sqlite", in: folder))
      // A copy made during the run is a run that stopped there.
      #expect(try Program.reel("train", "--resume", "copy1.sqlite", in: folder).code == 0)
      #expect(
        try Self.digest("copy1.sqlite", in: folder) == Self.digest("a.sqlite", in: folder))
    }
  }

  @Test(arguments: [
    "maze --episodes 400 --set snapshot_every=500", "reacher --steps 16384 --set snapshot_every=2",
    "snake --episodes 40 --set snapshot_every=500",
  ])
  func `a thinned copy is smaller, verifies, and says what it lacks`(run: String) throws {
    try withTemporaryFolder { folder in
      #expect(try Program.reel(line: "train \(run) -o a.sqlite --quiet", in: folder).code == 0)
      func bytes(_ options: String) throws -> Int {
        let copied = try Program.reel(
          line: "copy a.sqlite \(options) -o b.sqlite --force --json", in: folder)
        #expect(copied.code == 0, "\(copied.errors)")
        let proof = try Program.reel("verify", "b.sqlite", in: folder)
        #expect(proof.code == 0, "\(proof.errors)")
        return try JSON(parsing: copied.output)["bytes"]?.int ?? .max
      }
      let whole = try bytes("")
      #expect(try bytes("--prune 'episodes every 10' --without checkpoints") < whole * 7 / 10)
      let info = try Program.reel("info", "b.sqlite", "--json", in: folder)
      #expect(
        try JSON(parsing: info.output)["thinned"]?.text
          == "the steps of all episodes but every 10th, the best and the last"
          + " and all checkpoints but the first and the last")
      // Returns are all there, so curves are whole.
      let curves = try Program.shell(
        "for f in a b; do sqlite3 -readonly $f.sqlite 'SELECT * FROM episodes' | cksum; done | uniq",
        in: folder)
      #expect(curves.output.split(separator: "\n").count == 1)
      let left = try Program.shell(
        """
        sqlite3 -readonly b.sqlite 'SELECT count(*) FROM transitions WHERE episode = 11'
        sqlite3 -readonly b.sqlite 'SELECT count(*) FROM transitions WHERE episode = 12'
        sqlite3 -readonly b.sqlite 'SELECT count(*) FROM checkpoints'
        """, in: folder
      ).output.split(separator: "\n")
      #expect(left[0] != "0" && left[1] == "0" && left[2] == "2")
      for line in [
        "verify b.sqlite --replay", "train --resume b.sqlite", "fork b.sqlite --at 5 -o c",
      ] {
        let refused = try Program.reel(line: line, in: folder)
        #expect(refused.code == 1 && refused.errors.contains("is a thinned copy"))
      }
      let film = try Program.reel(line: "render b.sqlite --episode 12 -o frames", in: folder)
      #expect(film.code == 1 && film.errors.contains("none is '12'"), "\(film.errors)")
      #expect(
        try Program.reel(line: "render b.sqlite --episode 11 -o frames", in: folder).code == 0)
    }
  }

  @Test(arguments: [
    ("a.sqlite", "with -o"), ("a.sqlite -o a.sqlite --force", "is the recording itself"),
    ("a.sqlite -o b.sqlite --prune episodes", "episodes every N"),
    ("a.sqlite -o b.sqlite --prune 'episodes every 1'", "episodes every N"),
    ("a.sqlite -o b.sqlite --without steps", "checkpoints"), ("no.sqlite -o b.sqlite", "no.sqlite"),
  ])
  func `what cannot be copied is refused with one sentence`(words: String, sentence: String) throws
  {
    try withTemporaryFolder { folder in
      #expect(try Program.reel(line: "train maze --episodes 20 -o a.sqlite", in: folder).code == 0)
      let outcome = try Program.reel(line: "copy \(words)", in: folder)
      #expect(outcome.code != 0 && outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }
}
