import Glibc
import Platform
import Rollouts
import SQLite
import TestSupport
import Testing

/// Lines of a manifest, as users and queues run them.
@Suite struct RunTaskCommandTests {
  private static let endless =
    #"{"subject":"lake","settings":{"episodes":100000000},"output":"long.sqlite"}"#

  private struct Unheld: Error {}

  private static func maze(_ seed: Int) -> String {
    #"{"subject":"maze","seed":\#(seed),"settings":{"episodes":300},"output":"\#(seed).sqlite"}"#
  }

  private static func digest(_ file: String, in folder: String) throws -> Substring {
    try Program.reel("digest", file, in: folder).output.prefix { $0 != " " }
  }

  /// A manifest of some lines in a folder.
  private static func write(_ lines: [String], in folder: String) throws {
    try Files.write(
      Array((lines.joined(separator: "\n") + "\n").utf8), toNewFile: "\(folder)/m.jsonl")
  }

  /// The events in the log of a line.
  private static func events(_ line: Int, in folder: String) throws -> [JSON] {
    guard let bytes = try? Repository.contents(of: "\(folder)/m.jsonl.\(line).log") else {
      return []
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap {
      try? JSON(parsing: String($0))
    }
  }

  /// Waits until something is true.
  private static func wait(until condition: () throws -> Bool) throws {
    for _ in 0..<6000 {
      if try condition() { return }
      usleep(10_000)
    }
    Issue.record("timed out")
  }

  @Test(arguments: [
    ("maze", "episodes", 4000, 40_000), ("snake", "episodes", 60, 9000),
    ("reacher", "steps", 30_000, 40_000),
  ])
  func `a line whose process was killed ends as if nothing had happened`(
    subject: String, length: String, count: Int, longer: Int
  ) throws {
    try Tour.use { folder in
      let settings = #""settings":{"\#(length)":\#(count)}"#
      try Self.write(
        [
          #"{"subject":"\#(subject)","seed":3,\#(settings),"output":"runs/a.sqlite","tags":["x"]}"#,
          #"{"resume":"runs/a.sqlite","until":\#(longer)}"#,
          #"{"fork":"runs/a.sqlite","at":"end","until":\#(2 * longer),"output":"runs/b.sqlite"}"#,
        ], in: folder)
      let whole = "train \(subject) --seed 3 --set \(length)=\(count) -o a.sqlite"
      for line in [
        whole, "train --resume a.sqlite --until \(longer)",
        "fork a.sqlite --at end --until \(2 * longer) -o b.sqlite",
      ]
      .enumerated() {
        #expect(try Program.reel(line: line.element, in: folder).code == 0)
        let number = line.offset + 1
        let name = number == 3 ? "b.sqlite" : "a.sqlite"
        for _ in 0..<3 {
          let running = try Program.start(line: "run-task m.jsonl \(number)", in: folder)
          try running.wait { Files.exists("\(folder)/runs/\(name)") }
          usleep(30_000)
          running.send(SIGKILL)
          _ = try running.outcome()
        }
        let ended = try Program.reel(line: "run-task m.jsonl \(number)", in: folder)
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(try Self.digest("runs/\(name)", in: folder) == Self.digest(name, in: folder))
        let again = try Program.reel(line: "run-task m.jsonl \(number)", in: folder)
        #expect(again.code == 0 && again.errors.contains("already complete"))
      }
    }
  }

  @Test func `Ctrl-C stops a line, and no other process runs it at the same time`() throws {
    try Tour.use { folder in
      try Self.write([Self.endless], in: folder)
      let running = try Program.start(line: "run-task m.jsonl 1", in: folder)
      try running.wait { Files.exists("\(folder)/long.sqlite") }
      let other = try Program.reel(line: "run-task m.jsonl 1", in: folder)
      #expect(other.code == 1 && other.errors.contains("another process runs line 1"))
      running.send(SIGINT)
      let ended = try running.outcome()
      #expect(ended.code == 130 && ended.errors.contains("everything up to here is recorded"))
      #expect(try Self.events(1, in: folder).map { $0["event"]?.text } == ["started", "stopped"])
    }
  }

  @Test func `waiting lines are run one after the other without supervision`() throws {
    try Tour.use { folder in
      try Self.write((1...4).map(Self.maze), in: folder)
      let first = try Program.reel(line: "run-task m.jsonl 1 --queue 1", in: folder)
      #expect(first.code == 0, "\(first.errors)")
      try Self.wait { try Program.reel("digest", "4.sqlite", in: folder).code == 0 }
      for line in 2...4 {
        let whole = "train maze --seed \(line) --episodes 300 -o whole.sqlite --force"
        #expect(try Program.reel(line: whole, in: folder).code == 0)
        try Self.wait {
          try Self.digest("\(line).sqlite", in: folder) == Self.digest("whole.sqlite", in: folder)
        }
      }
    }
  }

  @Test func `a run outlives the process that started it, its terminal and its process group`()
    throws
  {
    try Tour.use { folder in
      try Self.write([Self.maze(1), Self.endless, Self.maze(3)], in: folder)
      // A session takes the place of a terminal; it is killed with everything it started.
      guard let said = try HeldFile.ifFree("\(folder)/said") else { throw Unheld() }
      let script =
        "cd '\(folder)'; echo $$ > session; \(try Program.reel()) run-task m.jsonl 1 --queue 1; sleep 600"
      try BackgroundProcess.start(["/bin/sh", "-c", script], output: said)
      try Self.wait { Files.exists("\(folder)/long.sqlite") }
      _ = try Program.shell("ps -o pid= -s $(cat session) | xargs kill -9", in: folder)
      // A dead process is listed until its parent has waited for it.
      try Self.wait {
        try Program.shell("ps -o stat= -s $(cat session) | grep -v Z", in: folder).output.isEmpty
      }
      let started = try #require(try Self.events(2, in: folder).first)
      let process = try #require(started["process"]?.int)
      #expect(kill(pid_t(process), 0) == 0)
      let held = try #require(
        try Program.shell("cat /proc/\(process)/stat", in: folder).output
          .split(separator: " ").dropFirst(5).first)
      #expect(held == "\(process)", "it leads a session of its own")
      let info = try Program.reel("info", "long.sqlite", "--json", in: folder)
      #expect(try JSON(parsing: info.output)["status"]?.text == "writing")
      // Stopped, it still starts the next line.
      kill(pid_t(process), SIGINT)
      try Self.wait { try Program.reel("digest", "3.sqlite", in: folder).code == 0 }
      #expect(try Self.events(2, in: folder).last?["event"]?.text == "stopped")
    }
  }

