import Experiments
import Glibc
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

@Suite struct RecoveryTests {
  /// Recovers a damaged file; returns what was kept, or nil if nothing was. What is kept verifies, and each
  /// step is one that was recorded.
  private func recover(
    _ bytes: [UInt8], in folder: String, of whole: [RecordedStep], _ what: String,
    _ options: Recovery.Options = Recovery.Options()
  ) throws -> Recovery? {
    let (path, new) = ("\(folder)/damaged.sqlite", "\(folder)/new.sqlite")
    write(bytes, to: path)
    var options = options
    options.force = true
    do {
      let recovery = try Recovery.recover(path, to: new, options)
      #expect(try Repository.contents(of: path) == bytes, "\(what): the damaged file was changed")
      let kept = try Recording(new)
      #expect(try kept.audit().difference == nil, "\(what)")
      let steps = try kept.steps(in: 0..<Int.max)
      #expect(recovery.steps == steps.count, "\(what)")
      #expect(recovery.reason != nil || steps.count == whole.count, "\(what): lost silently")
      let unverified = recovery.gaps?.unverified ?? []
      for step in steps where !step.isLike(whole[step.step], recovery.gaps) {
        if unverified.contains(where: { $0.contains(step.step) }) { continue }
        Issue.record("\(what): step \(step.step) differs")
        break
      }
      return recovery
    } catch let error as RecordingError {
      #expect([.damaged, .foreign, .newer].contains(error.kind), "\(what): \(error)")
      return nil
    }
  }

