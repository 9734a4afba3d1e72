import Glibc
import Platform
import Recordings
import Rollouts

/// `GET /api/events?run=ID`: changes as server-sent events. `library` when recordings appear, go or grow;
/// `run` after each commit of the run that a page shows.
struct EventsPart: Sendable {
  let library: Library

  func answer(_ request: Request) throws -> Response {
    let entry = try request.query["run"].map { try library.entry($0) }
    return Response(EventStream(library, entry), type: "text/event-stream")
  }
}

/// The events of one page.
private final class EventStream: ByteStream, @unchecked Sendable {
  private let library: Library
  private let entry: Library.Entry?
  // Only the connection's own thread asks for events.
  private var version: Int?
  private var stamp: FileStamp?
  private var recording: Recording?
  private var said = monotonicSeconds()

  /// How often a run's file is checked, and after how much silence a comment line is sent to test the connection.
  private static let (interval, silence) = (UInt32(80_000), 3.0)

  init(_ library: Library, _ entry: Library.Entry?) {
    (self.library, self.entry) = (library, entry)
  }

  func next() -> [UInt8]? {
    if version == nil {
      version = library.entries().version
      stamp = entry.flatMap { FileStamp($0.path) }
      return Array(": hello\n\n".utf8)
    }
    while true {
      usleep(Self.interval)
      var text = ""
      if let entry {
        let now = FileStamp(entry.path)
        if now != stamp {
          stamp = now
          text += event("run", run(entry.path))
        }
      }
      let listed = library.entries().version
      if listed != version {
        version = listed
        text += event("library", ["version": .integer(listed)])
      }
      let now = monotonicSeconds()
      if text.isEmpty, now - said < Self.silence { continue }
      said = now
      return Array((text.isEmpty ? ": still here\n\n" : text).utf8)
    }
  }

  func close() {}

  private func event(_ name: String, _ value: JSON) -> String {
    "event: \(name)\ndata: \(value.compact)\n\n"
  }

  private func run(_ path: String) -> JSON {
    do {
      let recording = try recording ?? Recording(path)
      self.recording = recording
      let counts = try recording.counts()
      return [
        "steps": .integer(counts.steps), "episodes": .integer(counts.episodes),
        "status": .string(try recording.status().rawValue),
      ]
    } catch {
      recording = nil
      return ["error": .string("\(error)")]
    }
  }
}
