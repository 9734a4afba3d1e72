public import Rollouts
internal import SQLite

/// One transition of a recording.
public struct RecordedStep: Sendable, Equatable {
  /// Steps count from 0 over the whole run.
  public var step: Int
  /// Episodes count from 1.
  public var episode: Int
  /// The step's index in its episode, from 0.
  public var t: Int
  /// The state that the action was chosen in.
  public var state: Value
  /// The action taken.
  public var action: Value
  /// The reward.
  public var reward: Double
  /// The next state.
  public var next: Value
  /// The status of the episode after this step.
  public var ending: Ending

  /// The step as a trainer records it.
  public var transition: Transition {
    Transition(
      episode: episode, state: state, action: action, reward: reward, next: next, ending: ending)
  }
}

extension Recording {
  /// How many steps the recording has: the number of its last one plus one. If steps are not
  /// transitions, the batches count them.
  public func stepCount() throws(RecordingError) -> Int {
    var last = try value("SELECT max(step) FROM transitions")?.int
    if format.version > 1 {
      // Step numbers that no world used may follow the last transition.
      let batch = try value("SELECT last_step FROM batches ORDER BY rowid DESC LIMIT 1")?.int
      last = max(last ?? -1, batch ?? -1)
    } else if last == nil, try !description().hasTransitions {
      last = try value("SELECT max(last_step) FROM batches WHERE last_step >= 0")?.int
    }
    guard let last else { return 0 }
    guard last >= -1, last < 1 << 53 else { throw .damaged(path, "a step has number \(last)") }
    return last + 1
  }

  /// The first existing step from a number on.
  func firstStep(from step: Int) throws(RecordingError) -> Int? {
    try value("SELECT min(step) FROM transitions WHERE step >= ?", .integer(step))?.int
  }

  /// The last existing step up to a number, otherwise the first after it; nil where there is none.
  /// Vector environments skip numbers, and thinned copies lack steps.
  package func nearestStep(to step: Int) throws(RecordingError) -> Int? {
    let last = try value("SELECT max(step) FROM transitions WHERE step <= ?", .integer(step))?.int
    if let last { return last }
    return try firstStep(from: step)
  }

  /// Calls `body` with each transition of a range of steps, in order.
  public func forEachStep(
    in range: Range<Int>, _ body: (RecordedStep) throws -> Void
  ) throws {
    try database.transaction(
      .reading,
      { () throws(any Error) in
        try deliver(StepBlocks(self, steps: range), body)
      }, orThrow: { RecordingError($0, path: path) })
  }

  /// Calls `body` with each transition of an episode, in order.
  public func forEachStep(
    of episode: Episode, _ body: (RecordedStep) throws -> Void
  ) throws {
    try database.transaction(
      .reading,
      { () throws(any Error) in
        // The episode may have continued since it was read.
        let now = try episodes(from: episode.number, through: episode.number).first
        guard let now else {
          throw RecordingError(.absent, "\(path) has no episode \(episode.number)")
        }
        if let thinning = try thinning(), !thinning.keeps(episode: now.number) {
          throw RecordingError(
            .absent, "\(try lackingSteps()), those of episode \(now.number) included")
        }
        try deliver(StepBlocks(self, episode: now), body)
      }, orThrow: { RecordingError($0, path: path) })
  }

  /// The transitions of a range of steps.
  public func steps(in range: Range<Int>) throws -> [RecordedStep] {
    var steps: [RecordedStep] = []
    try forEachStep(in: range) { steps.append($0) }
    return steps
  }

  /// The transitions of an episode.
  public func steps(of episode: Episode) throws -> [RecordedStep] {
    var steps: [RecordedStep] = []
    try forEachStep(of: episode) { steps.append($0) }
    return steps
  }

  /// All states of an episode, including the first and the last: one more than its steps.
  public func states(of episode: Episode) throws -> [Value] {
    var states: [Value] = []
    try forEachStep(of: episode) { step in
      if states.isEmpty { states.append(step.state) }
      states.append(step.next)
    }
    return states
  }

  private func deliver(
    _ blocks: StepBlocks, _ body: (RecordedStep) throws -> Void
  ) throws {
    let rows = blocks.rows
    let (state, action) = (rows.kind(.state), rows.kind(.action))
    let (states, actions) = unsafe (rows.column(.state), rows.column(.action))
    while try blocks.advance() {
      for row in 0..<blocks.count {
        try body(
          RecordedStep(
            step: rows.int(row, .step), episode: rows.int(row, .episode),
            t: unsafe blocks.t[row],
            state: rows.columns.value(of: unsafe states[row], kind: state),
            action: rows.columns.value(of: unsafe actions[row], kind: action),
            reward: rows.real(row, .reward),
            next: rows.columns.value(of: unsafe blocks.next[row], kind: state),
            ending: Ending(rawValue: unsafe blocks.ending[row]) ?? .running))
      }
    }
  }

  /// Whether states and actions are numbers or bytes, as one row shows for all.
  func kinds() throws(RecordingError) -> ValueKinds {
    if format.version > 1 { return format.kinds }
    func kind(_ column: TransitionColumn) throws(RecordingError) -> Columns.Kind {
      let type = try value("SELECT typeof(\(column.label)) FROM transitions LIMIT 1")
      return type?.text == "blob" ? .bytes : .integer
    }
    return ValueKinds(state: try kind(.state), action: try kind(.action))
  }
}
