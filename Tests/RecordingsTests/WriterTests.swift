import Glibc
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

@Suite struct WriterTests {
  private let run = RandomRun()

  private func writer(
    _ path: String, options: RecordingOptions = RecordingOptions()
  ) throws -> RecordingWriter {
    try RecordingWriter(
      creating: path, run.description, initial: run.blank.checkpoint(step: 0), options: options)
  }

  /// The error that creating a recording ends in; nil if it succeeds.
  private func refusal(_ path: String, force: Bool = false) -> RecordingError? {
    do {
      _ = try RecordingWriter(
        creating: path, run.description, initial: run.blank.checkpoint(step: 0),
        options: RecordingOptions(force: force))
      return nil
    } catch {
      return error
    }
  }

  @Test func `the file appears with the first checkpoint, and nothing is left beside it`() throws {
    let folder = Folder()
    var writer = try RecordingWriter(creating: folder("a.sqlite"), run.description)
    #expect(!folder.names.contains("a.sqlite"))
    #expect(folder.names.contains { $0.hasPrefix(".reel-") })
    #expect(throws: RecordingError.self) {
      try writer.record(episode: 1, state: 0, action: 0, reward: 0, next: 0, ending: .running)
    }
    try writer.record(run.blank.checkpoint(step: 0))
    #expect(folder.names.contains("a.sqlite"))
    #expect(!folder.names.contains { $0.contains("partial") })
    #expect(try Recording(folder("a.sqlite")).checkpointSteps() == [0])
    try run.play(10, into: &writer)
    try writer.finish()
    #expect(try Recording(folder("a.sqlite")).stepCount() == 10)
  }

  @Test func `a writer without a checkpoint leaves nothing`() throws {
    let folder = Folder()
    do { _ = try RecordingWriter(creating: folder("a.sqlite"), run.description) }
    #expect(folder.names == [])
    let writer = try RecordingWriter(creating: folder("a.sqlite"), run.description)
    #expect(failure(finishing: writer) != nil)
    #expect(folder.names == [])
    #expect(throws: RecordingError.self) {
      _ = try RecordingWriter(
        creating: folder("a.sqlite"), run.description, initial: run.blank.checkpoint(step: 5))
    }
    #expect(folder.names == [])
  }

  @Test func `an existing file is not overwritten, and force replaces it`() throws {
    let folder = Folder()
    try run.record(1000, to: folder("a.sqlite"))
    let before = try Recording(folder("a.sqlite")).digest()
    let error = refusal(folder("a.sqlite"))
    #expect(error?.kind == .exists)
    #expect(error?.description == "\(folder("a.sqlite")) exists already")
    #expect(try Recording(folder("a.sqlite")).digest() == before)
    try RandomRun(seed: 2).record(
      500, to: folder("a.sqlite"), options: RecordingOptions(force: true))
    #expect(try Recording(folder("a.sqlite")).stepCount() == 500)
    #expect(folder.names == ["a.sqlite"])
  }

  @Test func `files that an earlier recording left are no part of the new one`() throws {
    let folder = Folder()
    // A log that SQLite would read if it were beside a file of that name.
    let old = try interrupted(in: folder, "old.sqlite", steps: 1000)
    _ = shell("mv '\(old)-wal' '\(folder("a.sqlite-wal"))'")
    let error = refusal(folder("a.sqlite"))
    #expect(error?.kind == .exists)
    #expect(error?.description.contains("a.sqlite-wal holds the last rows") == true)
    #expect(folder.names.contains("a.sqlite-wal"), "it may be all that is left of a run")
    try run.record(10, to: folder("a.sqlite"), options: RecordingOptions(force: true))
    #expect(try Recording(folder("a.sqlite")).stepCount() == 10)
    #expect(!folder.names.contains("a.sqlite-wal"))
  }

  @Test func `a file that is not a recording is replaced only by force`() throws {
    let folder = Folder()
    _ = shell("echo text > '\(folder("a.sqlite"))'; ln -s nowhere '\(folder("b.sqlite"))'")
    _ = shell("mkdir '\(folder("folder"))'; mkfifo '\(folder("pipe"))'")
    #expect(refusal(folder("a.sqlite"))?.kind == .exists)
    #expect(refusal(folder("b.sqlite"))?.kind == .exists)
    for name in ["folder", "pipe"] {
      // Nothing that force could replace.
      #expect(refusal(folder(name))?.kind == .foreign)
      #expect(refusal(folder(name), force: true)?.kind == .foreign)
    }
    _ = shell("rmdir '\(folder("folder"))'; rm '\(folder("pipe"))'")
    #expect(refusal(folder("a.sqlite"), force: true) == nil)
    #expect(try Recording(folder("a.sqlite")).status() == .interrupted)
    #expect(folder.names.sorted() == ["a.sqlite", "b.sqlite"])
  }

  @Test(arguments: ["", "x/", "a.sqlite/b.sqlite", "folder"])
  func `an invalid name is refused with one sentence`(name: String) throws {
    let folder = Folder()
    _ = shell("mkdir '\(folder("folder"))'; touch '\(folder("a.sqlite"))'")
    let error = refusal(name.isEmpty ? "" : folder(name), force: true)
    #expect(error != nil)
    #expect(error?.description.isEmpty == false)
    #expect(folder.names == ["a.sqlite", "folder"])
  }

  @Test func `a folder without write permission is refused and nothing is left`() throws {
    let error = refusal("/proc/reel/a.sqlite")
    #expect(error?.kind == .denied)
    #expect(refusal("/proc/a.sqlite")?.kind == .denied)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `a reward that is not finite stops the run and names the step`(reward: Double) throws {
    let folder = Folder()
    for usesBytes in [false, true] {
      let run = RandomRun(usesBytes: usesBytes)
      var writer = try RecordingWriter(
        creating: folder("\(usesBytes).sqlite"), run.description,
        initial: run.blank.checkpoint(step: 0))
      for step in 0..<3 {
        try writer.record(
          Transition(
            episode: 1, state: run.value(step), action: run.value(0), reward: 1,
            next: run.value(step + 1), ending: .running))
      }
      let error = #expect(throws: RecordingError.self) {
        try writer.record(
          Transition(
            episode: 1, state: run.value(3), action: run.value(0), reward: reward,
            next: run.value(4), ending: .running))
      }
      #expect(error?.description == "the reward of step 3 is \(reward), not a finite number")
      #expect(error?.kind == .invalid)
      try writer.finish()
      #expect(try Recording(folder("\(usesBytes).sqlite")).stepCount() == 3)
    }
  }

  @Test func `steps that do not form a rollout are refused`() throws {
    let folder = Folder()
    var writer = try writer(folder("a.sqlite"))
    func refused(
      _ writer: inout RecordingWriter, _ episode: Int, _ state: Int, _ ending: Ending = .running
    ) -> String? {
      do {
        try writer.record(
          episode: episode, state: state, action: 0, reward: 0, next: 1, ending: ending)
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(refused(&writer, 0, 0) == "step 0 begins episode 0 after episode 0")
    #expect(refused(&writer, 1, 0) == nil)
    #expect(refused(&writer, 2, 1) == "step 1 belongs to episode 2, but episode 1 has not ended")
    #expect(refused(&writer, 1, 5) == "step 1 starts in state 5, but the one before led to 1")
    #expect(
      refused(&writer, 1, 1, .interrupted)
        == "step 1 has the ending interrupted, which only readers report")
    #expect(refused(&writer, 1, 1, .terminated) == nil)
    #expect(refused(&writer, 1, 0) == "step 2 begins episode 1 after episode 1")
    let bytes = Transition(
      episode: 2, state: .bytes([1]), action: .index(0), reward: 0, next: .bytes([2]),
      ending: .running)
    var refusals = 0
    do { try writer.record(bytes) } catch { refusals += 1 }
    do { try writer.record(run.blank.checkpoint(step: 7)) } catch { refusals += 1 }
    #expect(refusals == 2)
    try writer.finish()
    #expect(try Recording(folder("a.sqlite")).stepCount() == 2)
  }

  @Test func `a second writer is refused with the first one's process`() throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    let first = try writer(path)
    for attempt in 0..<2 {
      let error = #expect(throws: RecordingError.self) {
        if attempt == 0 {
          _ = try RecordingWriter(resuming: path, from: 0)
        } else {
          _ = try RecordingWriter(
            creating: path, run.description, initial: run.blank.checkpoint(step: 0),
            options: RecordingOptions(force: true))
        }
      }
      #expect(error?.kind == .beingWritten)
      #expect(
        error?.description.hasPrefix(
          "\(path) is being written by process \(getpid()), which started 2") == true)
    }
    try first.finish()
    let resumed = try RecordingWriter(resuming: path, from: 0)
    try resumed.finish()
    #expect(try Recording(path).sessions().count == 2)
  }

  @Test func `steps are committed without a request`() throws {
    let folder = Folder()
    var options = RecordingOptions()
    options.commitInterval = .milliseconds(20)
    var writer = try writer(folder("a.sqlite"), options: options)
    try writer.record(episode: 1, state: 0, action: 0, reward: 0, next: 1, ending: .running)
    var state = 1
    let deadline = ContinuousClock.now + .seconds(120)
    while writer.committedSteps < 2, ContinuousClock.now < deadline {
      usleep(2000)
      try writer.record(
        episode: 1, state: state, action: 0, reward: 0, next: state + 1, ending: .running)
      state += 1
    }
    #expect(writer.committedSteps >= 2)
    #expect(writer.committedSteps <= state)
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.stepCount() >= 2)
    let episode = try recording.episode(1)
    #expect(episode.ending == .running)
    #expect(try recording.states(of: episode).count == episode.steps + 1)
    try writer.finish()
  }

  @Test func `a full disk stops the run with one sentence, and the file stays readable`() throws {
    guard let small = SmallDisk() else {
      print("no tmpfs can be mounted here: the test of a full disk is skipped")
      return
    }
    // The disk stays until the files on it are closed.
    defer { withExtendedLifetime(small) {} }
    var writer = try writer(small("a.sqlite"))
    let error = #expect(throws: RecordingError.self) { try run.play(2_000_000, into: &writer) }
    #expect(error?.kind == .full)
    #expect(throws: RecordingError.self) {
      try writer.record(episode: 1, state: 0, action: 0, reward: 0, next: 0, ending: .running)
    }
    let committed = writer.committedSteps
    #expect(failure(finishing: writer) != nil)
    let recording = try Recording(small("a.sqlite"))
    #expect(try recording.status() == .interrupted)
    #expect(try recording.stepCount() == committed)
    #expect(try recording.audit().difference == nil)
    #expect(committed > 0)
  }
}

/// The error of finishing, if it fails.
func failure(finishing writer: consuming RecordingWriter) -> RecordingError? {
  do {
    try writer.finish()
    return nil
  } catch {
    return error
  }
}

/// A recording whose writer vanished: a copy of an unfinished recording's files.
func interrupted(
  in folder: Folder, _ name: String, steps: Int, run: RandomRun = RandomRun()
) throws -> String {
  let live = folder("live-\(name)")
  var options = RecordingOptions()
  options.batchRows = 64
  var writer = try RecordingWriter(
    creating: live, run.description, initial: run.blank.checkpoint(step: 0), options: options)
  try run.play(steps, into: &writer)
  let deadline = ContinuousClock.now + .seconds(120)
  while writer.committedSteps < steps - 64, ContinuousClock.now < deadline { usleep(1000) }
  // While nothing is being committed, the two files belong together.
  for ending in ["", "-wal"] { _ = shell("cp '\(live)\(ending)' '\(folder(name))\(ending)'") }
  try writer.finish()
  _ = shell("rm '\(live)'")
  return folder(name)
}
