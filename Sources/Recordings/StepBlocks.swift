internal import Rollouts
internal import SQLite

/// Reads transitions in order, many at a time, each with its next state and the episode's status
/// after it. Only valid inside one `Recording.reading`.
@safe final class StepBlocks {
  /// The rows before `count` are complete.
  let rows: TableRows<TransitionColumn>
  /// Whether states and actions are numbers or bytes.
  let kinds: ValueKinds
  /// How many rows of the current block are complete.
  private(set) var count = 0
  /// The complete rows' next states, in the same form as the state column.
  let next: UnsafeMutablePointer<UInt64>
  /// The complete rows' indices in their episodes, and their endings.
  let t: UnsafeMutablePointer<Int>
  let ending: UnsafeMutablePointer<UInt8>

  private let recording: Recording
  private let range: Range<Int>
  /// The source of rows: all, or those of one episode.
  private enum Source {
    case all(RowReader<TransitionColumn>)
    case one(GatheringStatement, episode: Int)
  }

  private let source: Source
  /// Where the next rows begin, and where the last ones end.
  private var unread: Int
  private let end: Int
  /// How many rows ahead an episode's next row is.
  private let hop: Int
  private let window: EpisodeWindow

  /// All transitions of a range of steps.
  convenience init(_ recording: Recording, steps range: Range<Int>) throws(RecordingError) {
    let worlds = try recording.mostWorlds()
    guard (1...1 << 16).contains(worlds) else {
      throw .damaged(recording.path, "\(worlds) worlds cannot run side by side")
    }
    let range = range.clamped(to: 0..<(try recording.stepCount()))
    // An episode's next row may be as far beyond the range's end as there are worlds.
    try self.init(recording, steps: range, beyond: worlds, hop: worlds, only: nil)
  }

  /// The transitions of one episode.
  convenience init(_ recording: Recording, episode: Episode) throws(RecordingError) {
    try self.init(
      recording, steps: episode.firstStep..<episode.lastStep + 1, beyond: 0, hop: 1,
      only: episode.number)
  }

  private init(
    _ recording: Recording, steps range: Range<Int>, beyond: Int, hop: Int, only: Int?
  ) throws(RecordingError) {
    self.recording = recording
    self.range = range
    self.hop = hop
    unread = range.lowerBound
    end = range.upperBound + beyond
    source = try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      if let only {
        return .one(
          try recording.database.gathering(
            TableRows<TransitionColumn>.gathering(in: recording.format)
              + " WHERE step >= ? AND step < ? AND episode = ?"), episode: only)
      }
      return .all(
        try RowReader(
          recording.database, key: .step, count: range.count, in: recording.format))
    }
    kinds = try recording.kinds()
    // If this throws, nothing is freed, so memory is allocated afterwards.
    window = try EpisodeWindow(recording, kinds, worlds: hop, steps: range.count)
    let capacity = Self.stretch + hop
    rows = TableRows(kinds, capacity: capacity, in: recording.format)
    unsafe next = .allocate(capacity: capacity)
    unsafe t = .allocate(capacity: capacity)
    unsafe ending = .allocate(capacity: capacity)
  }

  /// How many steps are read at a time.
  private static let stretch = 2048

  deinit {
    unsafe next.deallocate()
    unsafe t.deallocate()
    unsafe ending.deallocate()
  }

  /// Advances to the next block; false where there is none.
  func advance() throws(RecordingError) -> Bool {
    rows.columns.removeFirst(count)
    count = 0
    while count == 0 {
      let isAtEnd = unread >= end
      if isAtEnd, rows.count == 0 { return false }
      if !isAtEnd { try read() }
      let ready = unread >= end ? rows.count : rows.count - hop
      let steps = unsafe rows.column(.step)
      while count < ready, unsafe steps[count] < UInt64(range.upperBound) { try complete(count) }
      if isAtEnd { break }
    }
    return count > 0
  }

  private func read() throws(RecordingError) {
    let (first, until, before) = (unread, min(end, unread + Self.stretch), rows.count)
    try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      switch source {
      case .all(let reader): try reader.read(first..<until, into: rows)
      case .one(let statement, let episode):
        try statement.run(
          into: rows.columns, .integer(first), .integer(until), .integer(episode))
      }
    }
    unread = until
    if rows.count == before, until < end {
      // Steps may be missing, many at a time, in a copy or a file from elsewhere.
      unread = max(until, try recording.firstStep(from: until) ?? end)
    }
  }

  /// Finds the row after a row.
  @inline(__always)
  private func complete(_ row: Int) throws(RecordingError) {
    let (step, number) = (rows.int(row, .step), rows.int(row, .episode))
    let episode = try window.find(number)
    let offset = step &- episode.firstStep
    unsafe t[row] = episode.stride == 1 ? offset : offset / episode.stride
    if step == episode.lastStep {
      unsafe next[row] = window.finalState(into: rows.columns)
      unsafe ending[row] = episode.ending.rawValue
    } else {
      unsafe next[row] = try follower(of: row, at: step &+ episode.stride, number)
      unsafe ending[row] = 0
    }
    count = row + 1
  }

  @inline(__always)
  private func follower(of row: Int, at step: Int, _ episode: Int) throws(RecordingError) -> UInt64
  {
    let place = row + hop
    if place < rows.count, rows.int(place, .step) == step, rows.int(place, .episode) == episode {
      return unsafe rows.column(.state)[place]
    }
    // If rows in between are missing, the next one is nearer than in a whole recording.
    for place in row + 1..<max(row + 1, min(row + hop, rows.count))
    where rows.int(place, .step) == step && rows.int(place, .episode) == episode {
      return unsafe rows.column(.state)[place]
    }
    throw .damaged(recording.path, "episode \(episode) lacks step \(step)")
  }
}

