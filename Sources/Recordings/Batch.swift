internal import Rollouts
internal import SQLite

/// What one commit writes, kept column by column; made once and used again and again.
///
/// It belongs to the training thread while it is filled and to the committing thread while it is
/// written; the queue between them hands it over.
final class Batch: @unchecked Sendable {
  /// step, episode, state, action, reward
  let transitions: Columns
  /// The columns of the table: first the episodes that ended, then those that are still open.
  let episodes: Columns
  /// How many of `episodes` ended.
  var ended = 0
  var metrics: [Metric] = []
  var checkpoints: [Checkpoint] = []
  var firstStep = 0
  /// How many steps were taken in it: a transition each, where there are any.
  var steps = 0
  var elapsed = 0.0
  /// How many metrics and checkpoints the recording holds once this batch is written.
  var metricsByThen = 0
  var checkpointsByThen = 0
  var hash: [UInt8] = []

  init(rows: Int, worlds: Int) {
    transitions = Columns([.integer, .integer, .integer, .integer, .real], capacity: rows)
    episodes = Columns(
      [.integer, .integer, .integer, .integer, .integer, .real, .name, .integer],
      capacity: rows + worlds, names: Self.endings)
  }

  /// The words of `Ending`, in the order of its numbers.
  static let endings: [StaticString] = ["running", "terminated", "truncated", "interrupted"]

  var lastStep: Int { firstStep + steps - 1 }

  /// Whether each episode's number is the one before plus one, and only the first may have begun in
  /// an earlier batch.
  var episodesAreInOrder: Bool {
    guard episodes.count > 0, episodes.int(0, 3) == 1 else { return false }
    return (1..<max(1, episodes.count)).allSatisfy {
      episodes.int($0, 0) == episodes.int($0 - 1, 0) + 1
    }
  }

  /// More bytes than this in one batch, and it is handed on before it is full.
  static let mostBytes = 8 << 20

  func removeAll() {
    transitions.removeAll()
    episodes.removeAll()
    ended = 0
    metrics.removeAll(keepingCapacity: true)
    checkpoints.removeAll(keepingCapacity: true)
  }

  /// Says whether states and actions are numbers or bytes; there must be no rows.
  func setKinds(state: Columns.Kind, action: Columns.Kind) {
    transitions.setKind(2, state)
    transitions.setKind(3, action)
    episodes.setKind(7, state)
  }
}

/// An episode that has begun and not ended.
struct OpenEpisode {
  var isOpen = false
  var episode = 0
  var firstStep = 0
  var steps = 0
  var total = 0.0
  /// The state that its last step led to: a number, or bytes.
  var next = 0
  var nextBytes: [UInt8] = []

  /// Writes the episode as a row of its table.
  func write(
    to columns: Columns, row: Int, seed: Int, stride: Int, ending: Ending
  ) {
    let state =
      columns.kind(7) == .bytes ? columns.append(nextBytes) : UInt64(bitPattern: Int64(next))
    unsafe columns.column(0)[row] = UInt64(bitPattern: Int64(episode))
    unsafe columns.column(1)[row] = UInt64(bitPattern: Int64(seed))
    unsafe columns.column(2)[row] = UInt64(bitPattern: Int64(firstStep))
    unsafe columns.column(3)[row] = UInt64(bitPattern: Int64(stride))
    unsafe columns.column(4)[row] = UInt64(bitPattern: Int64(steps))
    unsafe columns.column(5)[row] = total.bitPattern
    unsafe columns.column(6)[row] = UInt64(ending.rawValue)
    unsafe columns.column(7)[row] = state
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
