internal import Rollouts
internal import SQLite

/// Copies readable steps, and rebuilds the rows of their episodes: whole ones as they were, and an
/// interrupted row for each part of one that a gap splits.
struct EpisodeParts {
  /// What is missing, and which parts have new numbers.
  private(set) var gaps = Gaps()
  private let source: Recording
  private let path: String
  private var worlds: Int
  private let sessions: [SessionFacts]
  private let actions: Int
  /// The seed of all episodes; nil where each has its own.
  private let seed: Int?
  /// Whether every reward must be a finite number.
  private let isFinite: Bool
  private let kinds: ValueKinds
  private let rows: Statement
  private let episode: Statement
  private let following: Statement
  private let insertion: Statement
  private let removal: Statement
  private let episodeInsertion: Statement
  private var parts: [Part?]
  /// The step after the last copied one.
  private(set) var end = 0
  private var dropped: [Int] = []

  /// The copied part of one world's current episode.
  private struct Part {
    let episode: Int
    let number: Int
    let first: Int
    /// The episode's row in the table, where it can be read.
    let entry: Row<EpisodeColumn>?
    var last: Int
    var steps = 1
    var total: Double
    var totalBefore = 0.0
    var lastState: SQLiteValue

    /// The episode's last state, if its last step was copied.
    func finalState(worlds: Int) -> SQLiteValue? {
      guard let entry, let first = entry[.firstStep].int, let steps = entry[.steps].int,
        last == first + (steps - 1) * worlds, entry[.finalState].kind == lastState.kind
      else { return nil }
      return entry[.finalState]
    }
  }

  init(
    from source: Recording, to database: Database, _ run: RunDescription
  ) throws(RecordingError) {
    (self.source, path) = (source, source.path)
    guard run.worlds <= 1 << 16 else {
      throw .damaged(path, "\(run.worlds) worlds cannot run side by side")
    }
    (worlds, actions) = (run.worlds, run.world.actions.isEmpty ? .max : run.world.actions.count)
    isFinite = run.program == "reel"
    seed = isFinite ? Int(clamping: run.seed) : nil
    sessions = try source.sessionFacts()
    func usual(_ column: TransitionColumn) throws(RecordingError) -> Columns.Kind {
      let type = try source.value(
        "SELECT typeof(\(column.label)) FROM transitions GROUP BY 1 ORDER BY count(*) DESC")
      return type?.text == "blob" ? .bytes : .integer
    }
    kinds = ValueKinds(state: try usual(.state), action: try usual(.action))
    let format = source.format
    (rows, episode, following) = try withRecordingErrors(path) { () throws(SQLiteError) in
      let source = source.database
      return (
        try source.prepare(
          "\(TransitionColumn.selection(in: format)) WHERE step >= ? AND step < ?"),
        try source.prepare("\(EpisodeColumn.selection(in: format)) WHERE episode = ?"),
        try source.prepare("SELECT state FROM transitions WHERE step = ? AND episode = ?")
      )
    }
    (insertion, removal, episodeInsertion) = try withRecordingErrors(path) {
      () throws(SQLiteError) in
      (
        try database.prepare("INSERT \(TransitionColumn.insertion(in: format))"),
        try database.prepare("DELETE FROM transitions WHERE step = ?"),
        try database.prepare("INSERT \(EpisodeColumn.insertion(in: format))")
      )
    }
    parts = Array(repeating: nil, count: try source.mostWorlds())
    let newest = try source.value(
      "SELECT max(n) FROM (SELECT max(episode) AS n FROM episodes WHERE episode < 1 << 52"
        + " UNION SELECT max(episode) FROM transitions WHERE episode < 1 << 52)")
    gaps.newest = max(0, newest?.int ?? 0)
  }

  /// Copies the readable steps of a range, after those of earlier ranges.
  ///
  /// In verified ranges, missing step numbers are those that no world used.
  mutating func copy(_ range: Range<Int>, isProven: Bool) throws(RecordingError) {
    do {
      if isProven, range.lowerBound > end {
        gaps.steps.append(end...range.lowerBound - 1)
        end = range.lowerBound
      }
      try rows.bind([.integer(range.lowerBound), .integer(range.upperBound)])
      while try rows.step() {
        let row = Row<TransitionColumn>(rows.row)
        if isProven, let step = row[.step].int { end = max(end, step) }
        try take(row)
      }
      if isProven { end = max(end, range.upperBound) }
    } catch {
      throw RecordingError(error, path: path)
    }
  }

  /// Ends open parts.
  mutating func finish() throws(RecordingError) {
    do {
      for world in parts.indices { try close(world, isAtEnd: true) }
    } catch {
      throw RecordingError(error, path: path)
    }
    addDropped()
  }

