public import Rollouts
internal import SQLite

/// One update of a Q-table, recomputed from the log.
package struct QUpdate: Sendable, Equatable {
  package var step: Int
  package var episode: Int
  package var state: Int
  package var action: Int
  package var reward: Double
  package var next: Int
  /// The status of the episode after the step.
  package var ending: Ending
  /// The learning rate of the update.
  package var alpha: Double
  /// The action's value before and after.
  package var before: Double
  package var after: Double

  /// An update.
  package init(
    step: Int, episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending,
    alpha: Double, before: Double, after: Double
  ) {
    self.step = step
    self.episode = episode
    self.state = state
    self.action = action
    self.reward = reward
    self.next = next
    self.ending = ending
    self.alpha = alpha
    self.before = before
    self.after = after
  }
}

extension Recording {
  /// The learning rule that the author of the run declared; nil in Reel's own runs, whose settings
  /// define it.
  package func declaredRule() throws(RecordingError) -> QTableRule? {
    guard let text = try runKeys()["learning"]?.text else { return nil }
    guard let rule = (try? JSON(parsing: text)).flatMap(QTableRule.init(declared:)) else {
      throw .damaged(path, "it declares an unknown learning rule: \(text)")
    }
    return rule
  }

  /// Whether the table at any step follows from the steps: for another program's run, only if its
  /// author declared the learning rule.
  package func foldsTable() throws(RecordingError) -> Bool {
    if try declaredRule() != nil { return true }
    return try runKeys()["program"]?.text ?? "reel" == "reel"
  }

  /// The Q-table after a number of steps, with the same bits as the trainer's: computed from the
  /// nearest checkpoint and the recorded steps since. Without checkpoints, it starts from step 0.
  public func qTable(
    at step: Int, usingCheckpoints: Bool = true
  ) throws(RecordingError) -> QTable {
    try reading { () throws(RecordingError) in
      var fold = try QTableFold(self, at: step, usingCheckpoints: usingCheckpoints)
      try fold.advance(to: step)
      return fold.table
    }
  }

  /// Calls `body` with the Q-table after each of some numbers of steps, which must not decrease.
  public func forEachQTable(
    at steps: [Int], _ body: (Int, QTable) throws -> Void
  ) throws {
    try forEachQTable(at: steps, observing: nil, body)
  }

  /// The same; `observe` gets the updates on the way, many at a time.
  package func forEachQTable(
    at steps: [Int], observing observe: (([QUpdate]) -> Void)?,
    _ body: (Int, QTable) throws -> Void
  ) throws {
    guard let first = steps.first else { return }
    try database.transaction(
      .reading,
      { () throws(any Error) in
        var fold = try QTableFold(self, at: first, usingCheckpoints: true)
        for step in steps {
          try fold.advance(to: step, observing: observe)
          try body(step, fold.table)
        }
      }, orThrow: { RecordingError($0, path: path) })
  }

  /// Calls `body` with the updates before a step, earliest first and many at a time.
  package func forEachQUpdates(
    before step: Int, _ body: @escaping ([QUpdate]) -> Void
  ) throws(RecordingError) {
    try reading { () throws(RecordingError) in
      var fold = try QTableFold(self, at: 0, usingCheckpoints: true)
      try fold.advance(to: step, observing: body)
    }
  }

  /// All updates of a state before a step, earliest first.
  package func qUpdates(of state: Int, before step: Int) throws(RecordingError) -> [QUpdate] {
    try reading { () throws(RecordingError) in
      var updates: [QUpdate] = []
      var fold = try QTableFold(self, at: 0, usingCheckpoints: true)
      try fold.advance(to: step, only: state) { updates += $0 }
      return updates
    }
  }

  /// The last updates of a state before a step, earliest first.
  package func qUpdates(
    of state: Int, before step: Int, last count: Int
  ) throws(RecordingError) -> [QUpdate] {
    try reading { () throws(RecordingError) in
      let found = try rows(
        of: TransitionColumn.self, only: [.step],
        "WHERE step < ? AND state = ? ORDER BY step DESC LIMIT ?",
        .integer(step), .integer(state), .integer(max(0, count)))
      guard let last = found.first?[.step].int, let first = found.last?[.step].int else {
        return []
      }
      var fold = try QTableFold(self, at: first, usingCheckpoints: true)
      try fold.advance(to: first)
      var updates: [QUpdate] = []
      try fold.advance(to: last + 1, only: state) { updates += $0 }
      return updates
    }
  }
}

/// A table that follows the log.
private struct QTableFold {
  private let recording: Recording
  private let sessions: [Session]
  private let learns: Bool
  /// The learning rule that the author of another program's recording declared.
  private let declared: QTableRule?
  private(set) var table: QTable
  private var step: Int

