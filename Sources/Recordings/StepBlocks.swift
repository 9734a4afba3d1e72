internal import Rollouts
internal import SQLite

/// Reads transitions in order, many at a time, each with its next state and how its episode stood
/// then. Lives inside one `Recording.reading`.
@safe final class StepBlocks {
  /// step, episode, state, action, reward; the rows before `count` are complete.
  let rows: Columns
  /// How many rows of the present block are complete.
  private(set) var count = 0
  /// The complete rows' next states, as words like those of the state's column.
  let next: UnsafeMutablePointer<UInt64>
  /// The complete rows' places in their episodes, and how these stood after them.
  let t: UnsafeMutablePointer<Int>
  let ending: UnsafeMutablePointer<UInt8>

  private let recording: Recording
  private let range: Range<Int>
  private let statement: GatheringStatement
  /// Where the next rows begin, where the last ones end, and of which episode they are.
  private var unread: Int
  private let end: Int
  private let only: Int?
  /// How many rows further on an episode's next row is found.
  private let hop: Int
  private let window: EpisodeWindow

  /// All transitions of a range of steps.
  convenience init(_ recording: Recording, steps range: Range<Int>) throws(RecordingError) {
    let worlds = try recording.runKeys()["worlds"]?.int ?? 1
    guard (1...1 << 16).contains(worlds) else {
      throw .damaged(recording.path, "\(worlds) worlds cannot run side by side")
    }
    let range = range.clamped(to: 0..<(try recording.stepCount()))
    // An episode's next row is as far behind the range's end as there are worlds.
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
    self.only = only
    unread = range.lowerBound
    end = range.upperBound + beyond
    statement = try naming(recording.path) { () throws(SQLiteError) in
      // Rows come in the order of the key where no index is used.
      try recording.database.gathering(
        "SELECT gather(step, episode, state, action, reward) FROM transitions NOT INDEXED"
          + " WHERE step >= ? AND step < ?" + (only == nil ? "" : " AND episode = ?"))
    }
    let kinds = try recording.kinds()
    // Nothing is given back where this fails, so memory is taken after it.
    window = try EpisodeWindow(recording, state: kinds.state, worlds: hop)
    rows = Columns(
      [.integer, .integer, kinds.state, kinds.action, .real], capacity: Self.stretch + hop)
    unsafe next = .allocate(capacity: rows.capacity)
    unsafe t = .allocate(capacity: rows.capacity)
    unsafe ending = .allocate(capacity: rows.capacity)
  }

  /// How many steps are read at a time.
  private static let stretch = 2048

  deinit {
    unsafe next.deallocate()
    unsafe t.deallocate()
    unsafe ending.deallocate()
  }

  /// Goes to the next block; false where there is none.
  func advance() throws(RecordingError) -> Bool {
    rows.removeFirst(count)
    count = 0
    while count == 0 {
      let isAtEnd = unread >= end
      if isAtEnd, rows.count == 0 { return false }
      if !isAtEnd { try read() }
      let ready = unread >= end ? rows.count : rows.count - hop
      let steps = unsafe rows.column(0)
      while count < ready, unsafe steps[count] < UInt64(range.upperBound) { try complete(count) }
      if isAtEnd { break }
    }
    return count > 0
  }

  private func read() throws(RecordingError) {
    let (first, until, before) = (unread, min(end, unread + Self.stretch), rows.count)
    try naming(recording.path) { () throws(SQLiteError) in
      if let only {
        try statement.run(into: rows, .integer(first), .integer(until), .integer(only))
      } else {
        try statement.run(into: rows, .integer(first), .integer(until))
      }
    }
    unread = until
    if rows.count == before, until < end {
      // Steps may be missing, many at a time, in a copy or a file from elsewhere.
      unread = max(until, try recording.firstStep(from: until) ?? end)
    }
  }

