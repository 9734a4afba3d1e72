package import Recordings
import Rollouts
import Trainers

/// A recorded run, trained again from its seed and its settings and compared on the way. If the
/// settings changed, it continues from the recorded checkpoint, which the part before must reproduce.
package struct Retraining {
  private let recording: Recording
  private let seed: UInt64
  private var parts: [Part] = []
  private let description: Difference?
  /// Why another result would not mean that the recording was changed; nil if it would.
  package let warning: String?

  /// Steps that were made with the same settings.
  private struct Part {
    let plan: TrainingPlan
    let steps: Range<Int>
    /// The first step made only with these settings.
    let firstNew: Int
  }

  /// A run that can be trained again; only training can.
  package init(_ recording: Recording, in catalog: Catalog = .builtIn) throws {
    try recording.requireEveryStep(for: "training again")
    var run = try recording.description()
    guard run.purpose == .train else {
      throw RunError.request(
        "only training can be repeated, and this is \(run.purpose.phrase)")
    }
    self.recording = recording
    seed = run.seed
    let end = try recording.stepCount()
    let settings = try recording.settings()
    let ends = settings.dropFirst().map(\.from) + [end]
    for ((start, configuration), end) in zip(settings, ends) {
      run.configuration = configuration
      let session = try recording.sessions().first { $0.configuration == configuration }
      parts.append(
        Part(
          plan: try catalog.plan(of: run), steps: start..<max(start, end),
          firstNew: start == 0 ? 0 : (session?.firstStep ?? start) + 1))
    }
    warning = try recording.warning(of: parts.first?.plan.arithmetic)
    description = try Self.difference(in: run, in: catalog)
  }

  /// What the recording says about its run and the program would not; nil if there is no difference.
  private static func difference(
    in run: RunDescription, in catalog: Catalog
  ) throws -> Difference? {
    let plan = try catalog.plan(of: run)
    try plan.requireOwnTrainer(for: "trained again")
    let known = plan.description(seed: run.seed)
    let presets = try catalog.presets(of: known.world.name).filter {
      $0.trainerName == run.trainer
    }
    if !presets.contains(where: { $0.name == run.preset }) {
      return Difference(
        "the preset", expected: presets.map(\.name).joined(separator: " or "), found: run.preset)
    }
    func text(_ actions: [ActionMeaning]) -> String {
      actions.map { "\($0.name) (\($0.dx), \($0.dy))" }.joined(separator: ", ")
    }
    guard known.world.actions == run.world.actions else {
      return Difference(
        "the actions", expected: text(known.world.actions), found: text(run.world.actions))
    }
    guard known.world.mapName == run.world.mapName else {
      return Difference(
        "the map's name", expected: known.world.mapName, found: run.world.mapName)
    }
    guard known.worlds == run.worlds else {
      return Difference(
        "the worlds side by side", expected: "\(known.worlds)", found: "\(run.worlds)")
    }
    return nil
  }

  /// Trains as far as the recording goes; returns the first step or checkpoint that differs, or nil.
  package func firstDifference(progress: ProgressHandler) throws -> Difference? {
    if let description { return description }
    let end = max(1, parts.last?.steps.upperBound ?? 1)
    for part in parts {
      let difference = try firstDifference(in: part) { step in
        progress(Double(step) / Double(end), "\(step) steps")
      }
      if let difference { return difference }
    }
    return nil
  }

  private func firstDifference(
    in part: Part, _ goOn: (Int) -> Bool
  ) throws -> Difference? {
    let (start, end) = (part.steps.lowerBound, part.steps.upperBound)
    do {
      let isLast = end == parts.last?.steps.upperBound
      let metrics = part.firstNew...max(part.firstNew, isLast ? end : end - 1)
      let comparison = try RecordingComparison(
        recording, from: start, to: end, metrics: metrics)
      let kept = try recording.checkpoint(at: start)
      if let kept { try refusingSettings { try part.plan.settings.check(kept) } }
      var trainer = try part.plan.trainer(seed: seed)
      if start > 0, let kept { try trainer.resume(from: kept, history: recording.history) }
      // The next part begins with a checkpoint, which this part must reproduce.
      if !isLast { trainer.stopStep = end }
      let step = try train(trainer, into: comparison, goOn)
      guard step < end else { return nil }
      return Difference(at: step, "the step", expected: "none: the run is over", found: "one")
    } catch is RecordingComparison.AtEnd {
      return nil
    } catch let difference as Difference {
      return difference
    }
  }

  /// Trains to the end and returns the number of steps.
  private func train<T: Trainer>(
    _ trainer: T, into comparison: RecordingComparison, _ goOn: (Int) -> Bool
  ) throws -> Int {
    var (trainer, comparison) = (trainer, comparison)
    if trainer.step == 0 { try comparison.record(trainer.initialCheckpoint) }
    var isWanted = true
    do {
      try trainer.train(into: &comparison, now: { 0 }) { now in
        isWanted = goOn(now.step)
        return isWanted
      }
    } catch let error as RecordingComparison.AtEnd {
      try comparison.finish(isOver: false)
      throw error
    }
    guard isWanted else { throw RunError.cancelled }
    try comparison.finish(isOver: true)
    return trainer.step
  }
}
