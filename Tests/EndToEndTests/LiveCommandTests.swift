import Foundation
import TestSupport
import Testing

/// Readers beside a writer. `REEL_POLLS` says how often is read; `make torture` sets it to 1,000.
@Suite(.serialized) struct LiveCommandTests {
  private static let polls =
    ProcessInfo.processInfo.environment["REEL_POLLS"].flatMap { Int($0) } ?? 100

  private static let questions = [
    "info a.sqlite --json", "episodes a.sqlite --episode last,best --json", "digest a.sqlite",
    "curve a.sqlite -o c.png --force --quiet", "list . --json", "verify a.sqlite --quiet",
    "render a.sqlite --episode first -o frames --force --quiet",
    "export a.sqlite --episodes -o e.csv --force --quiet", "copy a.sqlite -o b.sqlite --force",
  ]

  /// A run that lasts longer than the test and ends by itself, of a learner slow enough that the file
  /// stays small.
  private func withWriter(_ folder: String, _ body: (_ process: Int32) throws -> Void) throws {
    // Nobody waits for it: it must hold nothing that whoever started it waits on.
    let started = try Program.shell(
      """
      bash -c 'for file in $(ls /proc/$$/fd); do [ $file -lt 3 ] || eval "exec $file>&-"; done
      exec \(Program.reel()) train snake --episodes 1000000000 --set hidden=512,512 \
        --set steps=3000000 --set snapshot_every=100000 -o a.sqlite' >/dev/null 2>&1 & echo $!
      """, in: folder)
    let process = try #require(Int32(started.output.dropLast()))
    defer {
      kill(process, SIGINT)
      for _ in 0..<1000 where Self.lives(process) { usleep(10_000) }
      #expect(!Self.lives(process), "Ctrl-C stops it")
      kill(process, SIGKILL)
    }
    // Until there is something to draw.
    while try Program.reel(line: "curve a.sqlite", in: folder).code != 0 { usleep(10_000) }
    try body(process)
    #expect(Self.lives(process))
  }

  private static func lives(_ process: Int32) -> Bool {
    guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
      return false
    }
    return !state.contains(") Z ")
  }

  @Test func `every question is answered while the run is written`() throws {
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

  @Test func `a viewer does not hold the writer up`() throws {
    try withTemporaryFolder { folder in
      // Pairs, because the machine's speed changes from one second to the next.
      let pairs = Self.polls >= 1000 ? 11 : 3
      var ratios: [Double] = []
      for _ in 0..<pairs {
        let alone = try seconds(watched: false, folder)
        ratios.append(try seconds(watched: true, folder) / alone)
      }
      let median = ratios.sorted()[pairs / 2]
      print(
        "a run that is looked at ten times a second takes "
          + "\((median * 100).rounded() / 100) of its time alone, median of \(pairs) pairs")
      // 1.10 is the aim; three pairs on a busy machine tell only what is grossly wrong.
      #expect(median < (pairs > 3 ? 1.1 : 1.6))
    }
  }

  private func seconds(watched: Bool, _ folder: String) throws -> Double {
    let reel = try Program.reel()
    let script = """
      rm -f done
      (\(reel) train reacher --steps 60000 -o w.sqlite --force --quiet; touch done) &
      while \(watched) && [ ! -e done ]; do
        \(reel) info w.sqlite --json >/dev/null 2>&1; sleep 0.1
      done
      wait
      """
    let start = ContinuousClock.now
    #expect(try Program.shell(script, in: folder).code == 0)
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
