import Glibc
import Platform
import Recordings
import Rollouts
import SQLite
import Synchronization
import Testing

@Suite struct LiveTests {
  @Test func `a dead writer's recording reads as interrupted, with its last state`() throws {
    let folder = Folder()
    let run = RandomRun()
    let path = try interrupted(in: folder, "a.sqlite", steps: 1000, run: run)
    let recording = try Recording(path)
    #expect(try recording.status() == .interrupted)
    let steps = try recording.stepCount()
    #expect(steps >= 900)
    var memory = MemorySink()
    try run.play(steps, into: &memory)
    let last = try #require(try recording.episodes().last)
    let recorded = try #require(memory.transitions.last)
    #expect(last.number == recorded.episode)
    if recorded.ending == .running { #expect(last.ending == .interrupted) }
    #expect(try recording.states(of: last).last == recorded.next)
    let writer = try #require(try recording.sessions()[0].writer)
    #expect(writer.process == Int(getpid()))
    #expect(!writer.isAlive)
  }

  @Test(arguments: ["process", "ticks", "boot", "inode"])
  func `a writer whose process is gone is dead`(change: String) throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    let run = RandomRun()
    var writer = try RecordingWriter(
      creating: path, run.description, initial: run.blank.checkpoint(step: 0))
    try run.play(3, into: &writer)
    #expect(try Recording(path).status() == .writing)
    let database = try Database(path, .writing)
    let value: SQLiteValue = change == "boot" ? .text("another") : .integer(0x3FFF_FFFF)
    try database.run(
      "UPDATE sessions SET writer = json_set(writer, '$.' || ?, ?)", .text(change), value)
    try database.close()
    #expect(try Recording(path).status() == .interrupted)
    try writer.finish()
  }

  @Test func `a writer that is released without finishing reads as interrupted and loses nothing`()
    throws
  {
    let folder = Folder()
    let run = RandomRun()
    do {
      var writer = try RecordingWriter(
        creating: folder("a.sqlite"), run.description, initial: run.blank.checkpoint(step: 0))
      try run.play(777, into: &writer)
    }
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.status() == .interrupted)
    #expect(try recording.stepCount() == 777)
    #expect(try recording.audit().difference == nil)
  }

  @Test func `readers see whole prefixes while a run is written, and never an error`() throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    let run = RandomRun(worlds: 3)
    var options = RecordingOptions()
    options.batchRows = 256
    let writer = try RecordingWriter(
      creating: path, run.description, initial: run.blank.checkpoint(step: 0), options: options)
    let count = 300_000
    var memory = MemorySink()
    try run.play(count, into: &memory)
    let recorded = memory.transitions
    let poller = Poller(path, recorded)
    let thread = try #require(SystemThread { poller.work() })
    // The writer waits for the reader, so there are polls however slow the machine is.
    var tee = Tee(writer: writer) { _, step in
      if step % 10_000 == 0 { poller.wait(for: step / 10_000) }
    }
    try run.play(count, into: &tee)
    try tee.finish()
    poller.isDone.store(true, ordering: .relaxed)
    thread.join()
    #expect(poller.failures == [])
    #expect(poller.polls.load(ordering: .relaxed) >= count / 10_000)
    #expect(try Recording(path).stepCount() == count)
  }

  @Test func `a finished recording is read in a read-only folder`() throws {
    let folder = Folder()
    let run = RandomRun()
    let digest = try run.record(1000, to: folder("a.sqlite")).digest()
    let stopped = try interrupted(in: folder, "b.sqlite", steps: 1000)
    guard ReadOnly.mount(folder) else {
      print("nothing can be mounted here: the test of a read-only folder is skipped")
      return
    }
    defer { ReadOnly.unmount(folder) }
    #expect(try Recording(folder("a.sqlite")).digest() == digest)
    let error = #expect(throws: RecordingError.self) { try Recording(stopped) }
    #expect(error?.kind == .denied)
    #expect(error?.description.contains("reel recover") == true)
  }

  @Test func `a recording is read through a symbolic link`() throws {
    let folder = Folder()
    let path = try interrupted(in: folder, "a.sqlite", steps: 1000)
    _ = shell("mkdir '\(folder("x"))'; ln -s '\(path)' '\(folder("x/link"))'")
    #expect(
      try Recording(folder("x/link")).stepCount() == (try Recording(path).stepCount()))
  }
}

enum ReadOnly {
  static func mount(_ folder: Folder) -> Bool {
    let path = folder.path
    return shell("mount --bind '\(path)' '\(path)' && mount -o remount,ro,bind '\(path)'").status
      == 0
  }

  static func unmount(_ folder: Folder) { _ = shell("umount -l '\(folder.path)'") }
}

/// Opens a recording again and again while it is written, and compares it with what was recorded.
private final class Poller: @unchecked Sendable {
  let isDone = Atomic<Bool>(false)
  let polls = Atomic<Int>(0)
  private let hasEnded = Atomic<Bool>(false)
  private let path: String
  private let recorded: [Transition]
  private(set) var failures: [String] = []
  private var seen = 0

  init(_ path: String, _ recorded: [Transition]) {
    self.path = path
    self.recorded = recorded
  }

  /// Waits until a number of polls are done.
  func wait(for count: Int) {
    while polls.load(ordering: .relaxed) < count, !hasEnded.load(ordering: .relaxed) {
      usleep(1000)
    }
  }

  func work() {
    while !isDone.load(ordering: .relaxed), failures.count < 3 {
      do { try poll() } catch { failures.append("\(error)") }
      polls.add(1, ordering: .relaxed)
    }
    hasEnded.store(true, ordering: .relaxed)
  }

  private func poll() throws {
    let recording = try Recording(path)
    let count = try recording.stepCount()
    if count < seen { failures.append("\(count) steps after \(seen)") }
    seen = count
    var step = max(0, count - 500)
    try recording.forEachStep(in: step..<count) { read in
      let same = recorded[step]
      if read.step != step || read.state != same.state || read.next != same.next
        || read.reward != same.reward
        || (read.ending == .interrupted && count < recorded.count)
      {
        failures.append("step \(step) reads \(read), not \(same)")
      }
      step += 1
    }
    if step < count { failures.append("only \(step) of \(count) steps") }
    let episodes = try recording.episodes().suffix(4)
    for episode in episodes where try recording.states(of: episode).count < episode.steps + 1 {
      failures.append("episode \(episode.number) lacks states")
    }
  }
}
