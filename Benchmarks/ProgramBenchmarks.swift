import Glibc
import Platform

extension Benchmark {
  /// The whole program, as a shell runs it.
  static let program: [Benchmark] = [
    .cost("reel --help", "ms", atMost: 10) {
      try Scratch.use { try time("for run in 1 2 3 4 5 6 7 8 9 10; do $reel --help; done", in: $0) }
        * 100
    },
    .cost("reel demo", "s", atMost: 30, repetitions: 1) {
      try Scratch.use { try time("$reel demo", in: $0) }
    },
    // In pairs, because the machine's speed changes from one second to the next.
    .cost("a run that is read ten times a second", "% of alone", atMost: 110, repetitions: 9) {
      try Scratch.use { folder in
        let alone = try run(watched: false, in: folder)
        return try 100 * run(watched: true, in: folder) / alone
      }
    },
    explaining(
      "a step of 1 M of a maze, explained", "ms", atMost: 100, times: 1000, "--at 654321",
      after: "maze --set episodes=1000000 --set steps=1000000"),
    explaining(
      "all updates of a cell of it", "ms", atMost: 500, times: 1000, "--cell 0,0",
      after: "maze --set episodes=1000000 --set steps=1000000"),
    // The steps that are farthest from the checkpoint before them.
    explaining(
      "a step of a DQN, explained", "s", atMost: 2, times: 1, "--at 99999",
      after: "city --steps 100000"),
    explaining(
      "a step of a PPO, explained", "s", atMost: 2, times: 1, "--at 102399",
      after: "reacher --steps 104448 --set keep_best=no"),
  ]

  /// How long it takes to explain a step of a trained run.
  private static func explaining(
    _ name: String, _ unit: String, atMost limit: Double, times factor: Double, _ step: String,
    after run: String
  ) -> Benchmark {
    cost(name, unit, atMost: limit, repetitions: 3) {
      try Scratch.use { folder in
        _ = try time("$reel train \(run) -o a.sqlite --quiet", in: folder)
        return try factor * time("$reel explain a.sqlite \(step)", in: folder)
      }
    }
  }

  private static func run(watched: Bool, in folder: String) throws -> Double {
    try time(
      """
      rm -f code
      { $reel train reacher --steps 60000 -o w.sqlite --force --quiet; echo $? > code; } &
      while \(watched) && [ ! -e code ]; do $reel info w.sqlite --json; sleep 0.1; done
      wait; [ "$(cat code)" = 0 ]
      """, in: folder)
  }

  /// How long a shell takes for a script, in which `$reel` is this program.
  static func time(_ script: String, in folder: String) throws -> Double {
    let start = monotonicSeconds()
    let line = "exec >/dev/null 2>&1; reel=$(readlink /proc/$PPID/exe); cd '\(folder)'\n\(script)"
    guard system(line) == 0 else { throw ScriptError(script: script) }
    return monotonicSeconds() - start
  }
}

/// A shell script failed.
private struct ScriptError: Error, CustomStringConvertible {
  let script: String
  var description: String { "this script failed: \(script)" }
}
