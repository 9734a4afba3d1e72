package import Recordings
package import Rollouts

/// The world in force from a step on: rules may change when a run is resumed.
package struct WorldInForce: Sendable {
  package var firstStep: Int
  package var world: any World

  /// A world from a step on.
  package init(firstStep: Int, world: any World) {
    (self.firstStep, self.world) = (firstStep, world)
  }
}

/// The result of checking a recording, with the first difference.
package struct RecordingProof: Sendable {
  /// The stages, in this order.
  package enum Part: String, Sendable {
    case reading, replaying, folding
  }

  /// The result for its rows, hashes and pages.
  package private(set) var audit: AuditReport
  /// How many steps were reproduced; nil if none was repeated.
  package private(set) var replayedSteps: Int?
  /// The episode whose first state only the parent recording knows; nil if all are checked.
  package private(set) var givenStart: Int?
  /// How many recorded Q-tables equal those computed from the log.
  package private(set) var tables: Int?
  /// The first difference.
  package private(set) var difference: Difference?

  /// Checks a recording: its rows and hashes; with `worlds` also that each step leads where their worlds
  /// lead, and that its Q-tables follow from its steps. If `progress` returns false, it stops.
  package init(
    of recording: Recording, in worlds: [WorldInForce]? = nil,
    progress: ProgressHandler = { _, _ in true }
  ) throws {
    func report(_ part: Part, _ share: Double) throws {
      guard progress(share, part.rawValue) else { throw RunError.cancelled }
    }
    audit = try recording.audit { try report(.reading, $0) }
    difference = audit.difference
    guard let worlds else { return }
    if let found = difference {
      // The hash of a batch identifies only the batch; the world may identify the step.
      guard let last = found.steps?.upperBound else { return }
      let replay = try? StepReplay(recording, worlds, steps: 0..<last + 1) {
        try report(.replaying, $0)
      }
      difference = replay?.difference ?? found
      return
    }
    let replay = try StepReplay(recording, worlds, steps: 0..<audit.steps) {
      try report(.replaying, $0)
    }
    (replayedSteps, difference, givenStart) = (replay.steps, replay.difference, replay.givenStart)
    guard difference == nil else { return }
    let refold = try QTableRefold(recording) { try report(.folding, $0) }
    (tables, difference) = (refold.tables, refold.difference)
  }
}

extension Catalog {
  /// The worlds that a recording was made in, ready to step: one for each session with other settings
  /// than the one before.
  package func worldsInForce(in recording: Recording) throws -> [WorldInForce] {
    try recording.requireEveryStep(for: "replaying")
    var run = try recording.description()
    var worlds: [WorldInForce] = []
    var configuration: JSON?
    for session in try recording.sessions() where session.configuration != configuration {
      configuration = session.configuration
      run.configuration = session.configuration
      // If two sessions begin with the same step, the later one made it.
      if worlds.last?.firstStep == session.firstStep { worlds.removeLast() }
      let plan = try plan(of: run)
      try plan.requireOwnTrainer(for: "replayed")
      let world = try plan.world()
      worlds.append(
        WorldInForce(
          firstStep: session.firstStep, world: try refusingSettings { try world.readyToStep() }))
    }
    return worlds
  }
}
