import Experiments
import Platform
import Recordings
import Rollouts
import Synchronization

/// The recordings of some folders and files, by ids that do not reveal their paths.
package final class Library: Sendable {
  /// A recording that was found.
  struct Entry: Sendable {
    /// A few letters made from its path, the same at every start.
    var id: String
    var path: String
    /// Its file name without folder and ending.
    var name: String
    let stamp: FileStamp
  }

  /// Its row in the list.
  enum Row: Sendable {
    case run(RunSummary)
    /// Why it cannot be read.
    case failure(String)
  }

  private struct Found {
    var entries: [Entry] = []
    var places: [String: Int] = [:]
    var rows: [String: (stamp: FileStamp, row: Row)] = [:]
    var version = 0
    var scanned = -Double.infinity
  }

  /// The places with recordings.
  let places: [String]
  private let found = Mutex(Found())

  /// The recordings of these files and folders.
  package init(_ places: [String]) { self.places = places }

  /// The folder for the studio's own recordings; it may not exist yet.
  var home: String {
    places.first { Files.isFolder($0) || !Files.exists($0) } ?? places.first.map(Files.folder)
      ?? "."
  }

  /// All recordings, the newest first, and a number that changes with the list. Folders are read
  /// again if the last time was at least half a second ago.
  func entries() -> (all: [Entry], version: Int) {
    found.withLock { found in
      let now = monotonicSeconds()
      if now - found.scanned > 0.5 {
        found.scanned = now
        let entries = scan()
        if entries.map(\.stamp) != found.entries.map(\.stamp)
          || entries.map(\.id) != found.entries.map(\.id)
        {
          found.entries = entries
          found.places = Dictionary(
            entries.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
          found.rows = found.rows.filter { found.places[$0.key] != nil }
          found.version += 1
        }
      }
      return (found.entries, found.version)
    }
  }

  /// The recording with an id.
  func entry(_ id: String) throws(Refusal) -> Entry {
    _ = entries()
    let entry = found.withLock { found in found.places[id].map { found.entries[$0] } }
    guard let entry else { throw .missing("this recording no longer exists") }
    return entry
  }

  /// The id of a recording's file, whether it is listed yet or not.
  static func id(of path: String) -> String {
    SHA256.hash(Array(Files.resolved(path).utf8)).prefix(6).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  /// A recording's row, read again if the file has changed.
  func row(of entry: Entry) -> Row {
    let known = found.withLock { $0.rows[entry.id] }
    if let known, known.stamp == entry.stamp {
      // A writer that dies does not change the file.
      guard case .run(let summary) = known.row, summary.status == .writing else { return known.row }
    }
    let row: Row
    do {
      row = .run(try RunSummary(.file(entry.path)))
    } catch {
      row = .failure("\(error)")
    }
    found.withLock { found in
      if found.places[entry.id] != nil { found.rows[entry.id] = (entry.stamp, row) }
    }
    return row
  }

  private func scan() -> [Entry] {
    ((try? RunPlaces.files(in: places)) ?? []).compactMap { path in
      guard let stamp = FileStamp(path) else { return nil }
      return Entry(id: Self.id(of: path), path: path, name: Files.stem(path), stamp: stamp)
    }.sorted { ($0.stamp.changed, $1.path) > ($1.stamp.changed, $0.path) }
  }
}

/// The state of a recording's files: sizes and times of its file and of its log.
struct FileStamp: Equatable, Sendable {
  /// The time of the last change.
  let changed: Double
  private let sizes: [Int?]
  private let times: [Double?]

  /// Nil if there is no such file.
  init?(_ path: String) {
    guard let time = Files.modificationTime(path) else { return nil }
    let log = path + "-wal"
    times = [time, Files.modificationTime(log)]
    sizes = [Files.size(path), Files.size(log)]
    changed = times.compactMap(\.self).max() ?? time
  }
}
