internal import Rollouts
internal import SQLite

/// Follows the episodes through the transitions and compares the table of episodes with them: where
/// each begins and ends, how many steps it has, and that its return is the sum of its rewards.
struct EpisodeAudit {
  /// The current episode of one world, as far as its rows have been read.
  private struct Slot {
    var isOpen = false
    var number = 0
    var steps = 0
    var total = 0.0
    /// Its numbers in the table.
    var lastStep = 0
    var isOver = false
    /// Whether it has no rows, in a thinned copy.
    var isLeftOut = false
    /// Whether all its rows were read and it was abandoned, which may become known only later.
    var isComplete = false
  }

  /// How many transitions were read, and how many episodes began in them.
  private(set) var steps = 0
  private(set) var count = 0
  private let path: String
  private let format: Format
  private let thinning: Thinning?
  private let gaps: Gaps?
  /// The seed of all episodes; nil where each has its own.
  private let seed: Int?
  private var worlds: Int
  /// The number of discrete actions.
  private let actions: Int
  private let kinds: ValueKinds
  private let statement: Statement
  private var slots: [Slot]
  /// The table's row for each slot.
  private var entries: [Row<EpisodeColumn>]
  private var newest = 0
  /// The newest number of a part of an episode whose beginning is missing.
  private var newestPart = 0

  init(
    _ recording: Recording, _ run: RunDescription, _ kinds: ValueKinds
  ) throws(RecordingError) {
    guard run.worlds <= 1 << 16 else {
      throw .damaged(recording.path, "\(run.worlds) worlds cannot run side by side")
    }
    (path, format) = (recording.path, recording.format)
    thinning = try recording.thinning()
    gaps = try recording.gaps()
    seed = run.program == "reel" ? Int(run.seed) : nil
    worlds = run.worlds
    actions = run.world.actions.isEmpty ? .max : run.world.actions.count
    self.kinds = kinds
    statement = try withRecordingErrors(recording.path) { () throws(SQLiteError) in
      try recording.database.prepare(
        "\(EpisodeColumn.selection(in: recording.format)) WHERE episode = ?")
    }
    slots = Array(repeating: Slot(), count: worlds)
    entries = Array(repeating: Row([]), count: worlds)
  }

  /// Continues with the worlds of a session. If their number changes, no episode may be open.
  mutating func enter(_ session: SessionFacts) throws {
    guard session.worlds != worlds else { return }
    guard (1...1 << 16).contains(session.worlds), openSlots.isEmpty else {
      throw Difference(
        at: steps, "the episodes that are open", expected: "none, as other worlds begin",
        found: "\(openSlots.count), before \(session.worlds) worlds")
    }
    worlds = session.worlds
    slots = Array(repeating: Slot(), count: worlds)
    entries = Array(repeating: Row([]), count: worlds)
  }

  /// Checks rows of transitions in order; returns the table's rows of the episodes that end in
  /// them.
  mutating func check(
    _ rows: TableRows<TransitionColumn>, _ range: Range<Int>
  ) throws -> [Row<EpisodeColumn>] {
    var ended: [Row<EpisodeColumn>] = []
    for row in range {
      let (step, number) = (rows.int(row, .step), rows.int(row, .episode))
      if step > steps { try ended += skip(to: step) }
      guard step == steps else {
        throw Difference(at: steps, "the transition", expected: "one", found: "none")
      }
      let index = step % worlds
      if slots[index].isComplete { ended.append(close(index)) }
      if !slots[index].isOpen { try open(number, at: step, index) }
      guard number == slots[index].number else {
        throw Difference(
          at: step, "the episode of the step",
          expected: "\(slots[index].number), which has not ended", found: "\(number)")
      }
      let reward = rows.real(row, .reward)
      guard reward.isFinite || seed == nil else {
        throw Difference(at: step, "the reward", expected: "a finite number", found: "\(reward)")
      }
      if kinds.action == .integer, !(0..<actions).contains(rows.int(row, .action)) {
        throw Difference(
          at: step, "the action", expected: "one below \(actions)",
          found: "\(rows.int(row, .action))")
      }
      slots[index].steps += 1
      slots[index].total += reward
      steps += 1
      if step == slots[index].lastStep, slots[index].isOver {
        try checkReturn(index, at: step)
        if format.version > 1, entries[index][.ending].text == Ending.interrupted.name {
          slots[index].isComplete = true
        } else {
          ended.append(close(index))
        }
      }
    }
    return ended
  }

