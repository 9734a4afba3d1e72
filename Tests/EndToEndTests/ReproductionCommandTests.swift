import TestSupport
import Testing

/// Runs the commands that a report shows to reproduce its run.
@Suite struct ReproductionCommandTests {
  /// How a recording `run.sqlite` is made, and what the commands that reproduce it contain.
  struct Way: CustomTestStringConvertible {
    let lines: [String]
    let names: [String]
    var testDescription: String { lines.last ?? "" }

    init(_ lines: String..., names: [String]) { (self.lines, self.names) = (lines, names) }
  }

  private static let maze = "train maze --episodes 120 --set alpha=0.3 --seed 3 -o maze.sqlite"

  static let ways = [
    Way(
      "train maze --seed 3 --episodes 300 --set gamma=0.95 -o run.sqlite",
      names: ["--episodes 300", "--set gamma=0.95"]),
    Way(
      "train lake --map 8x8 --steps 3000 --set noise=0.1 --set epsilon=0.3 -o run.sqlite",
      names: ["--map 8x8", "--steps 3000", "--set noise=0.1"]),
    Way(
      "map city --seed 4 -o 'my town.geojson'",
      "train city --map 'my town.geojson' --steps 600 --set hidden=8 --seed 2 -o run.sqlite",
      names: ["reel map export run.sqlite -o maps/run.geojson\n", "--map maps/run.geojson"]),
    Way(
      "train maze --episodes 120 --seed 3 -o run.sqlite",
      "train --resume run.sqlite --episodes 200 --set alpha=0.2",
      names: ["reel fork run.sqlite --at "]),
    Way(maze, "evaluate maze.sqlite -o run.sqlite", names: ["--episodes 100"]),
    Way(
      maze, "evaluate maze.sqlite --checkpoint 900 --steps 77 --seed 12 -o run.sqlite",
      names: ["--checkpoint 900", "--steps 77", "--seed 12"]),
    Way(
      "train snake --set episodes=20 --seed 1 -o snake.sqlite",
      "evaluate snake.sqlite --checkpoint 50% --episodes 3 -o run.sqlite", names: []),
    Way(
      maze, "fork maze.sqlite --at 700 --set alpha=0.1 -o run.sqlite",
      names: ["reel fork maze.sqlite --at 700 --set alpha=0.1"]),
  ]

  @Test(arguments: ways)
  func `the commands in a report reproduce its run`(way: Way) throws {
    try Tour.use { folder in
      for line in way.lines {
        let outcome = try Program.reel(line: line + " --quiet", in: folder)
        try #require(outcome.code == 0, "\(outcome.errors)")
      }
      let report = try Program.reel(line: "report run.sqlite -o run.html", in: folder)
      try #require(report.code == 0, "\(report.errors)")
      let page = try Program.shell("cat run.html", in: folder).output
      let found = try #require(page.firstMatch(of: /The same again<\/h4><pre[^>]*><code>([^<]*)</))
      let command = found.output.1.replacing("&#39;", with: "'")
      for name in way.names { #expect(command.contains(name), "\(command)") }
      for line in command.split(separator: "\n") {
        let words = try #require(line.hasPrefix("reel ") ? line.dropFirst(5) : nil)
        let outcome = try Program.reel(line: "\(words) --quiet", in: folder)
        #expect(outcome.code == 0, "\(words): \(outcome.errors)")
      }
      let digests = try ["run", "again"].map {
        try Program.reel(line: "digest \($0).sqlite", in: folder).output.prefix(64)
      }
      #expect(digests[0] == digests[1], "\(command)")
    }
  }
}
