import Experiments
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
      #expect(try kept.audit().difference == nil, "\(what)")
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

  /// Damages a recording many times and compares how many steps are kept with how many lie before the first
  /// batch that needs a damaged page. `change` returns the damaged pages, counted from 0.
  private func damage(
    _ name: String, rounds: Int, canMissData: Bool = false,
    _ change: (inout [UInt8], inout Stream) -> [Int]
  ) throws {
    try withTemporaryFolder { folder in
      let whole = "\(folder)/whole.sqlite"
      _ = try Recorded.maze(whole, episodes: 60)
      let bytes = try Repository.contents(of: whole)
      let steps = try Recording(whole).steps(in: 0..<Int.max)
      let firstSteps = try firstSteps(ofPages: whole)
      #expect(firstSteps.count == bytes.count / 4096, "every page has a use")
      #expect(Set(firstSteps.values).count > 5, "batches need different pages")
      var stream = Stream(seed: 2, purpose: .map)
      for round in 0..<rounds {
        var changed = bytes
        let damaged = change(&changed, &stream)
        let what = "\(name), round \(round)"
        let kept = try recover(changed, in: folder, of: steps, what) ?? 0
        let sound = damaged.compactMap { firstSteps[$0] }.min() ?? steps.count
        #expect(canMissData ? kept >= sound : kept == sound, "\(what)")
      }
    }
  }

  /// The first step of the first batch that each page is needed for, from what SQLite says of its pages.
  private func firstSteps(ofPages path: String) throws -> [Int: Int] {
    let database = try Database(path, .reading)
    let starts = try database.all("SELECT first_step FROM batches").compactMap(\.first?.int)
    // For each row of a table, the first step of the first batch that it is needed for. The row after a
    // batch's last transition or metric is read as well.
    let needed = try [
      "transitions": "SELECT max(0, step - 1) FROM transitions ORDER BY step",
      "episodes": "SELECT first_step FROM episodes ORDER BY episode",
      "metrics": """
      SELECT (SELECT min(first_step) FROM batches AS b WHERE b.metrics >= metrics.rowid - 1)
      FROM metrics ORDER BY rowid
      """,
      "checkpoints": """
      SELECT (SELECT min(first_step) FROM batches AS b WHERE b.checkpoints >=
        (SELECT count(*) FROM checkpoints AS c WHERE c.step <= checkpoints.step))
      FROM checkpoints ORDER BY step
      """,
      "batches": "SELECT first_step FROM batches ORDER BY first_step",
    ].mapValues { try database.all($0).compactMap(\.first?.int) }
    var firstSteps: [Int: Int] = [:]
    var (table, row, leaf) = ("", 0, 0)
    for page in try database.all(
      "SELECT pageno, name, pagetype, ncell, path FROM dbstat ORDER BY name, path")
    {
      guard let number = page[0].int, let name = page[1].text, let type = page[2].text,
        let cells = page[3].int, let path = page[4].text
      else { continue }
      if name != table { (table, row) = (name, 0) }
      // A page that overflows from the leaf before is named after its cell.
      let cell = path.split(separator: "/").last?.split(separator: "+").first
      let first = type == "overflow" ? leaf + (cell.flatMap { Int($0, radix: 16) } ?? 0) : row
      if type == "leaf" { (leaf, row) = (row, row + cells) }
      let step = needed[name].map { first < $0.count ? $0[first] : 0 } ?? 0
      firstSteps[number - 1] = starts.last { $0 <= step } ?? 0
    }
    return firstSteps
  }

  @Test func `a file cut anywhere is recovered up to the first batch that needs a lost page`()
    throws
  {
    try damage("a cut file", rounds: 150) { bytes, stream in
      let pages = bytes.count / 4096
      bytes.removeLast(Int.random(in: 1...bytes.count, using: &stream))
      return Array(bytes.count / 4096..<pages)
    }
  }

  @Test func `a file with an emptied page is recovered up to the first batch that needs it`() throws
  {
    try damage("an emptied page", rounds: 100) { bytes, stream in
      let page = Int.random(in: 0..<bytes.count / 4096, using: &stream)
      bytes.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Array(repeating: 0, count: 4096))
      return [page]
    }
  }

  @Test
  func `a file with flipped bits is recovered at least up to the first batch that needs them`()
    throws
  {
    try damage("three flipped bits", rounds: 200, canMissData: true) { bytes, stream in
      (0..<3).map { _ in
        let place = Int.random(in: 0..<bytes.count, using: &stream)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
        return place / 4096
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
      #expect(try Recording("\(folder)/new.sqlite").audit().difference == nil)
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
