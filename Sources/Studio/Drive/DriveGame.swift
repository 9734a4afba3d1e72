import Experiments
import Glibc
import Pictures
import Platform
import Recordings
import Replay
import Rollouts
import Synchronization

/// A game that pages watch and play. The server keeps its clock, which stops while nobody watches.
final class DriveGame: Sendable {
  let id: String
  /// The path of its recording.
  let path: String
  /// The facts that never change.
  let facts: JSON
  private let table: Mutex<DriveTable>

  init(
    _ id: String, _ game: sending DrivenGame, recordingTo path: String, _ tables: PictureTables
  ) {
    (self.id, self.path) = (id, path)
    let table = DriveTable(game)
    facts = .object([.init("game", .string(id))] + table.facts(tables))
    self.table = Mutex(table)
  }

  /// Whether the game has ended.
  var isEnded: Bool { table.withLock { $0.isEnded } }

  /// For how many seconds nobody has watched it; 0 while somebody does.
  var idleSeconds: Double { table.withLock { $0.idleSeconds(monotonicSeconds()) } }

  /// Applies a person's keys and pointer.
  func input(_ input: DriveInput) throws -> JSON {
    try table.withLock { table in
      try table.take(input, monotonicSeconds())
      return table.state
    }
  }

  /// Applies a button: `pause`, `driver`, `speed`, `step`, `restart`, `finish`.
  func act(_ what: String, _ value: JSON?) throws -> JSON {
    try table.withLock { table in
      let now = monotonicSeconds()
      switch what {
      case "pause": table.pause(value != .bool(false), now)
      case "driver": try table.hand(to: value?.text ?? "", now)
      case "speed": try table.setSpeed(value?.double ?? 1)
      case "step": try table.stepOnce(now)
      case "restart": try table.restart(now)
      case "finish": try table.end()
      default: throw Refusal.invalid("a game has no action '\(what)'")
      }
      return table.state
    }
  }

  /// Ends the game and its recording.
  func end() { table.withLock { try? $0.end() } }

  // MARK: Watching

  /// Starts to watch, in place of any earlier watcher; returns the number of this watch.
  func watch(_ size: Int, _ options: PictureOptions, _ tables: PictureTables) throws -> Int {
    try table.withLock { try $0.watch(size, options, tables) }
  }

  /// Stops watching.
  func leave(_ watch: Int) { table.withLock { $0.leave(watch, monotonicSeconds()) } }

  /// Lets time pass. If something is newer than version `seen`, or `isWanted`, returns the picture, preceded by
  /// its size, the size of the game's state and that state, and the version that it shows. Nil at the end.
  func frame(
    for watch: Int, after seen: Int, isWanted: Bool
  ) -> (bytes: [UInt8], version: Int)? {
    table.withLock { table in
      guard table.isWatched(by: watch) else { return nil }
      table.pass(monotonicSeconds())
      guard table.version != seen || isWanted else { return ([], seen) }
      // Nothing has moved: the state alone shows that the connection is alive.
      let png = table.version == seen ? [] : table.png()
      let words = Array(table.state.compact.utf8)
      return (WireNumbers.bytes(png.count, words.count) + words + png, table.version)
    }
  }
}

/// The pictures of a game as they come, each preceded by its size and by the game's state with its size.
final class DriveStream: ByteStream, @unchecked Sendable {
  private let game: DriveGame
  private let watch: Int
  // Only the connection's own thread asks for pictures.
  private var seen = -1
  private var said = 0.0

  /// The most pictures per second, and the seconds of silence after which a sign of life is sent.
  private static let (framesPerSecond, silence) = (60.0, 2.0)

  init(
    _ game: DriveGame, size: Int, _ options: PictureOptions, _ tables: PictureTables
  ) throws {
    self.game = game
    watch = try game.watch(size, options, tables)
  }

  func next() -> [UInt8]? {
    while true {
      let now = monotonicSeconds()
      if now - said >= 1 / Self.framesPerSecond {
        guard
          let frame = game.frame(for: watch, after: seen, isWanted: now - said > Self.silence)
        else { return nil }
        if !frame.bytes.isEmpty {
          (seen, said) = (frame.version, now)
          return frame.bytes
        }
      }
      usleep(3_000)
    }
  }

  func close() { game.leave(watch) }
}
