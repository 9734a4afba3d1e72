internal import Rollouts
internal import SQLite

/// SHA-256 over rows of values, in the one spelling that batches and digests share.
///
/// An integer is 8 bytes, little-endian and signed; a real 8 bytes, IEEE 754; a text or a blob is
/// the integer −1 − its length, then its bytes; NULL is the real NaN.
@safe struct CanonicalHash {
  private var hash = SHA256()
  private let scratch: Scratch

  init() { scratch = Scratch() }

  /// The 32 bytes.
  var finished: [UInt8] { hash.finished() }

  mutating func add(_ value: Int) { add(word: UInt64(bitPattern: Int64(value))) }

  mutating func add(_ value: Double) { add(word: value.bitPattern) }

  private mutating func add(word: UInt64) {
    unsafe withUnsafeBytes(of: word.littleEndian) { unsafe hash.update($0) }
  }

  mutating func add(_ text: String) { add(Array(text.utf8)) }

  mutating func add(_ bytes: [UInt8]) {
    add(-1 - bytes.count)
    hash.update(bytes)
  }

  /// Bytes as they are, without their length.
  mutating func addRaw(_ bytes: [UInt8]) { hash.update(bytes) }

  mutating func add(_ value: SQLiteValue) {
    switch value {
    case .null: add(Double.nan)
    case .integer(let value): add(value)
    case .real(let value): add(value)
    case .text(let value): add(value)
    case .blob(let value): add(value)
    }
  }

  mutating func add(_ metric: Metric) {
    add(metric.step)
    add(metric.name)
    // SQLite keeps no NaN and no sign of zero.
    add(metric.value.isNaN ? .nan : metric.value + 0)
  }

  mutating func add(_ checkpoint: Checkpoint) {
    add(checkpoint.step)
    add(checkpoint.kind)
    add(checkpoint.parameters)
    add(checkpoint.trainingState)
  }

  /// Rows of some neighbouring columns, row by row.
  mutating func add(_ table: Columns, rows: Range<Int>, columns: Range<Int>) {
    if columns.allSatisfy({ [.integer, .real].contains(table.kind($0)) }) {
      addNumbers(table, rows: rows, columns: columns)
      return
    }
    for row in rows {
      for column in columns {
        let word = unsafe table.column(column)[row]
        switch table.kind(column) {
        case .integer, .real: add(word: word)
        case .name: add(table.name(word))
        case .bytes:
          let bytes = unsafe table.bytes(word)
          add(-1 - bytes.count)
          unsafe hash.update(bytes)
        }
      }
    }
  }

  /// Numbers only: turned from columns into rows a stretch at a time, then hashed in one go.
  private mutating func addNumbers(_ table: Columns, rows: Range<Int>, columns: Range<Int>) {
    let stretch = Scratch.words / columns.count
    var first = rows.lowerBound
    while first < rows.upperBound {
      let count = min(stretch, rows.upperBound - first)
      for (place, column) in columns.enumerated() {
        let words = unsafe table.column(column) + first
        var target = unsafe scratch.start + place
        for row in 0..<count {
          unsafe target.pointee = words[row].littleEndian
          unsafe target += columns.count
        }
      }
      unsafe hash.update(
        UnsafeRawBufferPointer(start: scratch.start, count: 8 * count * columns.count))
      first += count
    }
  }

  @safe private final class Scratch {
    static let words = 4096
    let start = UnsafeMutablePointer<UInt64>.allocate(capacity: words)
    deinit { unsafe start.deallocate() }
  }
}

/// The chain of batches: each hash covers the one before, its session, its rows, the episodes that
/// ended in it, and the metrics and checkpoints committed with it.
struct HashChain {
  /// The hash that the next batch is chained to.
  private(set) var previous: [UInt8]

  /// A chain that goes on from a hash.
  init(previous: [UInt8]) { self.previous = previous }

  /// A chain's first link: what the run is, without the tags and the note, which may change.
  init(run: [[SQLiteValue]], actions: [[SQLiteValue]], fields: [[SQLiteValue]]) {
    var hash = CanonicalHash()
    for row in run + actions + fields {
      for value in row { hash.add(value) }
    }
    previous = hash.finished
  }

  /// The hash of a batch, which becomes the next one's predecessor.
  mutating func add(_ batch: Batch, session: SessionPlace) -> [UInt8] {
    var hash = CanonicalHash()
    hash.addRaw(previous)
    session.facts.add(to: &hash)
    hash.add(batch.firstStep)
    hash.add(batch.lastStep)
    hash.add(batch.elapsed)
    hash.add(batch.transitions, rows: 0..<batch.transitions.count, columns: 1..<5)
    hash.add(batch.episodes, rows: 0..<batch.ended, columns: 0..<8)
    for metric in session.uncoveredMetrics { hash.add(metric) }
    for metric in batch.metrics { hash.add(metric) }
    for checkpoint in session.uncoveredCheckpoints { hash.add(checkpoint) }
    for checkpoint in batch.checkpoints { hash.add(checkpoint) }
    previous = hash.finished
    return previous
  }
}

/// What of a session never changes.
struct SessionFacts: Equatable, Sendable {
  var firstStep: Int
  var configuration: String
  var versions: String
  var started: String

  func add(to hash: inout CanonicalHash) {
    hash.add(firstStep)
    hash.add(configuration)
    hash.add(versions)
    hash.add(started)
  }
}
