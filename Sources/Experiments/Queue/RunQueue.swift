import Glibc
import Platform
import Recordings

/// The runs of a manifest, a few at a time, each in a process of its own.
///
/// No process has to keep running: whoever appends a line starts it if there is a free place, and each process
/// that ends starts the next waiting line. Decisions are made under the manifest's lock, so no line starts twice.
package struct RunQueue: Sendable {
  package let manifest: Manifest
  /// The most runs at once.
  package let most: Int
  /// The command that runs a line: the program and its arguments.
  private let command: @Sendable (_ line: Int) -> [String]

  /// The queue of a manifest.
  package init(
    _ manifest: Manifest, most: Int = ThreadPool.processorCount,
    command: @escaping @Sendable (_ line: Int) -> [String]
  ) {
    (self.manifest, self.most, self.command) = (manifest, max(1, most), command)
  }

  /// Starts waiting lines while there are free places; returns their numbers.
  @discardableResult
  package func advance() throws -> [Int] {
    guard Files.exists(manifest.path) else { return [] }
    let held = try HeldFile.writing(manifest.path)
    defer { held.release() }
    let lines = try manifest.lines(of: held)
    let running = lines.filter { TaskLog(of: $0.number, in: manifest).isHeld }
    // A run must not be extended while it is being made.
    var busy = Set(running.compactMap { try? $0.task.get().output })
    var (room, started) = (most - running.count, [Int]())
    for line in lines where room > 0 {
      let place = TaskLog(of: line.number, in: manifest)
      guard let task = manifest.waitingTask(line), busy.insert(task.output).inserted,
        let log = try HeldFile.ifFree(place.path)
      else { continue }
      try log.empty()
      do {
        try BackgroundProcess.start(command(line.number), output: log)
      } catch {
        try log.append(.failed("\(error)"))
        continue
      }
      started.append(line.number)
      room -= 1
    }
    return started
  }

  /// Lets a line run, again if it was stopped or failed: at once if there is a free place, else in its turn.
  package func start(_ line: Int) throws {
    _ = try manifest.task(at: line)
    try write(.waiting, to: line)
    try advance()
  }

  /// Stops a line: its process stops as with Ctrl-C and can continue later; a waiting line does not begin.
  package func stop(_ line: Int) throws {
    let task = try manifest.task(at: line)
    let log = TaskLog(of: line, in: manifest)
    if try isHeld(log) {
      // The process writes its id before it does anything else.
      for _ in 0..<200 where log.process == nil { usleep(10_000) }
      if log.process?.interrupt() == true { return }
      throw RunError.run("the process of line \(line) cannot be stopped from here")
    }
    let path = manifest.recording(of: task)
    if Files.exists(path), try Recording(path).interruptWriter() { return }
    guard let entry = try manifest.lines().first(where: { $0.number == line }),
      manifest.waitingTask(entry) != nil
    else { throw RunError.run("line \(line) of \(manifest.path) is not running") }
    try write(.stopped, to: line)
  }

  private func isHeld(_ log: TaskLog) throws -> Bool {
    let held = try HeldFile.reading(manifest.path)
    defer { held?.release() }
    return log.isHeld
  }

  /// Logs something about a line that nobody runs.
  private func write(_ event: TaskLog.Event, to line: Int) throws {
    let held = try HeldFile.writing(manifest.path)
    defer { held.release() }
    guard let log = try HeldFile.ifFree(TaskLog(of: line, in: manifest).path) else {
      throw RunError.run("line \(line) of \(manifest.path) is already running")
    }
    try log.empty()
    try log.append(event)
  }
}
