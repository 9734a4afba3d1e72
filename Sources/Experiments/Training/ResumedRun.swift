import Neural
package import Platform
package import Recordings
import Rollouts
package import Trainers

/// A recorded run that continues from its last checkpoint, to its end or beyond.
package struct ResumedRun {
  package let path: String
  package let plan: TrainingPlan
  /// Why it may not continue as it would have without a stop; nil if it does.
  package let warning: String?
  private let recorded: RunDescription
  private let options: RecordingOptions
  private let onCommit: ((Int) -> Void)?
  private let ranks: Ranks?

  /// A training recording to continue. Of several processes only the first opens it.
  package init(
    _ path: String, in catalog: Catalog = .builtIn, options: RecordingOptions = RecordingOptions(),
    onCommit: ((Int) -> Void)? = nil, ranks: Ranks? = nil
  ) throws {
    try ranks.compareProgram(resuming: true)
    recorded = try ranks.description(in: catalog) {
      let recording = try Recording(path)
      try recording.requireEveryStep(for: "continuing")
      return try recording.trainingDescription()
    }
    plan = try catalog.plan(of: recorded)
    try plan.requireOwnTrainer(for: "continued")
    warning = ranks.isFirst ? try Recording(path).warning(of: plan.arithmetic) : nil
    (self.path, self.ranks) = (path, ranks)
    self.options = options
    self.onCommit = onCommit
  }

  /// The result, and whether anything was left to do.
  package struct Outcome {
    package var result: TrainingResult
    package var wentOn: Bool
    /// Whether it reached its planned end and continued beyond.
    package var isExtended = false
  }

  /// Continues until everything is done or `goOn` returns false; a finished run only if it is changed.
  package func run(
    _ change: PlanChange = PlanChange(), callbacks: TrainingCallbacks = TrainingCallbacks(),
    goOn: (TrainingProgress) -> Bool
  ) throws -> Outcome {
    let start = monotonicSeconds()
    let (trainer, wentOn, isExtended) = try trainOn(change, callbacks, goOn)
    var result = try TrainingResult(path, seed: recorded.seed, trainer, since: start)
    result.sharing = ranks.map { Sharing($0, trainer.rows) }
    return Outcome(result: result, wentOn: wentOn, isExtended: isExtended)
  }

  /// Computes this process's share of a run that the first process continues.
  package func follow(_ change: PlanChange = PlanChange()) throws {
    let (trainer, _, _) = try trainOn(change, TrainingCallbacks()) { _ in true }
    if let ranks { _ = Sharing(ranks, trainer.rows) }
  }

  private func trainOn(
    _ change: PlanChange, _ callbacks: TrainingCallbacks, _ goOn: (TrainingProgress) -> Bool
  ) throws -> (trainer: any Trainer, wentOn: Bool, isExtended: Bool) {
    try ranks.compare(plan, seed: recorded.seed, change)
    var trainer = try resumed(plan)
    var (wentOn, isExtended) = (false, false)
    if !change.overrides.isEmpty, !trainer.isComplete {
      throw RunError.request(
        "\(path) has not reached its end, and settings can change only there", .resumeOrFork(path))
    }
    if try ranks.agree({ try !trainer.isComplete || trainer.step < Recording(path).stepCount() }) {
      try train(&trainer, nil, callbacks, goOn)
      wentOn = true
    }
    if !change.isEmpty && trainer.isComplete {
      let extended = try plan.changed(
        by: change, steps: trainer.step, episodes: trainer.episodes, mayChangeRules: false)
      trainer = try resumed(extended)
      guard !trainer.isComplete else {
        throw RunError.request(
          "\(path) has \(NumberFormat.count(trainer.step)) steps and \(NumberFormat.count(trainer.episodes)) "
            + "episodes already: ask for more")
      }
      try train(&trainer, extended, callbacks, goOn)
      (wentOn, isExtended) = (true, true)
    }
    return (trainer, wentOn, isExtended)
  }

  /// A trainer in the state of the last checkpoint.
  private func resumed(_ plan: TrainingPlan) throws -> any Trainer {
    // Closed before the writer closes, so that a single file is left if nobody else has it open.
    let recording = ranks.isFirst ? try Recording(path) : nil
    let checkpoint = try ranks.checkpoint {
      guard let checkpoint = try recording?.finalCheckpoint() else {
        throw RunError.damaged(path, "it has no checkpoint")
      }
      return checkpoint
    }
    do {
      var trainer = try plan.trainer(seed: recorded.seed, from: checkpoint) { steps in
        try ranks.transitions { try recording?.history(steps) ?? [] }
      }
      try refusingSettings { if let ranks { try trainer.share(with: ranks) } }
      return trainer
    } catch let error as SafetensorsError {
      throw RunError.damaged(path, "the checkpoint of step \(checkpoint.step): \(error)")
    }
  }

  private func train(
    _ trainer: inout any Trainer, _ extended: TrainingPlan?, _ callbacks: TrainingCallbacks,
    _ goOn: (TrainingProgress) -> Bool
  ) throws {
    guard ranks.isFirst else {
      var nowhere = NullSink()
      return try trainer.train(into: &nowhere)
    }
    var options = options
    options.arithmetic = plan.arithmetic
    let writer = try RecordingWriter(
      resuming: path, of: recorded, from: trainer.step, configuration: extended?.configuration,
      options: options)
    let start = trainer.step
    do {
      try trainer.train(recording: writer, onCommit, callbacks, goOn)
    } catch let error as RecordingError where error.kind == .invalid && warning != nil {
      // What follows the checkpoint was computed with different arithmetic.
      throw RunError.run("\(error)", .forkAtCheckpoint(path, step: start))
    }
  }
}

extension RunPurpose {
  /// A noun for recordings of this purpose.
  var phrase: String {
    switch self {
    case .train: "training"
    case .evaluate: "an evaluation"
    case .play: "a game that was played"
    }
  }
}

extension Recording {
  /// The description of a training run; an evaluation or a game cannot be continued.
  func trainingDescription() throws -> RunDescription {
    let run = try description()
    guard run.purpose == .train else {
      throw RunError.run("\(path) is \(run.purpose.phrase): there is no training to continue")
    }
    return run
  }

  /// A warning if this program's networks round differently from those that wrote the recording; nil if not.
  func warning(of arithmetic: String?) throws -> String? {
    guard arithmetic != nil else { return nil }
    let recorded = try Set(sessions().map { $0.versions["arithmetic"]?.text })
    guard let other = recorded.first(where: { !Arithmetic.agrees(with: $0) }) else { return nil }
    return
      "the networks of \(path) were computed with other arithmetic (\(other ?? "OpenBLAS")) than "
      + "this program's (\(Arithmetic.current)): from here on numbers can differ, first in their last "
      + "digits, then in all"
  }

  /// The recorded transitions of some steps, for a trainer that continues from them.
  func history(_ steps: Range<Int>) throws -> [Transition] {
    try self.steps(in: steps).map(\.transition)
  }
}