  /// Steps whose outcome was lost are gaps, too, except at the end.
  private mutating func addDropped() {
    var ranges = gaps.steps + dropped.map { $0...$0 }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    gaps.steps.removeAll()
    for range in ranges {
      if let last = gaps.steps.last, last.upperBound + 1 == range.lowerBound {
        gaps.steps[gaps.steps.count - 1] = last.lowerBound...range.upperBound
      } else {
        gaps.steps.append(range)
      }
    }
    if let last = gaps.steps.last, last.upperBound + 1 == end {
      end = last.lowerBound
      gaps.steps.removeLast()
    }
  }

  private mutating func take(_ row: Row<TransitionColumn>) throws(SQLiteError) {
    guard let step = row[.step].int, let number = row[.episode].int, isSound(row, number) else {
      return
    }
    if step > end { gaps.steps.append(end...step - 1) }
    end = step + 1
    let present = sessions.last { $0.firstStep <= step }?.worlds ?? worlds
    if present != worlds, parts.indices.contains(present - 1) {
      for world in parts.indices { try close(world, isAtEnd: false) }
      worlds = present
    }
    let world = step % worlds
    if var part = parts[world], part.episode == number, part.last == step - worlds {
      part.last = step
      part.steps += 1
      part.totalBefore = part.total
      part.total += row[.reward].double ?? .nan
      part.lastState = row[.state]
      parts[world] = part
    } else {
      try open(row, step, number, world)
    }
    var copied = row
    copied[.episode] = .integer(parts[world]?.number ?? number)
    try insertion.run(copied.values)
  }

  private func isSound(_ row: Row<TransitionColumn>, _ episode: Int) -> Bool {
    let isAction = row[.action].int.map { (0..<actions).contains($0) } ?? true
    return episode > 0 && episode <= gaps.newest && row[.state].kind == kinds.state
      && row[.action].kind == kinds.action && isAction
      && (!isFinite || row[.reward].double?.isFinite == true)
  }

  private mutating func open(
    _ row: Row<TransitionColumn>, _ step: Int, _ episode: Int, _ world: Int
  ) throws(SQLiteError) {
    let before = parts[world]?.last
    try close(world, isAtEnd: false)
    let entry = try entry(of: episode)
    // If its row is missing, an episode begins where the previous one ended.
    let isBeginning =
      entry.map { $0[.firstStep].int == step }
      ?? (step < worlds || before == step - worlds)
    var number = episode
    if !isBeginning {
      gaps.parts.append(episode)
      number = gaps.newest + gaps.parts.count
    }
    parts[world] = Part(
      episode: episode, number: number, first: step, entry: entry, last: step,
      total: row[.reward].double ?? .nan, lastState: row[.state])
  }

  private func entry(of number: Int) throws(SQLiteError) -> Row<EpisodeColumn>? {
    try episode.bind([.integer(number)])
    defer { episode.reset() }
    guard try episode.step() else { return nil }
    let row = Row<EpisodeColumn>(episode.row)
    guard let first = row[.firstStep].int, row[.stride].int == worlds, let steps = row[.steps].int,
      Recording.isSound(number, first: first, worlds, steps: steps),
      Ending.allCases.contains(where: { row[.ending] == .text($0.name) })
    else { return nil }
    return row
  }

  /// Writes the row of a copied part of an episode.
  private mutating func close(_ world: Int, isAtEnd: Bool) throws(SQLiteError) {
    guard var part = parts[world] else { return }
    parts[world] = nil
    // A part that nothing follows stays open at the end of the recording, as when a writer was cut
    // off.
    let isOpen = isAtEnd && part.last + worlds >= end
    var (ending, state) = (isOpen ? Ending.running.name : Ending.interrupted.name, SQLiteValue.null)
    if let entry = part.entry, let final = part.finalState(worlds: worlds) {
      state = final
      if let end = entry[.ending].text, end != Ending.running.name {
        ending = entry[.firstStep] == .integer(part.first) ? end : Ending.interrupted.name
      }
    } else if let next = try follower(of: part) {
      state = next
    } else {
      // The state after its last step is lost, so that step is, too.
      try removal.run(.integer(part.last))
      dropped.append(part.last)
      ending = Ending.interrupted.name
      state = part.lastState
      part.last -= worlds
      part.steps -= 1
      part.total = part.totalBefore
    }
    guard part.steps > 0 else { return }
    let row = Row<EpisodeColumn>([
      .integer(part.number), seed.map(SQLiteValue.integer) ?? part.entry?[.seed] ?? .null,
      .integer(part.first), .integer(worlds), .integer(part.steps),
      part.total.isNaN ? .null : .real(part.total), .text(ending), state,
      part.entry?[.options] ?? .null, part.entry?[.success] ?? .null,
    ])
    try episodeInsertion.run(row.values(in: source.format))
  }

  private func follower(of part: Part) throws(SQLiteError) -> SQLiteValue? {
    try following.bind([.integer(part.last + worlds), .integer(part.episode)])
    defer { following.reset() }
    return try following.step() ? following.value(at: 0) : nil
  }
}

extension SQLiteValue {
  /// Whether this is a number or bytes; nil where it is neither.
  fileprivate var kind: Columns.Kind? {
    switch self {
    case .integer: .integer
    case .blob: .bytes
    default: nil
    }
  }
}