  private mutating func close(_ index: Int) -> Row<EpisodeColumn> {
    slots[index] = Slot()
    return entries[index]
  }

  /// The episodes that ended in a batch, in the order in which they ended: those known to have
  /// ended, and those abandoned whose index is at most `last`. Their indices must follow `before`.
  mutating func claim(
    with ended: [Row<EpisodeColumn>], through last: Int, after before: Int
  ) throws -> [Row<EpisodeColumn>] {
    var ended = ended
    for index in openSlots where slots[index].isComplete {
      guard entries[index][.ended].int ?? .max <= last else { continue }
      ended.append(close(index))
    }
    ended.sort { $0[.ended].int ?? 0 < $1[.ended].int ?? 0 }
    for (count, row) in ended.enumerated() where row[.ended].int != before + count + 1 {
      throw Difference(
        at: max(0, steps - 1),
        "episode \(row[.episode].int ?? 0), its place in the order in which episodes ended",
        expected: "\(before + count + 1)", found: row[.ended].int.map(String.init) ?? "none")
    }
    return ended
  }

  /// Skips steps that may be missing: those in the gaps of a recovered recording, or of episodes
  /// that a thinned copy left out. Returns the table's rows of the episodes that end in them.
  mutating func skip(to end: Int) throws -> [Row<EpisodeColumn>] {
    try skipGap(to: end)
    guard let thinning else {
      while steps < end, passIdle(to: end) {}
      return []
    }
    var ended: [Row<EpisodeColumn>] = []
    while steps < end {
      let index = steps % worlds
      if slots[index].isComplete { ended.append(close(index)) }
      if !slots[index].isOpen {
        // Episodes are numbered in the order in which they begin; in format 1, one begins wherever
        // none is open.
        let first = try format.version == 1 ? steps : row(of: newest + 1)?[.firstStep].int ?? end
        guard first == steps else {
          guard passIdle(to: first > steps ? min(first, end) : end) else { break }
          continue
        }
        guard !thinning.keeps(episode: newest + 1) else { break }
        try open(newest + 1, at: steps, index)
        slots[index].isLeftOut = true
      }
      guard slots[index].isLeftOut else { break }
      slots[index].steps += 1
      steps += 1
      if steps - 1 == slots[index].lastStep, slots[index].isOver { ended.append(close(index)) }
      leap(to: end)
    }
    return ended
  }

  /// Skips a step number that its world did not use because it has no open episode; if no world has
  /// one, skips all up to `end`. False where the world has one.
  private mutating func passIdle(to end: Int) -> Bool {
    func isIdle(_ slot: Slot) -> Bool { !slot.isOpen || slot.isComplete }
    guard format.version > 1, isIdle(slots[steps % worlds]) else { return false }
    steps = slots.allSatisfy(isIdle) ? end : steps + 1
    return true
  }

  /// No episode continues across a gap.
  private mutating func skipGap(to end: Int) throws(Difference) {
    guard let gap = gaps?.end(of: steps), gap > steps else { return }
    let next = min(gap, end)
    for step in steps..<min(next, steps + worlds)
    where slots[step % worlds].isOpen && !slots[step % worlds].isComplete {
      throw Difference(
        at: step, "episode \(slots[step % worlds].number)", expected: "a row of this step",
        found: "none")
    }
    steps = next
  }

  /// If every world is in an episode that was left out, many rounds are skipped at once.
  private mutating func leap(to end: Int) {
    guard slots.allSatisfy({ $0.isOpen && $0.isLeftOut }) else { return }
    let rounds = (min(end, slots.map(\.lastStep).min() ?? end) - steps) / worlds
    guard rounds > 0 else { return }
    steps += rounds * worlds
    for index in slots.indices { slots[index].steps += rounds }
  }

  /// Counts steps without transitions.
  mutating func add(steps: Int) { self.steps += steps }

