internal import Rollouts
internal import SQLite

/// The data of one commit, column by column; allocated once and reused.
///
/// It belongs to the training thread while it is filled, and to the committing thread while it is
/// written; a queue passes it from one to the other.
final class Batch: @unchecked Sendable {
  let transitions: TableRows<TransitionColumn>
  /// First the episodes that ended, then those that are open.
  let episodes: TableRows<EpisodeColumn>
  /// How many of `episodes` ended.
  var ended = 0
  var metrics: [Metric] = []
  var checkpoints: [Checkpoint] = []
  /// The contents of its row, except for the hashes.
  var numbers = BatchNumbers()
  var hash: [UInt8] = []
  var sections: [UInt8] = []

  init(rows: Int, worlds: Int, in format: Format) {
    transitions = TableRows(capacity: rows, in: format)
    episodes = TableRows(capacity: rows + worlds, in: format)
  }

  /// Whether the episodes' numbers are consecutive, and at most the first began in an earlier
  /// batch.
  var episodesAreInOrder: Bool {
    guard episodes.count > 0, episodes.int(0, .stride) == 1 else { return false }
    let numbers = unsafe episodes.column(.episode)
    return (1..<max(1, episodes.count)).allSatisfy { unsafe numbers[$0] == numbers[$0 - 1] + 1 }
  }

  /// A batch with more bytes than this is submitted before it is full.
  static let mostBytes = 8 << 20

  func removeAll() {
    removeRows()
    metrics.removeAll(keepingCapacity: true)
    checkpoints.removeAll(keepingCapacity: true)
  }

  func removeRows() {
    transitions.columns.removeAll()
    episodes.columns.removeAll()
    ended = 0
  }

  /// Sets whether states and actions are numbers or bytes; there must be no rows.
  func setKinds(_ kinds: ValueKinds) {
    transitions.setKinds(kinds)
    episodes.setKinds(kinds)
  }
}

/// An episode that has not ended.
struct OpenEpisode {
  var isOpen = false
  var episode = 0
  var firstStep = 0
  var steps = 0
  var total = 0.0
  /// The state after its last step: a number, or bytes.
  var next = 0
  var nextBytes: [UInt8] = []

  /// Writes the episode as a row of its table.
  func write(
    to rows: TableRows<EpisodeColumn>, row: Int, seed: Int, stride: Int, ending: Ending
  ) {
    let isBytes = rows.kind(.finalState) == .bytes
    let state = isBytes ? rows.columns.append(nextBytes) : UInt64(bitPattern: Int64(next))
    unsafe rows.column(.episode)[row] = UInt64(bitPattern: Int64(episode))
    unsafe rows.column(.seed)[row] = UInt64(bitPattern: Int64(seed))
    unsafe rows.column(.firstStep)[row] = UInt64(bitPattern: Int64(firstStep))
    unsafe rows.column(.stride)[row] = UInt64(bitPattern: Int64(stride))
    unsafe rows.column(.steps)[row] = UInt64(bitPattern: Int64(steps))
    unsafe rows.column(.return)[row] = total.bitPattern
    unsafe rows.column(.ending)[row] = UInt64(ending.rawValue)
    unsafe rows.column(.finalState)[row] = state
    guard rows.has(.ended) else { return }
    unsafe rows.column(.options)[row] = Columns.none
    unsafe rows.column(.success)[row] = Columns.none
    unsafe rows.column(.ended)[row] = Columns.none
  }
}

extension Value {
  var kind: Columns.Kind {
    switch self {
    case .index: .integer
    case .bytes: .bytes
    }
  }
}
