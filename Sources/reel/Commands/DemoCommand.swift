import Platform

/// Shows what the program can do, with its own commands.
struct DemoCommand: Command {
  static let name = "demo"
  static let summary = "train a maze and a lake, and draw everything: output/demo/"
  static let group = CommandGroup.more
  static let examples = ["reel demo"]

  init(_ arguments: inout Arguments) throws {}

  private static let maze = "recordings/demo-maze.sqlite"
  private static let lake = "recordings/demo-lake.sqlite"

  private static let steps: [(title: String, commands: [String])] = [
    (
      "Train on a maze and on a slippery frozen lake; record every transition",
      [
        "train maze --seed 1 -o \(maze)",
        "train lake --map 8x8 --seed 3 -o \(lake)",
      ]
    ),
    (
      "What was learned: computed, not sampled",
      ["evaluate \(maze) --exact", "evaluate \(lake) --exact"]
    ),
    (
      "Frames and films, from the recordings alone",
      [
        "render \(maze) --episode best -o output/demo/maze-best",
        "film \(maze) --episode first,best -o output/demo/maze.gif",
        "film \(lake) --episode best --theme dark -o output/demo/lake.gif",
      ]
    ),
    (
      "Curves, and the tables at any step",
      [
        "curve \(maze) -w 50 -o output/demo/maze-curve.png",
        "curve \(lake) -w 500 -o output/demo/lake-curve.svg",
        "heatmap \(maze) --style triangles -o output/demo/maze-q.png",
        "heatmap \(lake) --at 50% -o output/demo/lake-q-half.png",
        "heatmap \(lake) -o output/demo/lake-q.png",
        "heatmap \(lake) --of visits --theme dark -o output/demo/lake-visits.png",
        "heatmap \(lake) --frames 40 -o output/demo/lake-q.gif",
      ]
    ),
    ("In the terminal", ["list \(maze) \(lake)", "heatmap \(maze)"]),
  ]

  func run(_ console: Console) throws -> ExitCode {
    let start = monotonicSeconds()
    for step in Self.steps {
      console.note("\n\(step.title)")
      for command in step.commands {
        console.note("\n$ reel \(command)")
        var words = command.split(separator: " ").map(String.init)
        // The demo can be run again and again.
        if words.contains("-o") { words.append("--force") }
        if console.isQuiet { words.append("--quiet") }
        let code = Reel.run(words)
        if code != .done { return code }
      }
    }
    let seconds = NumberFormat.duration(monotonicSeconds() - start)
    console.note("\ndone in \(seconds): see output/demo/, and try reel help")
    return .done
  }
}
