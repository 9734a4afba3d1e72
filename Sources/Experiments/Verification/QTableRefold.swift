import Recordings
import Rollouts

/// Rebuilds the Q-table from the log and compares every recorded table with it, bit for bit.
struct QTableRefold {
  /// How many tables were the same; nil if the run has none.
  private(set) var tables: Int?
  /// The first difference.
  private(set) var difference: Difference?

  init(_ recording: Recording, _ progress: (Double) throws -> Void) throws {
    guard try recording.checkpoint(at: 0)?.kind == QTable.checkpointKind else { return }
    let steps = try recording.checkpointSteps()
    var count = 0
    do {
      // Starts from the table of step 0; later ones are only read to compare them.
      try recording.forEachQTable(at: steps) { step, table in
        guard let checkpoint = try recording.checkpoint(at: step) else { return }
        try Self.compare(QTable(checkpoint), with: table, at: step)
        count += 1
        try progress(Double(count) / Double(steps.count))
      }
      tables = count
    } catch let found as Difference {
      difference = found
    }
  }

  private static func compare(
    _ recorded: QTable, with folded: QTable, at step: Int
  ) throws(Difference) {
    guard recorded != folded else { return }
    let what = "the Q-table after \(step) steps"
    guard recorded.states == folded.states, recorded.actions == folded.actions else {
      throw Difference(
        at: step, what, expected: "\(folded.states) × \(folded.actions) values",
        found: "\(recorded.states) × \(recorded.actions)")
    }
    for state in 0..<folded.states {
      for action in 0..<folded.actions {
        let (expected, found) = (folded.value(state, action), recorded.value(state, action))
        guard expected != found else { continue }
        throw Difference(
          at: step, "\(what), state \(state), action \(action)",
          expected: "\(expected), computed from its steps", found: "\(found)")
      }
    }
    throw Difference(
      at: step, "\(what), visits", expected: "those of its steps", found: "others")
  }
}
