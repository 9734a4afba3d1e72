import Foundation
import Recordings
import Rollouts
import TestSupport
import Testing

/// Processes that compete for one name or one file. `REEL_RACES` says how many rounds of each are run;
/// `make torture` sets it to 200.
@Suite(.serialized) struct RaceTests {
  static let rounds =
    ProcessInfo.processInfo.environment["REEL_RACES"].flatMap { Int($0) } ?? 5

  /// Starts all racers and waits for them.
  private static func race(
    _ count: Int, _ command: (Int) -> String, in folder: String
  ) throws -> [(code: Int, words: String)] {
    let racers = try (0..<count).map { try Program.start(line: command($0), in: folder) }
    return try racers.map {
      let outcome = try $0.outcome()
      return (Int(outcome.code), outcome.errors)
    }
  }

  private static let training = "train maze --episodes 60 --quiet"

  private static func digests(_ count: Int, in folder: String) throws -> [String] {
    try (0..<count).map { seed in
      let path = "\(folder)/alone\(seed).sqlite"
      _ = try Program.reel(line: "\(training) --seed \(seed) -o \(path)", in: folder)
      return try Recording(path).digest()
    }
  }

  @Test(arguments: ["", "--force"])
  func `when several runs train to one name, one wins and its recording is whole`(
    force: String
  ) throws {
    try withTemporaryFolder { folder in
      let digests = try Self.digests(5, in: folder)
      for round in 0..<Self.rounds {
        let racers = 2 + round % 4
        try? FileManager.default.removeItem(atPath: "\(folder)/x.sqlite")
        let ends = try Self.race(
          racers, { "\(Self.training) --seed \($0) -o x.sqlite \(force)" }, in: folder)
        let winners = ends.indices.filter { ends[$0].code == 0 }
        #expect(!winners.isEmpty && (winners.count == 1 || !force.isEmpty), "\(ends)")
        for end in ends where end.code != 0 {
          #expect(
            end.words.contains("x.sqlite exists")
              || end.words.contains("x.sqlite is being written by process"), "\(end)")
        }
        let recording = try Recording("\(folder)/x.sqlite")
        #expect(winners.map { digests[$0] }.contains(try recording.digest()))
        #expect(try recording.audit().difference == nil)
      }
    }
  }

  @Test func `a resumed recording is not replaced, and a replaced one is not resumed`()
    throws
  {
    try withTemporaryFolder { folder in
      let digests = try Self.digests(3, in: folder)
      let extended = try (0..<3).map { seed in
        let line = "train --resume alone\(seed).sqlite --episodes 90 --quiet"
        #expect(try Program.reel(line: line, in: folder).code == 0)
        return try Recording("\(folder)/alone\(seed).sqlite").digest()
      }
      let possible = Set(extended + digests[1...])
      for _ in 0..<Self.rounds {
        try? FileManager.default.removeItem(atPath: "\(folder)/x.sqlite")
        _ = try Program.reel(line: "\(Self.training) --seed 0 -o x.sqlite", in: folder)
        let ends = try Self.race(
          3,
          {
            $0 == 0
              ? "train --resume x.sqlite --episodes 90 --quiet"
              : "\(Self.training) --seed \($0) -o x.sqlite --force"
          }, in: folder)
        #expect(ends.contains { $0.code == 0 }, "\(ends)")
        let recording = try Recording("\(folder)/x.sqlite")
        #expect(possible.contains(try recording.digest()))
        #expect(try recording.audit().difference == nil)
      }
    }
  }

  @Test func `when several processes label one recording, no tag is lost`() throws {
    try withTemporaryFolder { folder in
      for _ in 0..<Self.rounds {
        try? FileManager.default.removeItem(atPath: "\(folder)/x.sqlite")
        _ = try Program.reel(line: "\(Self.training) -o x.sqlite", in: folder)
        let ends = try Self.race(10, { "label x.sqlite --tag t\($0)" }, in: folder)
        #expect(ends.allSatisfy { $0.code == 0 }, "\(ends)")
        let tags = try Recording("\(folder)/x.sqlite").description().tags
        #expect(Set(tags) == Set((0..<10).map { "t\($0)" }))
      }
    }
  }

  @Test func `when several processes copy to one name, the result is whole`() throws {
    try withTemporaryFolder { folder in
      let digests = try Self.digests(4, in: folder)
      for _ in 0..<Self.rounds {
        let ends = try Self.race(
          4, { "copy alone\($0).sqlite -o x.sqlite --force" }, in: folder)
        #expect(ends.allSatisfy { $0.code == 0 }, "\(ends)")
        let recording = try Recording("\(folder)/x.sqlite")
        #expect(digests.contains(try recording.digest()))
        #expect(try recording.audit().difference == nil)
      }
    }
  }

  @Test func `when several processes render into one folder, all frames are from one`() throws {
    try withTemporaryFolder { folder in
      #expect(
        try Program.reel(line: "train maze --episodes 20 -o a.sqlite", in: folder).code == 0)
      // The films differ in length, so a mix of two would show in the number of frames.
      func render(_ racer: Int) -> String {
        "render a.sqlite --episode \(racer + 1) -o frames --force --quiet"
      }
      let sums = "ls frames | sort | sed 's|^|frames/|' | xargs cat | cksum"
      let known = try (0..<4).map { racer in
        #expect(try Program.reel(line: render(racer), in: folder).code == 0)
        return try Program.shell(sums, in: folder).output
      }
      #expect(Set(known).count == 4)
      for _ in 0..<Self.rounds {
        let ends = try Self.race(4, render, in: folder)
        #expect(ends.contains { $0.code == 0 }, "\(ends)")
        #expect(ends.allSatisfy { $0.code == 0 || $0.words.contains("frames") }, "\(ends)")
        #expect(known.contains(try Program.shell(sums, in: folder).output))
        #expect(try Program.shell("ls -A | grep partial", in: folder).output == "")
      }
    }
  }
}
