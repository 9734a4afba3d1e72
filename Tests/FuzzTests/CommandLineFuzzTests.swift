import Foundation
import TestSupport
import Testing

/// Mistyped command lines, and some that no user would type.
@Suite struct CommandLineFuzzTests {
  private static let lines = [
    "train maze --steps 50 -o b.sqlite --force", "info a.sqlite --json", "list .",
    "q a.sqlite --state 2,1",
    "episodes a.sqlite --episode best,1-4", "digest a.sqlite",
    "render a.sqlite --episode 1 -o frames --force",
    "film a.sqlite --episode last -o a.gif --force --fps 20",
    "curve a.sqlite -o c.png -w 5 --force",
    "heatmap a.sqlite --at 50% -o h.png --style triangles --force", "verify a.sqlite --replay",
    "copy a.sqlite -o c.sqlite --force", "solve grid --map book", "map maze --size 5x5 --seed 7",
    "evaluate a.sqlite --episodes 2 --json", "help train", "--version",
    "export a.sqlite --episodes",
    "recover a.sqlite -o d.sqlite --force", "explain qtable a.sqlite", "explore maze --steps 10",
    "train --resume a.sqlite --until 30", "report a.sqlite -o r.html --force",
    "compare a.sqlite --last 5", "fork a.sqlite --at 5 -o f.sqlite --force --set alpha=0.3",
    "film a.sqlite --where 'return>0' --first-success -o b.png --force --size 320",
    "heatmap a.sqlite --of settled -o s.png --force", "generate a.sqlite --prompt a --tokens 3",
  ]

  @Test func `wrong command lines`() throws {
    try withTemporaryFolder { folder in
      #expect(
        try Program.reel(line: "train maze --episodes 20 -o a.sqlite --quiet", in: folder).code == 0
      )
      let words =
        Self.lines.flatMap { $0.split(separator: " ").map(String.init) } + [
          "--", "-", "=", "--seed",
        ]
      let fuzz = Fuzz(
        target: "command-lines", seeds: Self.lines.map { Array($0.utf8) },
        words: words.map { " \($0) " }, longest: 120, share: 0.2)
      try fuzz.run { _, input in
        let line = String(decoding: input, as: UTF8.self).replacing("\u{0}", with: "")
        let given = line.split(separator: " ").map(String.init)
        // These verbs take minutes by design.
        guard !given.contains(where: { ["bench", "demo", "study"].contains($0) }) else { return }
        try Fuzz.check(
          Program.run(
            "/usr/bin/timeout", ["-s", "KILL", "120", try Program.reel()] + given, in: folder))
      }
    }
  }
}
