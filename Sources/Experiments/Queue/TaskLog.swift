import Platform
import Rollouts

/// What became of a line of a manifest besides its recording: lines of JSON for what counts, and whatever the
/// process said. Whoever runs the line holds the file, so that no two do, and none is taken to run that died.
struct TaskLog: Sendable {
  let path: String

  /// The log of a line, which lies beside its manifest: `runs.jsonl.3.log`.
  init(of line: Int, in manifest: Manifest) { path = "\(manifest.path).\(line).log" }

  /// What counts.
  enum Event: Equatable {
    /// The line waits for its turn.
    case waiting
    /// A process runs it.
    case started(ProcessIdentity)
    /// Somebody stopped it.
    case stopped
    case failed(String)
  }

  /// Whether a living process runs the line. To be asked while the manifest is held.
  var isHeld: Bool { HeldFile.isHeld(path) }

  /// What counted last; nil where nobody began with the line.
  var last: Event? {
    guard let size = Files.size(path) else { return nil }
    // A program may say much before it fails.
    let bytes = try? Files.part(max(0, size - 65_536)..<size, of: path)
    // A log without a word is of a process that died before its first.
    return events(in: bytes).last ?? .stopped
  }

  /// The process that runs it, or ran it last.
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
  /// As a line of the log.
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
  /// Adds what counts to a log.
  func append(_ event: TaskLog.Event) throws { try append(Array((event.json.compact + "\n").utf8)) }
}

/// A line of a manifest while this process runs it.
package struct TaskSession: ~Copyable {
  private let log: HeldFile

  /// Takes a line, which nobody else runs then.
  package init(_ manifest: Manifest, line: Int) throws {
    let log = try Self.log(of: line, in: manifest)
    try log.append(.started(.current))
    self.log = log
  }

  private static func log(of line: Int, in manifest: Manifest) throws -> HeldFile {
    let path = TaskLog(of: line, in: manifest).path
    if let log = try HeldFile.standardOutput(ifItIs: path) { return log }
    // Whoever asks whether a line runs holds the manifest as well.
    let held = try HeldFile.writing(manifest.path)
    defer { held.release() }
    guard let log = try HeldFile.ifFree(path) else {
      throw RunError.run("another process runs line \(line) of \(manifest.path)")
    }
    try log.empty()
    return log
  }

  /// Notes why nothing came of it.
  package consuming func fail(_ why: String) throws {
    try log.append(.failed(why))
    log.release()
  }

  /// Notes that somebody stopped it.
  package consuming func stop() throws {
    try log.append(.stopped)
    log.release()
  }

  /// Lets go of it: its recording says how far it came.
  package consuming func finish() { log.release() }
}
