import Proofs
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

@Suite struct RecoveryTests {
  /// Recovers a damaged file; how many steps were kept, or nil where nothing could be. What is kept
  /// verifies, steps and all, and is the beginning of what was recorded.
  private func recover(
    _ bytes: [UInt8], in folder: String, of whole: [RecordedStep], _ what: String
  ) throws -> Int? {
    let (path, new) = ("\(folder)/damaged.sqlite", "\(folder)/new.sqlite")
    write(bytes, to: path)
    do {
      let recovery = try Recovery.recover(path, to: new, force: true)
      #expect(try Repository.contents(of: path) == bytes, "\(what): the damaged file was changed")
      let kept = try Recording(new)
      #expect(try kept.firstDifference() == nil, "\(what)")
      let steps = try kept.steps(in: 0..<Int.max)
      #expect(recovery.kept.steps == steps.count)
      #expect(recovery.reason != nil || steps.count == whole.count, "\(what): lost in silence")
      for (old, new) in zip(whole, steps) where !(old == new || new.isLike(old)) {
        Issue.record("\(what): step \(old.step) is another")
        break
      }
      return steps.count
    } catch let error as RecordingError {
      #expect([.damaged, .foreign, .newer].contains(error.kind), "\(what): \(error)")
      return nil
    }
  }

  private func damage(
    _ name: String, rounds: Int, _ change: (inout [UInt8], inout Stream) -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let whole = "\(folder)/whole.sqlite"
      _ = try Recorded.maze(whole, episodes: 60)
      let bytes = try Repository.contents(of: whole)
      let steps = try Recording(whole).steps(in: 0..<Int.max)
      var stream = Stream(seed: 2, purpose: .map)
      var (kept, nothing, all) = (0, 0, 0)
      for round in 0..<rounds {
        var changed = bytes
        change(&changed, &stream)
        let saved = try recover(changed, in: folder, of: steps, "\(name), round \(round)")
        kept += saved ?? 0
        nothing += saved == nil ? 1 : 0
        all += saved == steps.count ? 1 : 0
      }
      print(
        "\(rounds) × \(name): of \(steps.count) steps \(kept / rounds) kept on average, "
          + "\(all) times all, \(nothing) times nothing")
      #expect(kept > 0)
    }
  }

  @Test func `a file cut anywhere is recovered as far as it verifies`() throws {
    try damage("a cut file", rounds: 150) { bytes, stream in
      bytes.removeLast(Int.random(in: 1...bytes.count, using: &stream))
    }
  }

  @Test func `a file with an emptied page is recovered as far as it verifies`() throws {
    try damage("an emptied page", rounds: 100) { bytes, stream in
      let page = Int.random(in: 0..<bytes.count / 4096, using: &stream)
      bytes.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Array(repeating: 0, count: 4096))
    }
  }

  @Test func `a file with flipped bits is recovered as far as it verifies`() throws {
    try damage("three flipped bits", rounds: 200) { bytes, stream in
      for _ in 0..<3 {
        let place = Int.random(in: 0..<bytes.count, using: &stream)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
      }
    }
  }

  @Test func `a whole recording is recovered to the same run`() throws {
    try withTemporaryFolder { folder in
      for name in ["maze", "reacher"] {
        let (path, new) = ("\(folder)/\(name).sqlite", "\(folder)/\(name)-new.sqlite")
        let worlds = try Recorded.make(name, path)
        let recovery = try Recovery.recover(path, to: new)
        #expect(recovery.reason == nil)
        #expect(try Recording(new).digest() == Recording(path).digest())
        #expect(try values(of: new) == values(of: path))
        #expect(try RecordingProof(of: Recording(new), in: worlds).difference == nil)
      }
    }
  }

  @Test func `what was recovered goes on to what it would have become`() throws {
    try withTemporaryFolder { folder in
      let (path, new) = ("\(folder)/a.sqlite", "\(folder)/new.sqlite")
      let worlds = try Recorded.maze(path)
      let digest = try Recording(path).digest()
      let steps = try Recording(path).steps(in: 0..<Int.max)
      var checkpoints: [Checkpoint] = []
      for step in try Recording(path).checkpointSteps() {
        checkpoints += [try Recording(path).checkpoint(at: step)].compactMap(\.self)
      }
      try Database(path, .writing).execute(
        "UPDATE transitions SET action = 3 - action WHERE step = 650")
      let recovery = try Recovery.recover(path, to: new)
      #expect(recovery.kept.steps == 600)
      #expect(recovery.kept.openEpisodes == 1)
      #expect(recovery.reason?.steps?.contains(650) == true)
      #expect(recovery.steps == steps.count)
      let saved = try Recording(new)
      #expect(try saved.status() == .interrupted)
      let from = try #require(try saved.finalCheckpoint()).step
      #expect(from == 500)
      var writer = try RecordingWriter(resuming: new, from: from)
      for step in steps[from...] {
        try writer.record(step.transition)
        for checkpoint in checkpoints where checkpoint.step == step.step + 1 {
          try writer.record(checkpoint)
        }
      }
      try writer.finish()
      #expect(try saved.digest() == digest)
      #expect(try RecordingProof(of: saved, in: worlds).difference == nil)
    }
  }

  @Test func `a live file copied without its log is recovered`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      try Recorded.openMaze(path) {
        write(try Repository.contents(of: path), to: "\(folder)/copy.sqlite")
      }
      let recovery = try Recovery.recover("\(folder)/copy.sqlite", to: "\(folder)/new.sqlite")
      #expect(recovery.reason == nil)
      #expect(try Recording("\(folder)/new.sqlite").status() == .interrupted)
      #expect(try Recording("\(folder)/new.sqlite").firstDifference() == nil)
    }
  }

  @Test func `recovery never writes over what it reads, nor leaves half a file`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      _ = try Recorded.maze(path)
      let before = try Repository.contents(of: path)
      for name in ["a.sqlite", "../\(folder.split(separator: "/").last ?? "")/a.sqlite"] {
        #expect(throws: RecordingError.self) {
          try Recovery.recover(path, to: "\(folder)/\(name)", force: true)
        }
      }
      write([1, 2, 3], to: "\(folder)/taken.sqlite")
      #expect(throws: RecordingError.self) {
        try Recovery.recover(path, to: "\(folder)/taken.sqlite")
      }
      try Database(path, .writing).execute("UPDATE transitions SET reward = 5 WHERE step = 0")
      #expect(throws: RecordingError.self) {
        try Recovery.recover(path, to: "\(folder)/new.sqlite")
      }
      #expect(try Repository.contents(of: path).count == before.count)
      let names = try Program.shell("ls -A", in: folder).output
      #expect(names == "a.sqlite\ntaken.sqlite\n")
    }
  }
}

extension RecordedStep {
  /// Whether this is the other step, where the episode was cut off.
  fileprivate func isLike(_ other: RecordedStep) -> Bool {
    var other = other
    other.ending = .interrupted
    return ending == .interrupted && self == other
  }
}
