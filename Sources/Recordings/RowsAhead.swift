internal import Platform
internal import SQLite

/// Reads the transitions of a recording's batches ahead of its audit. The audit's thread fetches
/// the pages; other threads decode them, and hash the rows of each batch. The result does not
/// depend on the number of threads. Only valid inside one `Recording.reading`.
final class RowsAhead {
  /// Some or all steps of a batch.
  struct Part {
    let steps: Range<Int>
    /// Whether these are all steps of the batch, so that they can be hashed at once.
    let isWhole: Bool
    /// The range of their rows; nil where they must be read in another way.
    var rows: Range<Int>?
    var hash: [UInt8]?
  }

  /// The work of a thread at a time.
  private final class Load: @unchecked Sendable {
    let run: PageRun
    let decoder = RowDecoder()
    let table: TableRows<TransitionColumn>
    var parts: [Part] = []
    var isFetched = false
    var isDone = false

    init(_ run: PageRun, _ table: TableRows<TransitionColumn>) {
      (self.run, self.table) = (run, table)
    }

    /// Decodes the rows, and hashes those of whole batches.
    func work(hashing: Bool) {
      table.columns.removeAll()
      guard isFetched, let first = parts.first, let last = parts.last,
        run.decode(
          first.steps.lowerBound..<last.steps.upperBound, into: table.columns, by: decoder)
      else { return }
      var row = 0
      for index in parts.indices {
        let start = row
        let end = parts[index].steps.upperBound
        while row < table.count, table.int(row, .step) < end { row += 1 }
        parts[index].rows = start..<row
        guard hashing, parts[index].isWhole else { continue }
        var hash = CanonicalHash()
        hash.add(table, start..<row, from: .step)
        parts[index].hash = hash.finished()
      }
    }
  }

  private struct Work {
    var waiting: [Load] = []
    var isOver = false
  }

  private let path: String
  private let pages: TablePages
  private let batches: Statement
  private let work = Monitor(Work())
  private let hashes: Bool
  private var helpers: [SystemThread] = []
  /// The loads in progress, in the order of their steps, and those that can be reused.
  private var ahead: [Load] = []
  private var free: [Load] = []
  private let most: Int
  private let room: Int
  /// The remaining steps of the current batch and of the next one.
  private var rest: (steps: Range<Int>, isWhole: Bool)?
  private var isAtEnd = false
  /// The load of the current part, and the number of the next load.
  private var present: Load?
  private var next = 0
  /// The pages whose bytes each belong to at most one row.
  private(set) var wholePages: PageSet