  /// Finds what follows a row.
  @inline(__always)
  private func complete(_ row: Int) throws(RecordingError) {
    let step = unsafe Int(Int64(bitPattern: rows.column(0)[row]))
    let number = unsafe Int(Int64(bitPattern: rows.column(1)[row]))
    let episode = try window.find(number)
    let offset = step &- episode.firstStep
    unsafe t[row] = episode.stride == 1 ? offset : offset / episode.stride
    if step == episode.lastStep {
      unsafe next[row] = window.finalState(into: rows)
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
    if place < rows.count, unsafe rows.column(0)[place] == UInt64(bitPattern: Int64(step)),
      unsafe rows.column(1)[place] == UInt64(bitPattern: Int64(episode))
    {
      return unsafe rows.column(2)[place]
    }
    // Where rows are missing between, the next one is nearer than in a whole recording.
    for place in row + 1..<max(row + 1, min(row + hop, rows.count))
    where rows.int(place, 0) == step && rows.int(place, 1) == episode {
      return unsafe rows.column(2)[place]
    }
    throw .damaged(recording.path, "episode \(episode) lacks step \(step)")
  }
}

/// A stretch of the episodes' table, moved along with the transitions.
@safe final class EpisodeWindow {
  struct Entry {
    var number = Int.min
    var firstStep = 0
    var stride = 1
    var lastStep = 0
    var ending = Ending.running
  }

  private let recording: Recording
  private let statement: GatheringStatement
  private let columns: Columns
  private let margin: Int
  private let running: Ending
  private var current = Entry()
  private var currentRow = 0

  init(
    _ recording: Recording, state: Columns.Kind, worlds: Int
  ) throws(RecordingError) {
    self.recording = recording
    margin = 2 * worlds
    running = try recording.runningEnding()
    let capacity = worlds == 1 ? 1024 : 4096 + 4 * worlds
    columns = Columns(
      [.integer, .integer, .integer, .integer, .integer, state], capacity: capacity)
    statement = try naming(recording.path) { () throws(SQLiteError) in
      try recording.database.gathering(
        """
        SELECT gather(episode, first_step, stride, steps, \(Recording.endingNumber), final_state)
        FROM episodes NOT INDEXED WHERE episode >= ? AND episode < ?
        """)
    }
  }

  /// The episode of a number, which becomes the one of `finalState`.
  @inline(__always)
  func find(_ number: Int) throws(RecordingError) -> Entry {
    if number != current.number { try look(for: number) }
    return current
  }

  /// The present episode's last state, with its bytes kept where the rows keep theirs.
  func finalState(into rows: Columns) -> UInt64 {
    let word = unsafe columns.column(5)[currentRow]
    return columns.kind(5) == .bytes ? unsafe rows.append(columns.bytes(word)) : word
  }

  private func look(for number: Int) throws(RecordingError) {
    var row = place(of: number)
    if row == nil {
      let first = max(0, number &- margin)
      columns.removeAll()
      try naming(recording.path) { () throws(SQLiteError) in
        try statement.run(into: columns, .integer(first), .integer(first &+ columns.capacity))
      }
      row = place(of: number)
    }
    guard let row,
      Recording.isSound(
        number, first: columns.int(row, 1), columns.int(row, 2), steps: columns.int(row, 3))
    else { throw .damaged(recording.path, "episode \(number) is missing from its table") }
    let (first, stride) = (columns.int(row, 1), columns.int(row, 2))
    let ending = Ending(rawValue: UInt8(clamping: columns.int(row, 4))) ?? .running
    currentRow = row
    current = Entry(
      number: number, firstStep: first, stride: stride,
      lastStep: first + (columns.int(row, 3) - 1) * stride,
      ending: ending == .running ? running : ending)
  }

  /// Numbers follow each other in a whole recording; where some are missing, they are searched.
  private func place(of number: Int) -> Int? {
    guard columns.count > 0 else { return nil }
    let guess = number &- columns.int(0, 0)
    if guess >= 0, guess < columns.count, columns.int(guess, 0) == number { return guess }
    var (low, high) = (0, columns.count)
    while low < high {
      let middle = (low + high) / 2
      if columns.int(middle, 0) < number { low = middle + 1 } else { high = middle }
    }
    return low < columns.count && columns.int(low, 0) == number ? low : nil
  }
}
