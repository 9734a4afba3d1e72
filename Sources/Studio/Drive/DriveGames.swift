import Experiments
import Glibc
import Pictures
import Platform
import Rollouts
import Synchronization

/// The games being played, a few at once. A game that nobody watches for a minute is ended.
final class DriveGames: Sendable {
  private let open = Mutex<[String: DriveGame]>([:])

  /// The most games at once, and the seconds without a page after which one is ended.
  private static let (most, patience) = (4, 60.0)
  /// The seconds for which an ended game is kept: a page may ask for it before it hears of the end.
  private static let farewell = 10.0

  deinit { for game in open.withLock({ $0.values.map(\.self) }) { game.end() } }

  /// The game with an id.
  func game(_ id: String) throws(Refusal) -> DriveGame {
    guard let game = open.withLock({ $0[id] }) else {
      throw .missing("this game is over; its recording is in the library")
    }
    return game
  }

  /// Whether a game will have its recording at a path, which need not exist yet.
  func hasTaken(_ path: String) -> Bool {
    open.withLock { $0.values.contains { !$0.isEnded && $0.path == path } }
  }

  /// Adds a game.
  func open(
    _ game: sending DrivenGame, recordingTo path: String, _ tables: PictureTables
  ) throws -> JSON {
    let id = String(UInt64.random(in: .min ... .max), radix: 36)
    let made = DriveGame(id, game, recordingTo: path, tables)
    let replaced = try open.withLock { games -> DriveGame? in
      games = games.filter { !$0.value.isEnded }
      var replaced: DriveGame?
      if games.count >= Self.most {
        let idle = games.values.filter { $0.idleSeconds > 0 }
          .max { $0.idleSeconds < $1.idleSeconds }
        guard let idle else {
          throw Refusal.conflict("\(Self.most) games are being played: end one of them first")
        }
        games[idle.id] = nil
        replaced = idle
      }
      if games.isEmpty { watch() }
      games[id] = made
      return replaced
    }
    replaced?.end()
    return made.facts
  }

  /// Ends games that nobody watches, until there are none.
  private func watch() {
    let thread = SystemThread { [weak self] in
      while true {
        sleep(2)
        guard let self else { return }
        let (left, isEmpty) = self.open.withLock { games in
          let left = games.values.filter {
            $0.idleSeconds > ($0.isEnded ? Self.farewell : Self.patience)
          }
          for game in left { games[game.id] = nil }
          return (left, games.isEmpty)
        }
        for game in left { game.end() }
        if isEmpty { return }
      }
    }
    thread?.detach()
  }
}

/// The input of a page at a moment.
struct DriveInput: Sendable {
  /// The keys that are down, the newest last.
  var held: [String]
  /// A key that was pressed just now.
  var pressed: String?
  /// The position of the pointer, as shares of the picture from the left and from the top.
  var pointer: SIMD2<Double>?

  /// Parses the input that a page has posted.
  init(_ body: JSON) throws(Refusal) {
    var held: [String] = []
    if case .array(let codes)? = body["held"] { held = codes.compactMap(\.text) }
    guard held.count <= 20 else { throw .invalid("too many keys are held") }
    (self.held, pressed) = (held, body["pressed"]?.text)
    if case .array(let numbers)? = body["pointer"] {
      let place = numbers.compactMap(\.double)
      guard place.count == 2, place.allSatisfy({ abs($0) < 100 }) else {
        throw .invalid("a pointer needs two numbers, from the left and from the top")
      }
      pointer = SIMD2(place[0], place[1])
    }
  }
}