  /// Reads ahead on `count` threads besides the calling one. Nil where SQL must read the rows.
  init?(_ recording: Recording, _ kinds: ValueKinds, helpers count: Int) throws(RecordingError) {
    let found = try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      guard
        let pages = try TablePages(of: TransitionColumn.table, in: recording.database)
      else { return (TablePages, Statement)?.none }
      return (
        pages,
        try recording.database.prepare("SELECT first_step, last_step FROM batches ORDER BY rowid")
      )
    }
    guard let (pages, batches) = found else { return nil }
    (path, self.pages, self.batches) = (recording.path, pages, batches)
    hashes = recording.format.version > 1
    wholePages = PageSet(count: pages.count)
    let rowBytes = max(1, recording.fileBytes() / max(1, (try? recording.stepCount()) ?? 1))
    let room = min(1 << 14, max(1 << 8, Self.loadBytes / rowBytes))
    self.room = room
    most = 2 * count + 1
    free = (0..<most).map { _ in
      Load(pages.makeRun(), TableRows(kinds, capacity: room, in: recording.format))
    }
    let (work, hashes) = (work, hashes)
    helpers = (0..<count).compactMap { _ in SystemThread { Self.help(work, hashes) } }
  }

  /// About how many bytes of a file a load has.
  private static let loadBytes = 1 << 19
  /// A batch that claims more steps than this is read with SQL, which finds the next row however
  /// far it is.
  private static let mostSteps = 1 << 24

  deinit {
    work.change {
      $0.isOver = true
      $0.waiting = []
    }
    for helper in helpers { helper.join() }
  }

  private static func help(_ work: Monitor<Work>, _ hashes: Bool) {
    while true {
      let load = work.wait { state -> Load?? in
        if state.isOver { return .some(nil) }
        return state.waiting.isEmpty ? nil : .some(state.waiting.removeFirst())
      }
      guard let load else { return }
      load.work(hashing: hashes)
      work.change { _ in load.isDone = true }
    }
  }

  /// The next part, for these steps, and the table with its rows. Nil where these and all following
  /// steps must be read in another way.
  func part(
    of steps: Range<Int>
  ) throws(RecordingError) -> (part: Part, table: TableRows<TransitionColumn>)? {
    if present.map({ next == $0.parts.count }) ?? true { try advance() }
    guard let load = present, next < load.parts.count,
      steps.lowerBound <= load.parts[next].steps.lowerBound,
      load.parts[next].steps.upperBound <= steps.upperBound
    else { return nil }
    next += 1
    return (load.parts[next - 1], load.table)
  }

  /// Goes to the next load.
  private func advance() throws(RecordingError) {
    if let present { free.append(present) }
    (present, next) = (nil, 0)
    try fill()
    guard !ahead.isEmpty else { return }
    let load = ahead.removeFirst()
    let isMine = work.change { state in
      guard let place = state.waiting.firstIndex(where: { $0 === load }) else { return false }
      state.waiting.remove(at: place)
      return true
    }
    if isMine {
      load.work(hashing: hashes)
    } else {
      work.wait { _ in load.isDone ? () : nil }
    }
    if load.parts.allSatisfy({ $0.rows != nil }) {
      for page in load.run.wholePages { wholePages.insert(page) }
    }
    present = load
  }

  /// Begins as many loads as there is space for.
  private func fill() throws(RecordingError) {
    while !free.isEmpty {
      let parts = try nextParts()
      guard let first = parts.first, let last = parts.last else { return }
      let load = free.removeLast()
      (load.parts, load.isDone) = (parts, false)
      let steps = first.steps.lowerBound..<last.steps.upperBound
      load.isFetched = steps.count <= room && pages.fetch(steps, into: load.run)
      ahead.append(load)
      work.change { $0.waiting.append(load) }
    }
  }

  /// Several batches of few steps, or a part of one with many.
  private func nextParts() throws(RecordingError) -> [Part] {
    var parts: [Part] = []
    while true {
      if rest == nil { try readBatch() }
      guard let (steps, isWhole) = rest else { return parts }
      if steps.count > Self.mostSteps || isWhole && steps.count <= room {
        // A load has no gap between its batches.
        if let first = parts.first, let last = parts.last {
          guard last.steps.upperBound == steps.lowerBound,
            steps.upperBound - first.steps.lowerBound <= room
          else { return parts }
        }
        parts.append(Part(steps: steps, isWhole: isWhole && steps.count <= room))
        rest = nil
        continue
      }
      guard parts.isEmpty else { return parts }
      let end = min(steps.upperBound, steps.lowerBound + room)
      rest = end == steps.upperBound ? nil : (end..<steps.upperBound, false)
      return [Part(steps: steps.lowerBound..<end, isWhole: false)]
    }
  }

  /// Reads the steps of the next batch that has any; none after the last, or where they are out of
  /// order.
  private func readBatch() throws(RecordingError) {
    try withRecordingErrors(path) { () throws(SQLiteError) in
      while !isAtEnd {
        guard try batches.step() else {
          isAtEnd = true
          break
        }
        guard let first = batches.value(at: 0).int, let last = batches.value(at: 1).int, first >= 0,
          last >= first - 1, last < 1 << 53
        else {
          isAtEnd = true
          break
        }
        guard last >= first else { continue }
        rest = (first..<last + 1, true)
        return
      }
    }
  }
}

/// A set of pages of a file.
struct PageSet {
  private var words: [UInt64]
  private(set) var count = 0

  init(count: Int) { words = Array(repeating: 0, count: count / 64 + 1) }

  func contains(_ page: Int) -> Bool {
    page >= 0 && page < 64 * words.count && words[page / 64] >> UInt64(page % 64) & 1 == 1
  }

  /// Adds a page; false where it is in the set already, or is not a page of the file.
  @discardableResult
  mutating func insert(_ page: Int) -> Bool {
    guard page >= 0, page < 64 * words.count, !contains(page) else { return false }
    words[page / 64] |= 1 << UInt64(page % 64)
    count += 1
    return true
  }
}
