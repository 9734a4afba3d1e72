package import Recordings
import Rollouts
package import Worlds

/// The world that steps were taken in from one on: rules may change where a run is resumed.
package struct WorldInForce: Sendable {
  package var firstStep: Int
  package var world: KnownWorld

  /// A world from a step on.
  package init(firstStep: Int, world: KnownWorld) {
    self.firstStep = firstStep
    self.world = world
  }
}

/// What was proved of a recording, and the first thing that is not so.
package struct RecordingProof: Sendable {
  /// What is proved, in this order.
  package enum Part: String, Sendable {
    case reading, replaying, folding
  }

  /// What its rows, hashes and pages said.
  package private(set) var audit: AuditReport
  /// How many steps came out as recorded; nil where none was taken again.
  package private(set) var replayedSteps: Int?
  /// How many recorded Q-tables were those that the log folds to.
  package private(set) var tables: Int?
  /// The first thing that is not as it should be.
  package private(set) var difference: Difference?

  /// Proves a recording: its rows and hashes; with `worlds` also that each step leads where their worlds
  /// lead, and that its Q-tables follow from its steps.
  package init(
    of recording: Recording, in worlds: [WorldInForce]? = nil,
    _ progress: (Part, Double) -> Void = { _, _ in }
  ) throws {
    audit = try recording.audit { progress(.reading, $0) }
    difference = audit.difference
    guard let worlds else { return }
    if let found = difference {
      // The hash of a batch names the batch; its world may name the step.
      guard let last = found.steps?.upperBound else { return }
      let replay = try? Replaying(recording, worlds, steps: 0..<last + 1) {
        progress(.replaying, $0)
      }
      difference = replay?.difference ?? found
      return
    }
    let replay = try Replaying(recording, worlds, steps: 0..<audit.steps) {
      progress(.replaying, $0)
    }
    (replayedSteps, difference) = (replay.steps, replay.difference)
    guard difference == nil else { return }
    let folding = try Folding(recording) { progress(.folding, $0) }
    (tables, difference) = (folding.tables, folding.difference)
  }
}