/// A stretch of the table of episodes, moved along with the transitions.
@safe final class EpisodeWindow {
  struct Entry {
    var number = Int.min
    var firstStep = 0
    var stride = 1
    var lastStep = 0
    var ending = Ending.running
  }

  private let recording: Recording
  private let reader: RowReader<EpisodeColumn>
  private let rows: TableRows<EpisodeColumn>
  private let capacity: Int
  private let margin: Int
  /// The ending of an unfinished episode; only read if there is one.
  private var running: Ending?
  private var current = Entry()
  private var currentRow = 0

  init(
    _ recording: Recording, _ kinds: ValueKinds, worlds: Int, steps: Int
  ) throws(RecordingError) {
    self.recording = recording
    margin = 2 * worlds
    // A few steps belong to few episodes.
    let usual = worlds == 1 ? 1024 : 4096 + 4 * worlds
    let capacity = steps < usual ? min(usual, margin + steps + 1) : usual
    self.capacity = capacity
    rows = TableRows(
      kinds, through: .finalState, capacity: capacity, in: recording.format)
    reader = try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      try RowReader(
        recording.database, through: .finalState, key: .episode, count: capacity,
        in: recording.format)
    }
  }

  /// Makes the episode with a number the current one, for `finalState`.
  @inline(__always)
  func find(_ number: Int) throws(RecordingError) -> Entry {
    if number != current.number { try load(number) }
    return current
  }

  /// The current episode's last state, with its bytes stored where the rows store theirs.
  func finalState(into columns: Columns) -> UInt64 {
    let word = unsafe rows.column(.finalState)[currentRow]
    return rows.kind(.finalState) == .bytes
      ? unsafe columns.append(rows.columns.bytes(word)) : word
  }

  private func load(_ number: Int) throws(RecordingError) {
    var row = place(of: number)
    if row == nil {
      let first = max(0, number &- margin)
      rows.columns.removeAll()
      try withRecordingErrors(recording.path) { () throws(SQLiteError) in
        try reader.read(first..<max(first, first &+ capacity), into: rows)
      }
      row = place(of: number)
    }
    guard let row,
      Recording.isSound(
        number, first: rows.int(row, .firstStep), rows.int(row, .stride),
        steps: rows.int(row, .steps))
    else { throw .damaged(recording.path, "episode \(number) is missing from its table") }
    let (first, stride) = (rows.int(row, .firstStep), rows.int(row, .stride))
    var ending = Ending(rawValue: UInt8(clamping: rows.int(row, .ending))) ?? .running
    if ending == .running {
      if running == nil { running = try recording.runningEnding() }
      ending = running ?? .interrupted
    }
    currentRow = row
    current = Entry(
      number: number, firstStep: first, stride: stride,
      lastStep: first + (rows.int(row, .steps) - 1) * stride,
      ending: ending)
  }

  /// Numbers are consecutive in a whole recording; where some are missing, a search finds them.
  private func place(of number: Int) -> Int? {
    guard rows.count > 0 else { return nil }
    let guess = number &- rows.int(0, .episode)
    if guess >= 0, guess < rows.count, rows.int(guess, .episode) == number { return guess }
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows.int(middle, .episode) < number { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows.int(low, .episode) == number ? low : nil
  }
}
