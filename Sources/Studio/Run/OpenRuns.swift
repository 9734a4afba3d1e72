import Pictures
import Platform
import Recordings
import Synchronization

/// The recordings that pages show, kept open; the least recently used ones are closed.
final class OpenRuns: Sendable {
  let library: Library
  let tables: PictureTables
  private let open = Mutex<[OpenRun]>([])

  /// How many stay open.
  private static let most = 6

  init(_ library: Library, _ tables: PictureTables) {
    (self.library, self.tables) = (library, tables)
  }

  /// The recording with an id; opened again if its file was replaced.
  func run(_ id: String) throws -> OpenRun {
    let entry = try library.entry(id)
    guard let identity = Files.identity(entry.path) else {
      throw Refusal.missing("\(entry.path) no longer exists")
    }
    return open.withLock { open in
      if let place = open.firstIndex(where: { $0.id == id }) {
        let known = open.remove(at: place)
        if known.identity == identity {
          open.append(known)
          return known
        }
      }
      let run = OpenRun(id: id, path: entry.path, identity: identity, tables)
      if open.count >= Self.most { open.removeFirst() }
      open.append(run)
      return run
    }
  }
}

/// A recording that pages show. Each of its desks has a connection of its own, so that slow requests do not
/// block quick ones; desks are set up when they are first used.
final class OpenRun: Sendable {
  let id: String
  let path: String
  let identity: Files.Identity
  private let reading = Mutex<ReadingDesk?>(nil)
  private let stage = Mutex<Stage?>(nil)
  private let mind = Mutex<MindDesk?>(nil)
  private let study = Mutex<StudyDesk?>(nil)
  private let tables: PictureTables

  init(id: String, path: String, identity: Files.Identity, _ tables: PictureTables) {
    (self.id, self.path, self.identity, self.tables) = (id, path, identity, tables)
  }

  /// Runs a quick request.
  func read<Result: Sendable>(_ body: (ReadingDesk) throws -> Result) throws -> Result {
    try Self.at(reading, { try ReadingDesk(path, tables) }, body)
  }

  /// Runs a request for pictures of episodes.
  func onStage<Result: Sendable>(_ body: (Stage) throws -> Result) throws -> Result {
    try Self.at(stage, { try Stage(path, by: tables) }, body)
  }

  /// Runs a request about what the learner knew.
  func inMind<Result: Sendable>(_ body: (MindDesk) throws -> Result) throws -> Result {
    try Self.at(mind, { try MindDesk(path, tables) }, body)
  }

  /// Runs a request that may take seconds: explanations and moments.
  func study<Result: Sendable>(_ body: (StudyDesk) throws -> Result) throws -> Result {
    try Self.at(study, { try StudyDesk(path, tables) }, body)
  }

  private static func at<Desk, Result: Sendable>(
    _ desk: borrowing Mutex<Desk?>, _ make: () throws -> sending Desk,
    _ body: (Desk) throws -> Result
  ) throws -> Result {
    try desk.withLock { desk in
      let known: Desk
      if let open = desk {
        known = open
      } else {
        known = try make()
        desk = known
      }
      return try body(known)
    }
  }
}