  /// Damages a recording many times and compares how many steps are kept with how many are in batches that
  /// need no damaged page. `change` returns the damaged pages, counted from 1.
  private func damage(
    _ name: String, rounds: Int, canMissData: Bool = false,
    _ change: (inout [UInt8], inout Stream) -> [Int]
  ) throws {
    try withTemporaryFolder { folder in
      let (whole, other) = ("\(folder)/whole.sqlite", "\(folder)/other.sqlite")
      _ = try Recorded.maze(whole, episodes: 60)
      _ = try Recorded.maze(other, episodes: 60)
      let bytes = try Repository.contents(of: whole)
      let steps = try Recording(whole).steps(in: 0..<Int.max)
      let use = try PageUse(of: whole)
      #expect(use.batches.count == bytes.count / 4096, "every page has a use")
      var stream = Stream(seed: 2, purpose: .map)
      var options = Recovery.Options()
      options.like = other
      var (kept, readable, nothing) = (0, 0, 0)
      for round in 0..<rounds {
        var changed = bytes
        let damaged = change(&changed, &stream)
        let what = "\(name), round \(round), pages \(damaged)"
        let recovery = try recover(changed, in: folder, of: steps, what, options)
        let sound = use.soundSteps(without: damaged)
        #expect(
          canMissData ? recovery?.steps ?? 0 >= sound : recovery?.steps ?? 0 == sound, "\(what)")
        kept += recovery?.steps ?? 0
        nothing += recovery == nil ? 1 : 0
        var all = options
        all.keepsUnverified = true
        readable += try recover(changed, in: folder, of: steps, what, all)?.steps ?? 0
      }
      print(
        "\(name): \(kept * 100 / rounds / steps.count) % of \(steps.count) steps kept on average; "
          + "\(nothing) of \(rounds) times nothing; "
          + "with unverified ones \(readable * 100 / rounds / steps.count) %")
    }
  }

  @Test func `a file cut anywhere keeps every batch that needs no lost page`() throws {
    // The page that was cut may have some of its rows.
    try damage("a cut file", rounds: 60, canMissData: true) { bytes, stream in
      let pages = bytes.count / 4096
      bytes.removeLast(Int.random(in: 1...bytes.count, using: &stream))
      return Array(bytes.count / 4096 + 1..<pages + 1)
    }
  }

  @Test func `a file with a zeroed page keeps every batch that does not need it`() throws {
    try damage("an emptied page", rounds: 60) { bytes, stream in
      let page = Int.random(in: 1...bytes.count / 4096, using: &stream)
      bytes.empty(page)
      return [page]
    }
  }

  @Test func `a file with flipped bits keeps every batch that does not need their pages`()
    throws
  {
    try damage("three flipped bits", rounds: 80, canMissData: true) { bytes, stream in
      (0..<3).map { _ in
        let place = Int.random(in: 0..<bytes.count, using: &stream)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
        return place / 4096 + 1
      }
    }
  }

  /// A recording of format 1, whose batches have one hash each.
  @Test func `a recording of format 1 keeps every batch that verifies`() throws {
    try withTemporaryFolder { folder in
      let fixture = "\(Repository.root)/Tests/EndToEndTests/Fixtures/format-1-maze.sqlite"
      let bytes = try Repository.contents(of: fixture)
      let steps = try Recording(fixture).steps(in: 0..<Int.max)
      var options = Recovery.Options()
      (options.like, options.keepsUnverified) = (fixture, true)
      for page in 1...bytes.count / 4096 {
        var changed = bytes
        changed.empty(page)
        let recovery = try #require(
          try recover(changed, in: folder, of: steps, "page \(page)", options), "page \(page)")
        #expect(recovery.steps >= steps.count - 400, "page \(page): \(recovery)")
      }
    }
  }

  /// Whichever page is lost, nearly all steps that can be read are kept, for three kinds of trainers.
  @Test(arguments: ["maze", "city", "reacher"])
  func `with one page zeroed, what can be read is kept`(name: String) throws {
    try withTemporaryFolder { folder in
      let (whole, other) = ("\(folder)/whole.sqlite", "\(folder)/other.sqlite")
      for path in [whole, other] { _ = try Recorded.make(name, path) }
      let bytes = try Repository.contents(of: whole)
      let steps = try Recording(whole).steps(in: 0..<Int.max)
      let use = try PageUse(of: whole)
      var options = Recovery.Options()
      (options.like, options.keepsUnverified) = (other, true)
      var least = 1.0
      let pages = bytes.count / 4096
      for page in stride(from: 1, through: pages, by: max(1, pages / 40)) {
        var changed = bytes
        changed.empty(page)
        let what = "\(name), page \(page) of \(pages)"
        let recovery = try #require(
          try recover(changed, in: folder, of: steps, what, options), "\(what)")
        let readable = steps.count - (use.steps[page] ?? 0)
        let share = Double(recovery.steps) / Double(readable)
        least = min(least, share)
        // At each of its ends, a gap costs a step of each world. So does an episode whose row is lost.
        let episodes = use.episodes[page] ?? 0
        let worlds = try Recording(whole).description().worlds
        #expect(recovery.steps >= readable - 2 * worlds - episodes, "\(what): \(share)")
      }
      print("\(name): of one emptied page at least \(least) of the readable steps are kept")
    }
  }

  @Test func `impossible numbers are not trusted`() throws {
    try withTemporaryFolder { folder in
      let (path, new) = ("\(folder)/a.sqlite", "\(folder)/new.sqlite")
      _ = try Recorded.maze(path)
      let bytes = try Repository.contents(of: path)
      let count = try Recording(path).stepCount()
      for change in [
        "run SET value = 4611686018427387904 WHERE key = 'worlds'",
        "transitions SET step = 4503599627370496 WHERE step = (SELECT max(step) FROM transitions)",
        "batches SET last_step = 9007199254740990 WHERE first_step = 200",
        "episodes SET steps = 4611686018427387904, first_step = -5 WHERE episode = 9",
        "metrics SET step = -9223372036854775808 WHERE rowid = 2",
        "metrics SET step = step + 4096 WHERE rowid = 3",
      ] {
        write(bytes, to: path)
        try Database(path, .writing).execute("UPDATE \(change)")
        var options = Recovery.Options()
        (options.force, options.keepsUnverified) = (true, true)
        do {
          let recovery = try Recovery.recover(path, to: new, options)
          #expect(recovery.kept.steps <= count && recovery.steps >= count - 200, "\(change)")
          #expect(try Recording(new).audit().difference == nil, "\(change)")
        } catch let error as RecordingError {
          #expect(error.kind == .damaged, "\(change): \(error)")
        }
      }
    }
  }

  @Test func `pixels that do not match their hash are left out`() throws {
    try withTemporaryFolder { folder in
      let (path, new) = ("\(folder)/a.sqlite", "\(folder)/new.sqlite")
      let fixture = "\(Repository.root)/Tests/RecordingsTests/Fixtures/format-2-pixels.sqlite"
      write(try Repository.contents(of: fixture), to: path)
      func images(_ path: String) throws -> Int? {
        try Database(path, .reading).first("SELECT count(*) FROM images")?[0].int
      }
      let count = try #require(try images(path))
      try Database(path, .writing).execute("UPDATE images SET png = x'00' WHERE rowid = 2")
      var options = Recovery.Options()
      (options.force, options.keepsUnverified) = (true, true)
      _ = try Recovery.recover(path, to: new, options)
      #expect(try Recording(new).audit().difference == nil)
      #expect(try images(new) == count - 1)
    }
  }

  /// With a log beside it that no process can merge.
  @Test func `the log that a killed writer left beside a damaged file is kept too`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      try Recorded.openMaze(path) {
        while try Recording(path).stepCount() < 600 { usleep(1000) }
        for ending in ["", "-wal"] {
          write(try Repository.contents(of: path + ending), to: "\(folder)/copy.sqlite\(ending)")
        }
      }
      let copy = "\(folder)/copy.sqlite"
      let committed = try Recording(copy).stepCount()
      let bytes = try Repository.contents(of: copy)
      let log = try Repository.contents(of: "\(copy)-wal")
      #expect(committed > 0 && log.count > 4096)
      // Not a page that the log replaces.
      let logged = Set(
        stride(from: 32, to: log.count, by: 4096 + 24).map {
          Int(log[$0 + 2]) << 8 | Int(log[$0 + 3])
        })
      for page in (2...bytes.count / 4096).filter({ !logged.contains($0) }) {
        for ending in ["-shm", "-wal"] { unlink("\(copy)\(ending)") }
        var damaged = bytes
        damaged.empty(page)
        write(damaged, to: copy)
        write(log, to: "\(copy)-wal")
        var options = Recovery.Options()
        (options.force, options.keepsUnverified, options.like) = (true, true, path)
        let recovery = try Recovery.recover(copy, to: "\(folder)/new.sqlite", options)
        #expect(recovery.steps >= committed * 2 / 3, "page \(page): \(recovery)")
      }
    }
  }

  @Test func `an episode that a gap cuts becomes interrupted parts`() throws {
    try withTemporaryFolder { folder in
      let (path, new) = ("\(folder)/a.sqlite", "\(folder)/new.sqlite")
      _ = try Recorded.reacher(path)
      let whole = try Recording(path).steps(in: 0..<Int.max)
      let (worlds, cut) = (3, 330)
      try Database(path, .writing).execute("DELETE FROM transitions WHERE step = \(cut)")
      var options = Recovery.Options()
      options.keepsUnverified = true
      let recovery = try Recovery.recover(path, to: new, options)
      let saved = try Recording(new)
      // The step before it in its world led to the lost one.
      let gaps = try #require(recovery.gaps)
      #expect(gaps.steps == [cut - worlds...cut - worlds, cut...cut], "\(gaps)")
      #expect(gaps.parts == [whole[cut].episode])
      #expect(recovery.steps == whole.count - 2)
      let head = try saved.episode(whole[cut].episode)
      let tail = try saved.episode(gaps.newest + 1)
      #expect(head.ending == .interrupted && head.lastStep == cut - 2 * worlds)
      #expect(tail.ending == .interrupted && tail.firstStep == cut + worlds)
      #expect(try saved.states(of: tail).first == whole[cut + worlds].state)
      #expect(throws: RecordingError.self) { try saved.requireEveryStep(for: "a test") }
      #expect(try saved.audit().difference == nil)
      // And its note about the recovery is verified too.
      try Database(new, .writing).execute(
        "UPDATE run SET value = json_set(value, '$.unverified', json('[]')) WHERE key = 'recovered'"
      )
      #expect(try Recording(new).audit().difference != nil)
    }
  }

  @Test func `an intact recording is recovered to the same run`() throws {
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

  @Test func `a recovered run resumes to the digest it would have had`() throws {
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
      var options = Recovery.Options()
      let all = try Recovery.recover(path, to: new, options)
      #expect(all.gaps?.steps == [600...799] && all.steps == steps.count - 200)
      (options.onlyBeginning, options.force) = (true, true)
      let recovery = try Recovery.recover(path, to: new, options)
      #expect(recovery.kept.steps == 600 && recovery.gaps == nil)
      #expect(recovery.kept.openEpisodes == 1)
      #expect(recovery.reason?.steps?.contains(650) == true)
      #expect(recovery.visibleSteps == steps.count)
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

  @Test func `recovery never overwrites what it reads, and never leaves half a file`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.sqlite"
      _ = try Recorded.maze(path)
      let before = try Repository.contents(of: path)
      var options = Recovery.Options()
      options.force = true
      for name in ["a.sqlite", "../\(folder.split(separator: "/").last ?? "")/a.sqlite"] {
        #expect(throws: RecordingError.self) {
          try Recovery.recover(path, to: "\(folder)/\(name)", options)
        }
      }
      write([1, 2, 3], to: "\(folder)/taken.sqlite")
      #expect(throws: RecordingError.self) {
        try Recovery.recover(path, to: "\(folder)/taken.sqlite")
      }
      try Database(path, .writing).execute("UPDATE transitions SET reward = reward + 1")
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
  /// Whether this is the other step, apart from where its episode was cut.
  fileprivate func isLike(_ other: RecordedStep, _ gaps: Gaps?) -> Bool {
    var other = other
    if let gaps, episode > gaps.newest {
      guard gaps.parts[episode - gaps.newest - 1] == other.episode else { return false }
      other.episode = episode
      // In a part, t is counted from the part's first step.
      other.t = t
    }
    if ending == .interrupted { other.ending = .interrupted }
    return self == other
  }
}

