import Glibc
import Platform
import Synchronization

extension Benchmark {
  /// Reading a whole recording of five million steps on a lake, from a shell.
  static let reading: [Benchmark] = [
    .cost("verify, 5 M steps", "ms", atMost: 400) {
      try Recorded.lake { 1000 * (try time("$reel verify lake.sqlite", in: $0)) }
    },
    .cost("report, 5 M steps", "ms", atMost: 400) {
      try Recorded.lake {
        1000 * (try time("$reel report lake.sqlite -o lake.html --force", in: $0))
      }
    },
    .cost("info, 5 M steps", "ms", atMost: 30) {
      try Recorded.lake { 1000 * (try time("$reel info lake.sqlite --json", in: $0)) }
    },
    .cost("memory of info, 5 M steps", "MB", atMost: 40, repetitions: 1) {
      try Recorded.lake { try megabytes(of: "info", "\($0)/lake.sqlite") }
    },
    .cost("memory of episodes, 5 M steps", "MB", atMost: 40, repetitions: 1) {
      try Recorded.lake { try megabytes(of: "episodes", "\($0)/lake.sqlite") }
    },
    .cost("memory of training in a maze of 1000×1000", "MB", atMost: 150, repetitions: 1) {
      try Scratch.use { folder in
        _ = try time("$reel map maze --size 1000x1000 -o maze.txt", in: folder)
        return try megabytes(
          of: "train", "maze", "--map", "\(folder)/maze.txt", "--steps", "1000000", "--set",
          "episodes=100000", "-o", "\(folder)/maze.sqlite", "--quiet")
      }
    },
  ]

  /// The peak memory of this program for a command line, whose output is discarded.
  private static func megabytes(of words: String...) throws -> Double {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var child = pid_t()
    let started = withCStrings(["reel"] + words) {
      posix_spawn(&child, "/proc/self/exe", &actions, nil, $0, nil)
    }
    guard started == 0 else { throw ScratchError() }
    // The figure of wait4 would include the memory of the program that started it.
    var (status, most) = (Int32(0), 0)
    while waitpid(child, &status, WNOHANG) == 0 {
      most = max(most, peak(of: child))
      usleep(500)
    }
    guard status == 0 else { throw ScratchError() }
    return Double(most) / 1000
  }

  /// The peak memory of a living process, in kilobytes; 0 if it has ended.
  private static func peak(of process: pid_t) -> Int {
    let lines = Files.systemText("/proc/\(process)/status").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("VmHWM:") } ?? ""
    return Int(line.split(separator: " ").dropLast().last ?? "") ?? 0
  }
}

/// Recordings that several figures read.
private enum Recorded {
  private static let folder = Mutex<String?>(nil)

  /// Runs the body in the folder with a recording of five million steps on a lake, which is made once.
  static func lake<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try folder.withLock { known in
      if let known { return known }
      let made = try Scratch.use { folder in
        let settings = "--set episodes=1000000 --set steps=5000000"
        _ = try Benchmark.time(
          "$reel train lake --map 8x8 \(settings) -o lake.sqlite --quiet", in: folder)
        return folder
      }
      known = made
      return made
    }
    return try body(folder)
  }
}
