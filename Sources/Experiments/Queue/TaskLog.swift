import Platform
import Rollouts

/// The state of a line of a manifest besides its recording: JSON lines for its events, and the output of its
/// process. The process that runs the line locks the file, so no two run it, and a dead one is recognized.
struct TaskLog: Sendable {
  let path: String

  /// The log of a line, which is beside its manifest: `runs.jsonl.3.log`.
  init(of line: Int, in manifest: Manifest) { path = "\(manifest.path).\(line).log" }

  /// An event.
  enum Event: Equatable {
    /// The line waits for its turn.
    case waiting
    /// A process runs the line.
    case started(ProcessIdentity)
    /// The line was stopped by a user.
    case stopped
    case failed(String)
  }

  /// Whether a living process runs the line. Only valid while the manifest is locked.
  var isHeld: Bool { HeldFile.isHeld(path) }

  /// The last event; nil if the line was never started.
  var last: Event? {
    guard let size = Files.size(path) else { return nil }
    // A program may print a lot before it fails.
    let bytes = try? Files.part(max(0, size - 65_536)..<size, of: path)
    // An empty log belongs to a process that died before its first event.
    return events(in: bytes).last ?? .stopped
  }

  /// The process that runs the line, or ran it last.
  var process: ProcessIdentity? {
    let start = events(in: try? Files.start(of: path, count: 4096)).first
    if case .started(let process) = start { return process }
    return nil
  }

  private func events(in bytes: [UInt8]?) -> [Event] {
    String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").compactMap {
      $0.hasPrefix("{") ? (try? JSON(parsing: String($0))).flatMap(Event.init(json:)) : nil
    }
  }
}

extension TaskLog.Event {
  /// The event as a line of the log.
  var json: JSON {
    switch self {
    case .waiting: ["event": "waiting"]
    case .started(let process):
      [
        "event": "started", "process": .integer(process.number), "ticks": .integer(process.ticks),
        "boot": .string(process.boot),
      ]
    case .stopped: ["event": "stopped"]
    case .failed(let why): ["event": "failed", "why": .string(why)]
    }
  }

  init?(json: JSON) {
    switch json["event"]?.text {
    case "waiting": self = .waiting
    case "started":
      guard let number = json["process"]?.int, let ticks = json["ticks"]?.int,
        let boot = json["boot"]?.text
      else { return nil }
      self = .started(ProcessIdentity(number: number, ticks: ticks, boot: boot))
    case "stopped": self = .stopped
    case "failed": self = .failed(json["why"]?.text ?? "")
    default: return nil
    }
  }
}

extension HeldFile {
  /// Appends an event to a log.
  func append(_ event: TaskLog.Event) throws { try append(Array((event.json.compact + "\n").utf8)) }
}

/// A line of a manifest while this process runs it.
package struct TaskSession: ~Copyable {
  private let log: HeldFile

  /// Claims a line, so that no other process runs it.
  package init(_ manifest: Manifest, line: Int) throws {
    let log = try Self.log(of: line, in: manifest)
    try log.append(.started(.current))
    self.log = log
  }

  private static func log(of line: Int, in manifest: Manifest) throws -> HeldFile {
    let path = TaskLog(of: line, in: manifest).path
    if let log = try HeldFile.standardOutput(ifItIs: path) { return log }
    // Whoever asks whether a line is running holds the manifest's lock as well.
    let held = try HeldFile.writing(manifest.path)
    defer { held.release() }
    guard let log = try HeldFile.ifFree(path) else {
      throw RunError.run("another process runs line \(line) of \(manifest.path)")
    }
    try log.empty()
    return log
  }

  /// Logs why the run failed.
  package consuming func fail(_ why: String) throws {
    try log.append(.failed(why))
    log.release()
  }

  /// Logs that a user stopped the run.
  package consuming func stop() throws {
    try log.append(.stopped)
    log.release()
  }

  /// Releases the line: its recording says how far it came.
  package consuming func finish() { log.release() }
}
