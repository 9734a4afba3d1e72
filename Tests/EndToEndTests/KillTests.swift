import Foundation
import Recordings
import Rollouts
import TestSupport
import Testing

/// Processes that die at random moments. `REEL_KILLS` says how often for each trainer; `make torture`
/// sets it to 200.
@Suite(.serialized) struct KillTests {
  /// A run that takes a second or two, with checkpoints along the way.
  struct Victim: Sendable, CustomTestStringConvertible {
    let name: String
    let command: String
    let kills: Int
    var testDescription: String { name }
  }

  static let kills = ProcessInfo.processInfo.environment["REEL_KILLS"].flatMap { Int($0) }

  static let victims = [
    Victim(
      name: "Q-table", command: "lake --map 8x8 --episodes 12000 --set snapshot_every=20000",
      kills: kills ?? 9),
    Victim(name: "DQN", command: "snake --episodes 60 --set snapshot_every=500", kills: kills ?? 8),
    Victim(
      name: "PPO", command: "reacher --steps 60000 --set snapshot_every=2 --set evaluate_every=0",
      kills: kills ?? 8),
  ]

  /// What a killed process left behind.
  private struct Tally {
    var kills = 0
    var beforeTheName = 0
    var unreadable = 0
    var lost = 0
    var acknowledged = 0
    var runs = 0
    var different = 0
  }

  @Test(arguments: victims)
  func `a run killed at any time is readable, has every acknowledged step, and ends the same`(
    victim: Victim
  ) throws {
    let tally = try withTemporaryFolder { folder in
      let line = "train \(victim.command) --seed 5 --quiet"
      let start = ContinuousClock.now
      #expect(try Program.reel(line: "\(line) -o whole.sqlite", in: folder).code == 0)
      let most = (ContinuousClock.now - start) / .milliseconds(1)
      let whole = try Recording("\(folder)/whole.sqlite").digest()
      var tally = Tally()
      while tally.kills < victim.kills {
        tally.runs += 1
        let path = "\(folder)/run\(tally.runs).sqlite"
        try kill(victim, "run\(tally.runs).sqlite", in: folder, upTo: most, &tally)
        if try Recording(path).digest() != whole { tally.different += 1 }
        try FileManager.default.removeItem(atPath: path)
      }
      return tally
    }
    print(
      "\(victim.name): \(tally.kills) kills, \(tally.beforeTheName) before the file had its name; "
        + "\(tally.unreadable) unreadable files, \(tally.lost) of \(tally.acknowledged) acknowledged "
        + "steps lost; \(tally.runs) runs, \(tally.runs - tally.different) digest-equal at their end"
    )
    #expect(tally.unreadable == 0)
    #expect(tally.lost == 0)
    #expect(tally.different == 0)
  }

  /// Starts a run, and kills and resumes it until it ends.
  private func kill(
    _ victim: Victim, _ file: String, in folder: String, upTo most: Double, _ tally: inout Tally
  ) throws {
    let path = "\(folder)/\(file)"
    var acknowledged = 0
    while true {
      let exists = FileManager.default.fileExists(atPath: path)
      let words = exists ? "--resume \(file)" : "\(victim.command) --seed 5 -o \(file)"
      let run = try Program.start(line: "train \(words) --progress", in: folder)
      // The first and the last milliseconds are as likely as all the rest.
      let delay = Double.random(
        in: [0...30, 0...most, max(0, most - 60)...most + 10].randomElement() ?? 0...most)
      if tally.kills < victim.kills {
        usleep(UInt32(delay * 1000))
        run.send(SIGKILL)
      }
      let ended = try run.outcome()
      acknowledged = max(acknowledged, Self.acknowledged(ended.errors))
      if ended.code >= 0 {
        #expect(ended.code == 0, "\(ended.errors)")
        return
      }
      tally.kills += 1
      tally.acknowledged += acknowledged
      guard FileManager.default.fileExists(atPath: path) else {
        tally.beforeTheName += 1
        tally.lost += acknowledged
        continue
      }
      try look(at: path, acknowledged, &tally)
    }
  }

  /// The steps that the last whole line says are on disk.
  private static func acknowledged(_ text: String) -> Int {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return lines.compactMap { line in
      line.range(of: ": ").flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
    }.max() ?? 0
  }

  /// Reads a file whose writer was killed, as another program would.
  private func look(at path: String, _ acknowledged: Int, _ tally: inout Tally) throws {
    let check = try Program.shell(
      "sqlite3 -readonly \(path) 'PRAGMA integrity_check'", in: NSTemporaryDirectory())
    guard check.output == "ok\n", let recording = try? Recording(path),
      let steps = try? recording.stepCount(), let episodes = try? recording.episodes()
    else {
      tally.unreadable += 1
      return
    }
    tally.lost += max(0, acknowledged - steps)
    for episode in episodes where !episode.isOver {
      #expect(episode.ending == .interrupted)
      #expect(try recording.states(of: episode).count == episode.steps + 1)
    }
  }
}
