internal import Rollouts
internal import SQLite

/// Follows the episodes through the transitions and holds the table of episodes to them: where each
/// begins and ends, how many steps it has, and that its return is the sum of its rewards.
struct EpisodeBooks {
  /// The episode that one of the worlds plays, as its rows tell it so far.
  private struct Slot {
    var isOpen = false
    var number = 0
    var steps = 0
    var total = 0.0
    /// What the table says of it.
    var lastStep = 0
    var isOver = false
    /// Whether it has no rows, in a thinned copy.
    var isLeftOut = false
  }

  /// How many transitions were taken, and how many episodes began in them.
  private(set) var steps = 0
  private(set) var episodes = 0
  private let path: String
  private let thinning: Thinning?
  private let seed: Int
  private let worlds: Int
  /// Numbers of discrete actions are below this.
  private let actions: Int
  private let kinds: (state: Columns.Kind, action: Columns.Kind)
  private let statement: Statement
  private var slots: [Slot]
  /// The row of the table for each slot.
  private var entries: [[SQLiteValue]]
  private var newest = 0

  init(
    _ recording: Recording, _ run: RunDescription,
    _ kinds: (state: Columns.Kind, action: Columns.Kind)
  ) throws(RecordingError) {
    guard run.worlds <= 1 << 16 else {
      throw .damaged(recording.path, "\(run.worlds) worlds cannot run side by side")
    }
    path = recording.path
    thinning = try recording.thinning()
    seed = Int(run.seed)
    worlds = run.worlds
    actions = run.world.actions.isEmpty ? .max : run.world.actions.count
    self.kinds = kinds
    statement = try naming(recording.path) { () throws(SQLiteError) in
      try recording.database.prepare(
        """
        SELECT episode, seed, first_step, stride, steps, return, ending, final_state
        FROM episodes WHERE episode = ?
        """)
    }
    slots = Array(repeating: Slot(), count: worlds)
    entries = Array(repeating: [], count: worlds)
  }

  /// Takes rows of transitions in order; the table's rows of the episodes that end in them.
  mutating func take(_ rows: Columns) throws -> [[SQLiteValue]] {
    var ended: [[SQLiteValue]] = []
    for row in 0..<rows.count {
      let (step, number) = (rows.int(row, 0), rows.int(row, 1))
      if step > steps { try ended += skip(to: step) }
      guard step == steps else {
        throw Difference(at: steps, "the transition", expected: "one", found: "none")
      }
      let index = step % worlds
      if !slots[index].isOpen { try open(number, at: step, index) }
      guard number == slots[index].number else {
        throw Difference(
          at: step, "the episode of the step",
          expected: "\(slots[index].number), which has not ended", found: "\(number)")
      }
      let reward = rows.real(row, 4)
      guard reward.isFinite else {
        throw Difference(at: step, "the reward", expected: "a finite number", found: "\(reward)")
      }
      if kinds.action == .integer, !(0..<actions).contains(rows.int(row, 3)) {
        throw Difference(
          at: step, "the action", expected: "one below \(actions)", found: "\(rows.int(row, 3))")
      }
      slots[index].steps += 1
      slots[index].total += reward
      steps += 1
      if step == slots[index].lastStep, slots[index].isOver {
        ended.append(entries[index])
        try checkReturn(index, at: step)
        slots[index].isOpen = false
      }
    }
    return ended
  }

  /// Passes over steps that a thinned copy lacks, as far as they are of episodes that it left out; the
  /// table's rows of the episodes that end in them.
  mutating func skip(to end: Int) throws -> [[SQLiteValue]] {
    guard let thinning else { return [] }
    var ended: [[SQLiteValue]] = []
    while steps < end {
      let index = steps % worlds
      if !slots[index].isOpen {
        // Episodes are numbered in the order in which they begin.
        guard !thinning.keeps(episode: newest + 1) else { break }
        try open(newest + 1, at: steps, index)
        slots[index].isLeftOut = true
      }
      guard slots[index].isLeftOut else { break }
      slots[index].steps += 1
      steps += 1
      if steps - 1 == slots[index].lastStep, slots[index].isOver {
        ended.append(entries[index])
        slots[index].isOpen = false
      }
      leap(to: end)
    }
    return ended
  }

