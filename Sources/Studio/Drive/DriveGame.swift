import Experiments
import Glibc
import Pictures
import Platform
import Recordings
import Replay
import Rollouts
import Synchronization

/// A game that pages watch and play. The server holds its clock, and time stands still while nobody watches.
final class DriveGame: Sendable {
  let id: String
  /// Where its recording appears.
  let path: String
  /// What does not change of it.
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

  /// Whether it was ended.
  var isEnded: Bool { table.withLock { $0.isEnded } }

  /// For how many seconds nobody has watched it; 0 where somebody does.
  var idleSeconds: Double { table.withLock { $0.idleSeconds(monotonicSeconds()) } }

  /// Does what a person's keys and pointer say.
  func input(_ input: DriveInput) throws -> JSON {
    try table.withLock { table in
      try table.take(input, monotonicSeconds())
      return table.state
    }
  }

  /// Does what a button says: `pause`, `driver`, `speed`, `step`, `restart`, `finish`.
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
      default: throw Refusal.invalid("a game cannot '\(what)'")
      }
      return table.state
    }
  }

  /// Ends it and its recording.
  func end() { table.withLock { try? $0.end() } }

  // MARK: Watching

  /// Begins to watch, in place of whoever watched before; the number of this watch.
  func watch(_ size: Int, _ options: PictureOptions, _ tables: PictureTables) throws -> Int {
    try table.withLock { try $0.watch(size, options, tables) }
  }

  /// Watches no more.
  func leave(_ watch: Int) { table.withLock { $0.leave(watch, monotonicSeconds()) } }

  /// Lets time pass. Where there is something that version `seen` does not show, or `isWanted`, the picture behind
  /// its size and that of the words that stand before it, and the version that it shows. Nil at the end.
  func frame(
    for watch: Int, after seen: Int, isWanted: Bool
  ) -> (bytes: [UInt8], version: Int)? {
    table.withLock { table in
      guard table.isWatched(by: watch) else { return nil }
      table.pass(monotonicSeconds())
      guard table.version != seen || isWanted else { return ([], seen) }
      // Nothing has moved: the words alone show that somebody is there.
      let png = table.version == seen ? [] : table.png()
      let words = Array(table.state.compact.utf8)
      return (WireNumbers.bytes(png.count, words.count) + words + png, table.version)
    }
  }
}

/// The pictures of a game as they come, each behind its size, the size of what there is to say, and that.
final class DriveStream: ByteStream, @unchecked Sendable {
  private let game: DriveGame
  private let watch: Int
  // Only the connection's own thread asks for pictures.
  private var seen = -1
  private var said = 0.0

  /// How many pictures a second there are at most, and after how many seconds of silence something is said.
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