  init(
    _ recording: Recording, at target: Int, usingCheckpoints: Bool
  ) throws(RecordingError) {
    self.recording = recording
    sessions = try recording.sessions()
    let purpose = try recording.runKeys()["purpose"]?.text.flatMap(RunPurpose.init(rawValue:))
    learns = purpose ?? .train == .train
    declared = try recording.declaredRule()
    let found =
      usingCheckpoints
      ? try recording.checkpoint(atOrBefore: target) : try recording.checkpoint(at: 0)
    guard let found else {
      throw .damaged(recording.path, "it has no checkpoint at or before step \(target)")
    }
    guard found.kind == QTable.checkpointKind else {
      throw RecordingError(
        .absent, "\(recording.path) has no Q-table: its trainer learns a \(found.kind)")
    }
    do {
      table = try QTable(found)
    } catch {
      throw .damaged(recording.path, "the checkpoint of step \(found.step): \(error)")
    }
    step = found.step
  }

  /// Advances to the table after `target` steps; `body` gets the updates on the way, or those of
  /// one state.
  mutating func advance(
    to target: Int, only state: Int? = nil, observing body: (([QUpdate]) -> Void)? = nil
  ) throws(RecordingError) {
    guard learns else { return }
    if step < target { try recording.requireEveryStep(for: "a Q-table between its checkpoints") }
    while step < target {
      // The settings in force are those of the last session that began at or before the step.
      let later = sessions.map(\.firstStep).filter { $0 > step }.min() ?? .max
      let session = sessions.last { $0.firstStep <= step }
      guard let rule = declared ?? session.flatMap({ QTableRule(configuration: $0.configuration) })
      else {
        guard try recording.foldsTable() else {
          throw RecordingError(
            .absent,
            "\(recording.path) does not declare its learning rule, so only the tables in its"
              + " checkpoints are known")
        }
        throw .damaged(recording.path, "its configuration lacks α, γ or the number of episodes")
      }
      let end = min(target, later)
      let blocks = try StepBlocks(recording, steps: step..<end)
      guard blocks.kinds == ValueKinds() else {
        throw .damaged(recording.path, "a Q-table's states and actions must be numbers")
      }
      var updates = RuleUpdates(rule: rule)
      while try blocks.advance() {
        let isFitting = updates.apply(blocks, to: &table, only: state, keeping: body != nil)
        if !updates.kept.isEmpty { body?(updates.kept) }
        guard isFitting else {
          throw .damaged(
            recording.path, "a step has a state or an action that its Q-table does not have")
        }
      }
      step = end
    }
  }

  /// The updates of a stretch with a single rule.
  private struct RuleUpdates {
    let rule: QTableRule
    var episode = Int.min
    var alpha = 0.0
    /// The updates of the last block.
    private(set) var kept: [QUpdate] = []

    init(rule: QTableRule) { self.rule = rule }

    /// Applies the updates of a block, and keeps all or those of one state; false where a row does
    /// not fit the table.
    mutating func apply(
      _ blocks: StepBlocks, to table: inout QTable, only wanted: Int?, keeping keeps: Bool
    ) -> Bool {
      kept.removeAll(keepingCapacity: true)
      let (states, actions) = (UInt64(table.states), UInt64(table.actions))
      let rows = blocks.rows
      let terminated = Ending.terminated.rawValue
      let (episodeOf, stateOf) = unsafe (rows.column(.episode), rows.column(.state))
      let (actionOf, rewardOf) = unsafe (rows.column(.action), rows.column(.reward))
      return table.withUpdates { updates in
        for row in 0..<blocks.count {
          let (state, action) = unsafe (stateOf[row], actionOf[row])
          let next = unsafe blocks.next[row]
          guard state < states, action < actions, next < states else { return false }
          let number = unsafe Int(Int64(bitPattern: episodeOf[row]))
          if number != episode {
            episode = number
            alpha = rule.alpha(episode: number)
          }
          let before = !keeps ? 0 : updates.value(Int(state), Int(action))
          let reward = unsafe Double(bitPattern: rewardOf[row])
          let ending = unsafe blocks.ending[row]
          if rule.form == .blend {
            updates.update(
              Int(state), Int(action), reward: reward, next: Int(next),
              terminated: ending == terminated, alpha: alpha, gamma: rule.gamma)
          } else {
            updates.updateByError(
              Int(state), Int(action), reward: reward, next: Int(next),
              terminated: ending == terminated, alpha: alpha, gamma: rule.gamma)
          }
          if keeps, wanted == nil || wanted == Int(state) {
            kept.append(
              QUpdate(
                step: rows.int(row, .step), episode: number, state: Int(state), action: Int(action),
                reward: reward, next: Int(next),
                ending: Ending(rawValue: ending) ?? .running, alpha: alpha, before: before,
                after: updates.value(Int(state), Int(action))))
          }
        }
        return true
      }
    }
  }
}
