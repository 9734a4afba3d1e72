import Rollouts
import TestSupport
import Testing

/// What `reel train --events` writes, compared with what was recorded.
@Suite struct EventsTests {
  private func events(_ text: String) throws -> [JSON] {
    try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
  }

  @Test func `events are lines of JSON that say what the recording holds`() throws {
    try withTemporaryFolder { folder in
      let trained = try Program.reel(
        line: "train maze --episodes 300 -o a.sqlite --events -", in: folder)
      #expect(trained.code == 0)
      let events = try events(trained.output)
      #expect(events.first?["event"] == "training_started")
      #expect(events.last?["event"] == "training_ended")
      #expect(events.last?["complete"] == true)
      #expect(events.allSatisfy { $0["file"] == "a.sqlite" && $0["step"]?.int != nil })
      let ended = events.filter { $0["event"] == "episode_ended" }
      let listed = try JSON(
        parsing: Program.reel(line: "episodes a.sqlite --episode all --json", in: folder).output)
      guard case .array(let rows) = listed["episodes"] ?? listed else {
        Issue.record("reel episodes lists none")
        return
      }
      #expect(ended.map { $0["return"] } == rows.map { $0["return"] })
      #expect(ended.count == 300)
    }
  }

  @Test func `a reader that has seen enough stops the run, which can be resumed`() throws {
    try withTemporaryFolder { folder in
      let reel = try Program.reel()
      let training = "train maze --seed 1 --set snapshot_every=1000"
      let stopped = try Program.shell(
        "\(reel) \(training) -o a.sqlite --events - 2>errors"
          + " | grep -m 1 '\"return\":9[0-9]'; cat errors >&2", in: folder)
      #expect(try events(stopped.output).first?["event"] == "episode_ended")
      #expect(stopped.errors.contains("reel train --resume a.sqlite"))
      let checked = try Program.reel(line: "verify a.sqlite --replay", in: folder)
      #expect(checked.code == 0)
      let resumed = try Program.reel(
        line: "train --resume a.sqlite --events e.jsonl", in: folder)
      #expect(resumed.code == 0)
      _ = try Program.reel(line: "\(training) -o b.sqlite", in: folder)
      let digests = try Program.shell(
        "\(reel) digest a.sqlite b.sqlite | cut -d' ' -f1 | sort -u | wc -l", in: folder)
      #expect(digests.output == "1\n")
      let events = try events(Program.shell("cat e.jsonl", in: folder).output)
      // How far it came depends on the reader; that it resumes at a checkpoint does not.
      let resumedAt = try #require(events.first?["step"]?.int)
      #expect(events.first?["event"] == "training_started")
      #expect(resumedAt > 0 && resumedAt.isMultiple(of: 1000))
      #expect(events.last?["event"] == "training_ended" && events.last?["complete"] == true)
    }
  }

  @Test func `an existing event file and a recording are never overwritten`() throws {
    try withTemporaryFolder { folder in
      let first = "train maze --episodes 2 -o a.sqlite --events e.jsonl"
      #expect(try Program.reel(line: first, in: folder).code == 0)
      let again = try Program.reel(
        line: "train maze --episodes 2 -o b.sqlite --events e.jsonl", in: folder)
      #expect(again.code == 1 && again.errors.contains("e.jsonl exists already"))
      let slip = try Program.reel(
        line: "train maze --episodes 2 -o b.sqlite --events a.sqlite --force", in: folder)
      #expect(slip.code == 1 && slip.errors.contains("is a recording"))
      let both = try Program.reel(
        line: "train maze --episodes 2 -o b.sqlite --events - --json", in: folder)
      #expect(both.code == 64)
      let seeds = try Program.reel(
        line: "train maze --episodes 2 --seeds 1-3 -o {seed}.sqlite --events -", in: folder)
      let files = try events(seeds.output).filter { $0["event"] == "training_ended" }
      #expect(Set(files.compactMap { $0["file"]?.text }) == ["1.sqlite", "2.sqlite", "3.sqlite"])
    }
  }
}