extension [UInt8] {
  /// Fills a page, counted from 1, with zeros.
  fileprivate mutating func empty(_ page: Int) {
    replaceSubrange((page - 1) * 4096..<page * 4096, with: repeatElement(0, count: 4096))
  }
}

/// What each page of a recording is needed for, according to SQLite's dbstat.
private struct PageUse {
  /// The first steps of the batches that need the page.
  private(set) var batches: [Int: Set<Int>] = [:]
  /// How many steps and episodes it holds.
  private(set) var steps: [Int: Int] = [:]
  private(set) var episodes: [Int: Int] = [:]
  private let sizes: [Int: Int]

  init(of path: String) throws {
    let database = try Database(path, .reading)
    func all(_ sql: String) throws -> [[Int]] {
      try database.all(sql).map { $0.compactMap(\.int) }
    }
    let rows = try all("SELECT first_step, last_step FROM batches")
    let starts = rows.map { $0[0] }
    sizes = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1] - $0[0] + 1) })
    func batch(_ step: Int) -> Int { starts.last { $0 <= step } ?? 0 }
    // For each row of a table, the batches whose steps need it. The state after a batch's last step is needed
    // if its episode continues. All else has hashes of its own, and the description is kept twice.
    let needed: [String: [Set<Int>]] = [
      "transitions": try all(
        "SELECT step, coalesce(episode = lag(episode) OVER (ORDER BY step), 0) FROM transitions"
      ).map { [batch($0[0]), batch($0[0] - $0[1])] },
      "episodes": try all(
        "SELECT first_step + (steps - 1) * stride FROM episodes ORDER BY episode"
      ).map { [batch($0[0])] },
      "batches": starts.indices.map { [starts[$0]] },
    ]
    var (table, row, leaf) = ("", 0, 0)
    for page in try database.all(
      "SELECT pageno, name, pagetype, ncell, path FROM dbstat ORDER BY name, path")
    {
      guard let number = page[0].int, let name = page[1].text, let type = page[2].text,
        let cells = page[3].int, let path = page[4].text
      else { continue }
      if name != table { (table, row) = (name, 0) }
      var used = 0..<0
      if type == "leaf" {
        (leaf, used) = (row, row..<row + cells)
        row += cells
      } else if type == "overflow" {
        // A page that overflows from the leaf before is named after its cell.
        let cell = path.split(separator: "/").last?.split(separator: "+").first
        let place = leaf + (cell.flatMap { Int($0, radix: 16) } ?? 0)
        used = place..<place + 1
      }
      batches[number] =
        (needed[name] ?? []).isEmpty
        ? [] : used.reduce(into: Set()) { $0.formUnion(needed[name]?[$1] ?? []) }
      if name == "transitions" { steps[number] = used.count }
      if name == "episodes" { episodes[number] = used.count }
    }
  }

  /// How many steps are in batches that need none of these pages.
  func soundSteps(without damaged: [Int]) -> Int {
    let lost = damaged.reduce(into: Set<Int>()) { $0.formUnion(batches[$1] ?? []) }
    return sizes.filter { !lost.contains($0.key) }.reduce(0) { $0 + $1.value }
  }
}
