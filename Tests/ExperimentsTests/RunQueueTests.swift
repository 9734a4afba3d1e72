import Experiments
import Glibc
import Platform
import Rollouts
import TestSupport
import Testing

/// Runs that wait for each other. Each run here is a shell that only waits.
@Suite struct RunQueueTests {
  private struct Unheld: Error {}

  /// Prints its identity as `run-task` does, and waits until it is stopped.
  private static let shell = """
    echo '{"event":"started","process":'$$',"ticks":'$(cut -d' ' -f22 /proc/$$/stat)',"boot":"'\
    $(cat /proc/sys/kernel/random/boot_id)'"}'; exec sleep 600
    """

  /// A queue of some lines in a folder, of which two may run.
  private static func queue(_ count: Int, in folder: String) throws -> RunQueue {
    let manifest = Manifest("\(folder)/runs.jsonl")
    let tasks = (1...count).map {
      ManifestTask(.new(ManifestTask.NewRun("maze")), output: "\($0).sqlite")
    }
    _ = try manifest.append(tasks)
    return RunQueue(manifest, most: 2) { _ in ["/bin/sh", "-c", shell] }
  }

  /// Waits until the lines have these states.
  private static func expect(
    _ states: [TaskStatus.State], _ queue: RunQueue,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var found: [TaskStatus.State] = []
    for _ in 0..<3000 {
      found = try queue.manifest.statuses().map(\.state)
      if found == states { return }
      usleep(10_000)
    }
    Issue.record("\(found)", sourceLocation: sourceLocation)
  }

  @Test func `only the allowed number runs at once, and the next starts when one ends`() throws {
    try withTemporaryFolder { folder in
      let queue = try Self.queue(4, in: folder)
      #expect(try queue.advance() == [1, 2])
      #expect(try queue.advance() == [])
      try Self.expect([.running, .running, .waiting, .waiting], queue)
      #expect(throws: RunError.self) { try queue.start(1) }
      try queue.stop(4)
      try queue.stop(1)
      try Self.expect([.interrupted, .running, .waiting, .interrupted], queue)
      #expect(throws: RunError.self) { try queue.stop(1) }
      #expect(try queue.advance() == [3])
      try queue.start(1)
      try Self.expect([.waiting, .running, .running, .interrupted], queue)
      try queue.stop(2)
      try queue.stop(3)
      try Self.expect([.waiting, .interrupted, .interrupted, .interrupted], queue)
      try queue.stop(1)
      try Self.expect([.interrupted, .interrupted, .interrupted, .interrupted], queue)
    }
  }

  @Test func `concurrent requests start each line once`() throws {
    try withTemporaryFolder { folder in
      let queue = try Self.queue(3, in: folder)
      ThreadPool(threads: 4).run(16) { _ in _ = try? queue.advance() }
      try Self.expect([.running, .running, .waiting], queue)
      try queue.stop(1)
      try queue.stop(2)
      try Self.expect([.interrupted, .interrupted, .waiting], queue)
    }
  }

  @Test func `a process that reuses another's number is not stopped`() throws {
    try withTemporaryFolder { folder in
      let queue = try Self.queue(1, in: folder)
      let mine = ProcessIdentity.current
      #expect(mine.isAlive)
      let log = "\(queue.manifest.path).1.log"
      let said: JSON = [
        "event": "started", "process": .integer(mine.number), "ticks": .integer(mine.ticks - 1),
        "boot": .string(mine.boot),
      ]
      write(Array((said.compact + "\n").utf8), to: log)
      try Self.expect([.interrupted], queue)
      #expect(throws: RunError.self) { try queue.stop(1) }
      // Also while the line is held.
      guard let held = try HeldFile.ifFree(log) else { throw Unheld() }
      try Self.expect([.running], queue)
      #expect(throws: RunError.self) { try queue.stop(1) }
      held.release()
    }
  }

  @Test func `a program that cannot be started fails its line with one sentence`() throws {
    try withTemporaryFolder { folder in
      let manifest = try Self.queue(1, in: folder).manifest
      let queue = RunQueue(manifest) { _ in ["\(folder)/nothing"] }
      #expect(try queue.advance() == [])
      let status = try #require(try manifest.statuses().first)
      #expect(status.state == .failed && status.why?.contains("cannot start") == true)
    }
  }
}