  /// Begins an episode with its numbers in the table.
  private mutating func open(_ number: Int, at step: Int, _ index: Int) throws {
    let isPart = gaps.map { number > $0.newest && number - $0.newest <= $0.parts.count } ?? false
    let before = isPart ? max(newestPart, gaps?.newest ?? 0) : newest
    guard number > before else {
      throw Difference(
        at: step, "the episode that begins", expected: "one after \(before)", found: "\(number)")
    }
    guard let row = try row(of: number), let first = row[.firstStep].int,
      let stride = row[.stride].int, let count = row[.steps].int,
      row[.return].double != nil || seed == nil && row[.return] == .null,
      let ending = row[.ending].text
    else {
      throw Difference(
        at: step, "the row of episode \(number)", expected: "one", found: "none that can be read")
    }
    // Builds texts only when needed, since there are many episodes.
    func compare(_ what: String, _ expected: Int, _ found: Int?) throws {
      guard expected != found else { return }
      throw Difference(
        at: step, "episode \(number), \(what)", expected: "\(expected)",
        found: found.map(String.init) ?? "none")
    }
    if let seed { try compare("seed", seed, row[.seed].int) }
    try compare("first step", step, first)
    try compare("stride", worlds, stride)
    guard Recording.isSound(number, first: first, stride, steps: count) else {
      throw Difference(
        at: step, "episode \(number), steps", expected: "as many as it has", found: "\(count)")
    }
    let isEnding = ["running", "terminated", "truncated"].contains(ending)
    let mayBeLeft = gaps != nil || format.version > 1
    guard isEnding || mayBeLeft && ending == Ending.interrupted.name else {
      throw Difference(
        at: step, "episode \(number), ending", expected: "running, terminated or truncated",
        found: "'\(ending)'")
    }
    let (isBytes, isNumber) = (row[.finalState].blob != nil, row[.finalState].int != nil)
    guard kinds.state == .bytes ? isBytes : isNumber else {
      throw Difference(
        at: step, "episode \(number), final state",
        expected: kinds.state == .bytes ? "bytes" : "a number",
        found: isBytes ? "bytes" : isNumber ? "a number" : "something else")
    }
    slots[index] = Slot(
      isOpen: true, number: number, lastStep: first + (count - 1) * stride,
      isOver: ending != "running")
    entries[index] = row
    if isPart { newestPart = number } else { newest = number }
    self.count += 1
  }

  private func row(of number: Int) throws(RecordingError) -> Row<EpisodeColumn>? {
    try withRecordingErrors(path) { () throws(SQLiteError) in
      try statement.bind(.integer(number), at: 1)
      defer { statement.reset() }
      return try statement.step() ? Row<EpisodeColumn>(statement.row) : nil
    }
  }

  /// Compares an episode's return with its rewards. Both were added in the same order, so they are
  /// equal to the last bit.
  private func checkReturn(_ index: Int, at step: Int) throws(Difference) {
    let (total, found) = (slots[index].total, entries[index][.return].double ?? .nan)
    if total.isNaN, entries[index][.return] == .null { return }
    guard total != found else { return }
    let first = entries[index][.firstStep].int ?? step
    throw Difference(
      in: first...step, "episode \(slots[index].number), return",
      expected: "\(total), the sum of its rewards", found: "\(found)")
  }

  /// The slots of open episodes, in the order of their last steps.
  private var openSlots: [Int] {
    (0..<worlds).map { (steps + $0) % worlds }.filter { slots[$0].isOpen && !slots[$0].isLeftOut }
  }

  /// The current states of the open episodes: from the next row, or from the table.
  func reached(
    by next: (_ step: Int, _ episode: Int) throws -> SQLiteValue?
  ) throws -> [OpenFacts] {
    try openSlots.map { index in
      // The last row of each world is less than `worlds` steps before the end.
      let after = steps + (index - steps % worlds + worlds) % worlds
      let entry = entries[index]
      return OpenFacts(
        number: slots[index].number, seed: entry[.seed], options: entry[.options],
        state: try next(after, slots[index].number) ?? entry[.finalState])
    }
  }

  /// The rows that the table has for the open episodes after these steps.
  func openRows(_ reached: [SQLiteValue]) -> [Row<EpisodeColumn>] {
    zip(openSlots, reached).map { index, state in
      var row = entries[index]
      row[.steps] = .integer(slots[index].steps)
      row[.return] = slots[index].total.isNaN ? .null : .real(slots[index].total)
      row[.ended] = .null
      row[.ending] = .text(Ending.running.name)
      row[.finalState] = state
      return row
    }
  }

  /// How many episodes are open.
  var openCount: Int { openSlots.count }

  /// After the last row: open episodes must be open in the table, with the same number of steps.
  func finish() throws(Difference) {
    for index in openSlots {
      let slot = slots[index]
      let last = entries[index][.firstStep].int.map { $0 + (slot.steps - 1) * worlds } ?? 0
      guard !slot.isOver, slot.lastStep == last else {
        throw Difference(
          at: last, "episode \(slot.number)", expected: "\(slot.steps) steps, and still running",
          found: "\(entries[index][.steps].int ?? 0) steps, \(entries[index][.ending].text ?? "")")
      }
      try checkReturn(index, at: last)
    }
  }
}
