import Foundation
import Platform
import SQLite
import TestSupport
import Testing

/// Readers beside a writer. `REEL_POLLS` says how often they read; `make torture` sets it to 1,000.
@Suite(.serialized) struct LiveCommandTests {
  private static let polls =
    ProcessInfo.processInfo.environment["REEL_POLLS"].flatMap { Int($0) } ?? 100

  private static let questions = [
    "info a.sqlite --json", "episodes a.sqlite --episode last,best --json", "digest a.sqlite",
    "curve a.sqlite -o c.png --force --quiet", "list . --json", "verify a.sqlite --quiet",
    "render a.sqlite --episode first -o frames --force --quiet",
    "export a.sqlite --episodes -o e.csv --force --quiet", "copy a.sqlite -o b.sqlite --force",
  ]

  /// A run that outlasts the test and ends by itself, of a learner slow enough that the file
  /// stays small.
  private func withWriter(_ folder: String, _ body: (_ process: Int32) throws -> Void) throws {
    // It must not hold open anything that its parent waits on.
    let started = try Program.shell(
      """
      bash -c 'for file in $(ls /proc/$$/fd); do [ $file -lt 3 ] || eval "exec $file>&-"; done
      exec \(Program.reel()) train snake --episodes 1000000000 --set hidden=512,512 \
        --set steps=3000000 --set snapshot_every=100000 -o a.sqlite' >/dev/null 2>&1 & echo $!
      """, in: folder)
    let process = try #require(Int32(started.output.dropLast()))
    defer {
      kill(process, SIGINT)
      for _ in 0..<12_000 where Self.lives(process) { usleep(10_000) }
      #expect(!Self.lives(process), "Ctrl-C stops it")
      kill(process, SIGKILL)
    }
    // Until there is something to draw.
    while Self.lives(process), try Program.reel(line: "curve a.sqlite", in: folder).code != 0 {
      usleep(10_000)
    }
    try body(process)
    #expect(Self.lives(process))
  }

  private static func lives(_ process: Int32) -> Bool {
    guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
      return false
    }
    return !state.contains(") Z ")
  }

  @Test func `every command that reads works while the run is written`() throws {
    try withTemporaryFolder { folder in
      try withWriter(folder) { _ in
        var failures: [String] = []
        for poll in 0..<Self.polls {
          let question = Self.questions[poll % Self.questions.count]
          let outcome = try Program.reel(line: question, in: folder)
          if outcome.code != 0 { failures.append("\(question): \(outcome.errors)") }
        }
        print("\(Self.polls) questions to a run that was being written: \(failures.count) failed")
        #expect(failures.isEmpty, "\(failures)")
      }
    }
  }

  @Test func `a second writer is refused with the first one's process and start`() throws {
    try withTemporaryFolder { folder in
      try withWriter(folder) { writer in
        for line in [
          "train --resume a.sqlite", "train maze -o a.sqlite --force",
          "recover a.sqlite -o a.sqlite --force",
        ] {
          let outcome = try Program.reel(line: line, in: folder)
          #expect(outcome.code == 1, "\(line)")
          if !line.hasPrefix("recover") {
            #expect(outcome.errors.contains("process \(writer), which started 2"))
          }
        }
      }
    }
  }

  @Test func `a run ends while a reader is in the middle of it`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      let run = try Program.start(
        line: "train lake --map 8x8 --episodes 8000 -o a.sqlite --quiet", in: folder)
      try run.wait { Files.exists(path) }
      func steps(_ database: Database) throws -> Int {
        try #require(try database.first("SELECT count(*) FROM transitions")?[0].int)
      }
      let reader = try Database(path, .reading)
      try reader.execute("BEGIN")
      let seen = try steps(reader)
      let outcome = try run.outcome()
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(try steps(reader) == seen, "a reader sees one state for as long as it reads")
      try reader.close()
      #expect(try steps(Database(path, .reading)) > seen)
      #expect(try Program.reel("verify", "a.sqlite", in: folder).code == 0)
    }
  }
}
