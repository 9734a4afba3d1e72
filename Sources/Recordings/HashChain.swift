internal import Rollouts
internal import SQLite

/// The chain of batches: each hash covers the one before, its session, its rows, the episodes that
/// ended in it, the metrics and checkpoints committed with it, and the states that the open episodes
/// had reached, which follow from no row of it.
struct HashChain {
  /// The hash that the next batch is chained to.
  private(set) var previous: [UInt8]

  /// A chain that goes on from a hash.
  init(previous: [UInt8]) { self.previous = previous }

  /// A chain's first link: what the run is, without the tags and the note, which may change.
  init(of database: Database) throws(SQLiteError) {
    let run = try database.rows(
      of: RunColumn.self, "WHERE key NOT IN ('tags', 'note') ORDER BY key")
    let actions = try database.rows(of: ActionColumn.self, "ORDER BY action")
    let fields = try database.rows(of: FieldColumn.self, "ORDER BY rowid")
    var hash = CanonicalHash()
    for row in run.map(\.values) + actions.map(\.values) + fields.map(\.values) {
      for value in row { hash.add(value) }
    }
    previous = hash.finished()
  }

  /// A batch's hash while it is made.
  struct Link: ~Copyable {
    var hash = CanonicalHash()

    /// The hash of what comes before a batch's rows.
    init(
      after chain: HashChain, session: SessionFacts?, _ firstStep: Int, _ lastStep: Int,
      elapsed: Double
    ) {
      unsafe chain.previous.withUnsafeBytes { unsafe hash.addRaw($0) }
      session?.add(to: &hash)
      hash.add(firstStep)
      hash.add(lastStep)
      hash.add(elapsed)
    }
  }

  /// The hash of a complete link, which becomes the next one's predecessor.
  mutating func close(_ link: consuming Link) -> [UInt8] {
    previous = link.hash.finished()
    return previous
  }

  /// The hash of a batch.
  mutating func add(_ batch: Batch, session: SessionPlace) -> [UInt8] {
    var link = Link(
      after: self, session: session.facts, batch.firstStep, batch.lastStep, elapsed: batch.elapsed)
    link.hash.add(batch.transitions, 0..<batch.transitions.count, from: .episode)
    link.hash.add(batch.episodes, 0..<batch.ended, from: .episode)
    for metric in session.uncoveredMetrics { link.hash.add(metric) }
    for metric in batch.metrics { link.hash.add(metric) }
    for checkpoint in session.uncoveredCheckpoints { link.hash.add(checkpoint) }
    for checkpoint in batch.checkpoints { link.hash.add(checkpoint) }
    link.hash.add(batch.episodes, batch.ended..<batch.episodes.count, from: .finalState)
    return close(link)
  }
}

/// What of a session never changes.
struct SessionFacts: Equatable, Sendable {
  var firstStep: Int
  var configuration: String
  var versions: String
  var started: String

  /// The values of its row while it runs, in the order of the table.
  func values(writer: WriterIdentity?) -> [SQLiteValue] {
    [
      .integer(firstStep), .text(configuration), .text(versions), .text(started), .null,
      writer.map { .text($0.json.compact) } ?? .null,
    ]
  }

  func add(to hash: inout CanonicalHash) {
    hash.add(firstStep)
    hash.add(configuration)
    hash.add(versions)
    hash.add(started)
  }
}

/// The session that a writer writes, and what its next batch must account for.
struct SessionPlace {
  var row = 0
  var facts = SessionFacts(firstStep: 0, configuration: "{}", versions: "{}", started: "")
  /// When it began on the monotonic clock, less the time of the sessions before.
  var origin = 0.0
  /// How many metrics and checkpoints the recording has.
  var metrics = 0
  var checkpoints = 0
  /// Those that are in the file, but in no batch yet.
  var uncoveredMetrics: [Metric] = []
  var uncoveredCheckpoints: [Checkpoint] = []

  func elapsed(_ clock: RecordingClock) -> Double { max(0, clock.monotonic() - origin) }
}