  /// Where every world is within an episode that was left out, many rounds pass at once.
  private mutating func leap(to end: Int) {
    guard slots.allSatisfy({ $0.isOpen && $0.isLeftOut }) else { return }
    let rounds = (min(end, slots.map(\.lastStep).min() ?? end) - steps) / worlds
    guard rounds > 0 else { return }
    steps += rounds * worlds
    for index in slots.indices { slots[index].steps += rounds }
  }

  /// Counts steps that are no transitions.
  mutating func pass(_ steps: Int) { self.steps += steps }

  /// Begins an episode with what the table says of it.
  private mutating func open(_ number: Int, at step: Int, _ index: Int) throws {
    guard number > newest else {
      throw Difference(
        at: step, "the episode that begins", expected: "one after \(newest)", found: "\(number)")
    }
    let row = try naming(path) { () throws(SQLiteError) in
      try statement.bind(.integer(number), at: 1)
      defer { statement.reset() }
      return try statement.step() ? statement.row : nil
    }
    guard let row, let first = row[2].int, let stride = row[3].int, let count = row[4].int,
      row[5].double != nil, let ending = row[6].text
    else {
      throw Difference(
        at: step, "the row of episode \(number)", expected: "one", found: "none that can be read")
    }
    func hold(_ what: String, _ expected: String, _ found: String) throws {
      guard expected != found else { return }
      throw Difference(at: step, "episode \(number), \(what)", expected: expected, found: found)
    }
    try hold("seed", "\(seed)", row[1].int.map(String.init) ?? "none")
    try hold("first step", "\(step)", "\(first)")
    try hold("stride", "\(worlds)", "\(stride)")
    guard Recording.isSound(number, first: first, stride, steps: count) else {
      throw Difference(
        at: step, "episode \(number), steps", expected: "so many as it has", found: "\(count)")
    }
    guard ["running", "terminated", "truncated"].contains(ending) else {
      throw Difference(
        at: step, "episode \(number), ending", expected: "running, terminated or truncated",
        found: "'\(ending)'")
    }
    try hold(
      "final state", kinds.state == .bytes ? "bytes" : "a number",
      row[7].blob != nil ? "bytes" : row[7].int != nil ? "a number" : "something else")
    slots[index] = Slot(
      isOpen: true, number: number, lastStep: first + (count - 1) * stride,
      isOver: ending != "running")
    entries[index] = row
    newest = number
    episodes += 1
  }

  /// Holds an episode's return to its rewards. Both were added up in the same order, so they are the same
  /// to the last bit.
  private func checkReturn(_ index: Int, at step: Int) throws(Difference) {
    let (total, found) = (slots[index].total, entries[index][5].double ?? .nan)
    guard total != found else { return }
    let first = entries[index][2].int ?? step
    throw Difference(
      in: first...step, "episode \(slots[index].number), return",
      expected: "\(total), the sum of its rewards", found: "\(found)")
  }

  /// Where episodes are open, in the order of their last steps.
  private var openSlots: [Int] {
    (0..<worlds).map { (steps + $0) % worlds }.filter { slots[$0].isOpen && !slots[$0].isLeftOut }
  }

  /// The states that the open episodes have reached: that of the next row, or the table's.
  func reached(
    by next: (_ step: Int, _ episode: Int) throws -> SQLiteValue?
  ) throws -> [SQLiteValue] {
    try openSlots.map { index in
      // Of each world the last row is less than `worlds` steps behind the end.
      let after = steps + (index - steps % worlds + worlds) % worlds
      return try next(after, slots[index].number) ?? entries[index][7]
    }
  }

  /// The open episodes as the table has them after these steps.
  func openRows(_ reached: [SQLiteValue]) -> [[SQLiteValue]] {
    zip(openSlots, reached).map { index, state in
      let slot = slots[index]
      return [
        .integer(slot.number), .integer(seed), entries[index][2], .integer(worlds),
        .integer(slot.steps), .real(slot.total), .text("running"), state,
      ]
    }
  }

  /// How many episodes are open.
  var open: Int { openSlots.count }

  /// Behind the last row: what is open must be open in the table, with as many steps.
  func finish() throws(Difference) {
    for index in openSlots {
      let slot = slots[index]
      let last = entries[index][2].int.map { $0 + (slot.steps - 1) * worlds } ?? 0
      guard !slot.isOver, slot.lastStep == last else {
        throw Difference(
          at: last, "episode \(slot.number)", expected: "\(slot.steps) steps, and still running",
          found: "\(entries[index][4].int ?? 0) steps, \(entries[index][6].text ?? "")")
      }
      try checkReturn(index, at: last)
    }
  }
}
