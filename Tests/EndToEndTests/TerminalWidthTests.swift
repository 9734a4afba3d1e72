import Foundation
import TestSupport
import Testing

/// Output fits a real terminal of any width.
@Suite(.serialized) struct TerminalWidthTests {
  /// A terminal of its own, in which one command runs.
  private struct Screen {
    let folder: String
    let width: Int

    /// Runs tmux, with a server for this folder.
    @discardableResult
    func tmux(_ words: String...) throws -> String {
      try Program.run(
        "/usr/bin/tmux", ["-S", "\(folder)/tmux", "-f", "/dev/null"] + words, in: folder
      )
      .output
    }

    /// Starts a command, whose screen stays when it has ended.
    func start(_ command: String) throws {
      let script =
        "export LANG=C.UTF-8; \(command); /usr/bin/tmux -S \(folder)/tmux wait-for -S done; sleep 100"
      // The server keeps running, and this test would wait for any pipe it held open.
      let outcome = try Program.run(
        "/bin/bash",
        [
          "-c",
          """
          for file in /proc/self/fd/*; do
            number=${file##*/}
            [ "$number" -gt 2 ] && eval "exec $number>&-"
          done
          exec /usr/bin/tmux -S "$0/tmux" -f /dev/null new-session -d -x "$1" -y 2000 "$2" \\
            > /dev/null 2>&1 < /dev/null
          """, folder, "\(width)", script,
        ], in: folder)
      #expect(outcome.code == 0)
    }

    /// Waits until the command has ended, and all that it printed is on the screen.
    func wait() throws {
      try tmux("wait-for", "done")
      var last: [String] = []
      for _ in 0..<100 {
        let now = try lines()
        if now == last, now.contains(where: { !$0.isEmpty }) { return }
        last = now
        usleep(20_000)
      }
    }

    /// The lines of the screen; joined where the terminal broke them.
    func lines(joined: Bool = false) throws -> [String] {
      try tmux("capture-pane", "-p", joined ? "-J" : "-N").split(
        separator: "\n", omittingEmptySubsequences: false
      ).map { line in
        var line = line
        while line.last == " " { line.removeLast() }
        return String(line)
      }
    }

    func end() throws { try tmux("kill-server") }
  }

  /// What stays on the screen after a command, as the terminal shows it and as it was printed.
  private func screen(
    _ line: String, width: Int, in folder: String
  ) throws -> (shown: [String], printed: [String]) {
    let screen = Screen(folder: folder, width: width)
    try screen.start("\(Program.reel()) \(line)")
    try screen.wait()
    defer { try? screen.end() }
    return (try screen.lines(), try screen.lines(joined: true))
  }

  @Test(arguments: [60, 80, 120])
  func `no line is broken by the terminal`(width: Int) throws {
    try withTemporaryFolder { folder in
      let training = try Program.reel(
        "train", "maze", "--episodes", "300", "-o", "recordings/maze.sqlite", in: folder)
      #expect(training.code == 0, "\(training.errors)")
      let lake = try Program.reel(
        "train", "lake", "--episodes", "300", "-o", "recordings/lake.sqlite", in: folder)
      #expect(lake.code == 0, "\(lake.errors)")
      for line in [
        "help", "help train", "help film", "help heatmap", "list",
        "info recordings/maze.sqlite", "episodes recordings/maze.sqlite --last 20",
        "moments recordings/maze.sqlite", "explain recordings/maze.sqlite --at 100",
        "q recordings/maze.sqlite", "curve recordings/maze.sqlite",
        "heatmap recordings/maze.sqlite", "compare recordings/maze.sqlite recordings/lake.sqlite",
        "evaluate recordings/maze.sqlite", "verify recordings/maze.sqlite",
        "train maze --settings", "train nowhere", "info nothing.sqlite", "serve",
        "film recordings/maze.sqlite -o maze.xyz",
        "export recordings/maze.sqlite -o a.parquet --episodes",
        "train maze --force -o recordings/maze.sqlite --episodes 20",
      ] {
        let (shown, printed) = try screen(line, width: width, in: folder)
        #expect(shown.contains { !$0.isEmpty }, "\(line)")
        #expect(
          shown == printed,
          "\(line): \(printed.filter { $0.count > width })")
      }
    }
  }

  @Test(arguments: [60, 80, 120])
  func `a progress bar stays on one line, and is removed at the end`(width: Int) throws {
    try withTemporaryFolder { folder in
      let screen = Screen(folder: folder, width: width)
      try screen.start(
        "\(Program.reel()) train lake --map 8x8 --episodes 60000 -o a-name-that-is-rather-long.sqlite"
      )
      defer { try? screen.end() }
      var bars: [String] = []
      for _ in 0..<1000 {
        let lines = try screen.lines()
        let found = lines.filter { $0.contains("━") || $0.contains("─") }
        #expect(found.count <= 1, "\(found)")
        bars += found
        if lines.contains(where: { $0.contains("last 100 episodes") }) { break }
        usleep(20_000)
      }
      let shown = bars.filter { $0.contains("%") }
      #expect(shown.count > 1)
      #expect(shown.allSatisfy { $0.count < width && $0.hasPrefix("training lake  ") }, "\(shown)")
      #expect(shown.contains { $0.contains("left") }, "\(shown)")
      try screen.wait()
      #expect(try !screen.lines().contains { $0.contains("━") || $0.contains("─") })
    }
  }
}