  @Test func `the reason for a failed line is kept, and the lines after it are run`() throws {
    try Tour.use { folder in
      try Self.write(
        [
          #"{"subject":"maze","map":"nowhere","output":"1.sqlite"}"#,
          #"{"fork":"nothing.sqlite","at":5,"output":"2.sqlite"}"#, Self.maze(3),
        ], in: folder)
      let first = try Program.reel(line: "run-task m.jsonl 1 --queue 1", in: folder)
      #expect(first.code == 64 && first.errors.contains("no map 'nowhere'"))
      try Self.wait { try Program.reel("digest", "3.sqlite", in: folder).code == 0 }
      for (line, why) in [(1, "no map 'nowhere'"), (2, "there is no file")] {
        let last = try #require(try Self.events(line, in: folder).last)
        #expect(last["event"]?.text == "failed")
        #expect(last["why"]?.text?.contains(why) == true)
      }
    }
  }

  @Test(arguments: [
    ("run-task m.jsonl", "LINE is the number of a line"), ("run-task m.jsonl x", "LINE is"),
    ("run-task m.jsonl 0", "LINE is"), ("run-task m.jsonl 3", "has no line 3"),
    ("run-task m.jsonl 2", "no 'sed'"), ("run-task nowhere.jsonl 1", "there is no file"),
  ])
  func `a line that does not exist is refused with one sentence`(line: String, sentence: String)
    throws
  {
    try Tour.use { folder in
      try Self.write([Self.maze(1), #"{"subject":"maze","sed":1,"output":"b"}"#], in: folder)
      let outcome = try Program.reel(line: line, in: folder)
      #expect(outcome.code == (sentence == "there is no file" ? 1 : 64))
      #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }
}
