package import Rollouts
internal import SQLite

/// One transition as a recording tells it.
package struct RecordedStep: Sendable, Equatable {
  /// Steps count from 0 over the whole run.
  package var step: Int
  /// Episodes count from 1.
  package var episode: Int
  /// The step's place in its episode, from 0.
  package var t: Int
  package var state: Value
  package var action: Value
  package var reward: Double
  package var next: Value
  /// How the episode stood after this step.
  package var ending: Ending

  /// The step as a trainer told it.
  package var transition: Transition {
    Transition(
      episode: episode, state: state, action: action, reward: reward, next: next, ending: ending)
  }
}

extension Recording {
  /// How many steps the recording has, the number of its last one plus one. Where steps are no
  /// transitions, its batches count them.
  package func stepCount() throws(RecordingError) -> Int {
    var last = try rows("SELECT max(step) FROM transitions").first?.first?.int
    if last == nil, try !description().hasTransitions {
      last = try rows("SELECT max(last_step) FROM batches WHERE last_step >= 0").first?.first?.int
    }
    guard let last else { return 0 }
    guard last >= 0, last < 1 << 53 else { throw .damaged(path, "a step has number \(last)") }
    return last + 1
  }

  /// The first step that there is from a number on.
  func firstStep(from step: Int) throws(RecordingError) -> Int? {
    try rows("SELECT min(step) FROM transitions WHERE step >= ?", .integer(step)).first?[0].int
  }

  /// Calls `body` with each transition of a range of steps, in order.
  package func forEachStep(
    in range: Range<Int>, _ body: (RecordedStep) throws -> Void
  ) throws {
    try database.transaction(
      .reading,
      { () throws(any Error) in
        try deliver(StepBlocks(self, steps: range), body)
      }, orThrow: { RecordingError($0, path: path) })
  }

  /// Calls `body` with each transition of an episode, in order.
  package func forEachStep(
    of episode: Episode, _ body: (RecordedStep) throws -> Void
  ) throws {
    try database.transaction(
      .reading,
      { () throws(any Error) in
        // It may have gone on since it was read.
        let now = try episodes(from: episode.number, through: episode.number).first
        guard let now else {
          throw RecordingError(.absent, "\(path) has no episode \(episode.number)")
        }
        if let thinning = try thinning(), !thinning.keeps(episode: now.number) {
          throw RecordingError(
            .absent, "\(path) is a thinned copy, which lacks the steps of episode \(now.number)")
        }
        try deliver(StepBlocks(self, episode: now), body)
      }, orThrow: { RecordingError($0, path: path) })
  }

  /// The transitions of a range of steps.
  package func steps(in range: Range<Int>) throws -> [RecordedStep] {
    var steps: [RecordedStep] = []
    try forEachStep(in: range) { steps.append($0) }
    return steps
  }

  /// The transitions of an episode.
  package func steps(of episode: Episode) throws -> [RecordedStep] {
    var steps: [RecordedStep] = []
    try forEachStep(of: episode) { steps.append($0) }
    return steps
  }

  /// All states of an episode, the first and the last included: one more than it has steps.
  package func states(of episode: Episode) throws -> [Value] {
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
    let (state, action) = (rows.kind(2), rows.kind(3))
    while try blocks.advance() {
      for row in 0..<blocks.count {
        try body(
          RecordedStep(
            step: rows.int(row, 0), episode: rows.int(row, 1), t: unsafe blocks.t[row],
            state: rows.value(of: unsafe rows.column(2)[row], kind: state),
            action: rows.value(of: unsafe rows.column(3)[row], kind: action),
            reward: rows.real(row, 4),
            next: rows.value(of: unsafe blocks.next[row], kind: state),
            ending: Ending(rawValue: unsafe blocks.ending[row]) ?? .running))
      }
    }
  }

  /// Whether states and actions are numbers or bytes; one row tells it for all.
  func kinds() throws(RecordingError) -> (state: Columns.Kind, action: Columns.Kind) {
    let row = try rows("SELECT typeof(state), typeof(action) FROM transitions LIMIT 1").first
    let kinds = row?.map { $0.text == "blob" ? Columns.Kind.bytes : .integer }
    return (kinds?[0] ?? .integer, kinds?[1] ?? .integer)
  }
}
