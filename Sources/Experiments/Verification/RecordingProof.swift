package import Recordings
package import Rollouts

/// The world that steps were taken in from one on: rules may change where a run is resumed.
package struct WorldInForce: Sendable {
  package var firstStep: Int
  package var world: any World

  /// A world from a step on.
  package init(firstStep: Int, world: any World) {
    (self.firstStep, self.world) = (firstStep, world)
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
  /// The episode whose first state only the recording that it went on from knows; nil where all are checked.
  package private(set) var givenStart: Int?
  /// How many recorded Q-tables were those that the log folds to.
  package private(set) var tables: Int?
  /// The first thing that is not as it should be.
  package private(set) var difference: Difference?

  /// Proves a recording: its rows and hashes; with `worlds` also that each step leads where their worlds
  /// lead, and that its Q-tables follow from its steps. Where `progress` says false, it gives up.
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
      // The hash of a batch names the batch; its world may name the step.
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
  /// The worlds that a recording was made in, able to take steps: one for each session whose settings are
  /// not those of the one before.
  package func worldsInForce(in recording: Recording) throws -> [WorldInForce] {
    try recording.requireEveryStep(for: "replaying")
    var run = try recording.description()
    var worlds: [WorldInForce] = []
    var configuration: JSON?
    for session in try recording.sessions() where session.configuration != configuration {
      configuration = session.configuration
      run.configuration = session.configuration
      // Of two sessions that begin with one step the later one made it.
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
