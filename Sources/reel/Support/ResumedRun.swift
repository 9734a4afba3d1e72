import Glibc
import Recordings
import Rollouts
import Trainers

/// A recorded run that goes on from its last checkpoint, to its end or beyond.
struct ResumedRun {
  let path: String
  let plan: RunPlan
  private let recording: Recording
  private let seed: UInt64
  private let isDurable: Bool
  private let acknowledge: TrainingRun.Acknowledge?

  init(_ path: String, isDurable: Bool, acknowledge: TrainingRun.Acknowledge?) throws {
    recording = try Recording(path)
    let run = try recording.description()
    guard run.purpose == .train else {
      throw Failure.failed("\(path) is an evaluation: there is nothing to train on with")
    }
    self.path = path
    plan = try RunPlan(run)
    seed = run.seed
    self.isDurable = isDurable
    self.acknowledge = acknowledge
  }

  /// How much longer a run shall be than it was planned.
  struct Extension {
    /// The number of steps, or of episodes, in all.
    var steps: Int?
    var episodes: Int?
    /// Other settings from there on.
    var overrides: [String] = []

    var isEmpty: Bool { steps == nil && episodes == nil && overrides.isEmpty }
  }

  /// What became of a run, and whether anything was left to do.
  struct Outcome {
    var result: TrainingRun.Result
    var wentOn: Bool
  }

  /// Goes on until all is done; a finished run only where it is extended.
  func run(
    _ more: Extension, _ progress: (TrainingProgress) -> Void
  ) throws -> Outcome {
    let start = monotonicSeconds()
    var trainer = try resumed(plan)
    var wentOn = false
    if try !trainer.isComplete || trainer.step < recording.stepCount() {
      try goOn(&trainer, nil, progress)
      wentOn = true
    }
    if !more.isEmpty && trainer.isComplete {
      let extended = try plan.extended(by: more, steps: trainer.step, episodes: trainer.episodes)
      trainer = try resumed(extended)
      guard !trainer.isComplete else {
        throw Failure.usage(
          "\(path) has \(count(trainer.step)) steps and \(count(trainer.episodes)) episodes already",
          "give more")
      }
      try goOn(&trainer, extended, progress)
      wentOn = true
    }
    return Outcome(
      result: try TrainingRun.Result(path, seed: seed, trainer, since: start), wentOn: wentOn)
  }

  /// A trainer that stands where the last checkpoint was kept.
  private func resumed(_ plan: RunPlan) throws -> any Trainer {
    guard let checkpoint = try recording.finalCheckpoint() else {
      throw Failure.failed("\(path) is damaged: it has no checkpoint")
    }
    var trainer = try plan.trainer(seed: seed)
    do {
      try trainer.resume(from: checkpoint) { try recording.steps(in: $0).map(\.transition) }
    } catch let error as SafetensorsError {
      throw Failure.failed(
        "\(path) is damaged: the checkpoint of step \(checkpoint.step): \(error)")
    }
    return trainer
  }

  private func goOn(
    _ trainer: inout any Trainer, _ extended: RunPlan?, _ progress: (TrainingProgress) -> Void
  ) throws {
    let writer = try RecordingWriter(
      resuming: path, from: trainer.step, configuration: extended?.configuration,
      options: RecordingOptions(durable: isDurable))
    try trainer.train(recording: writer, acknowledge, progress)
  }
}

extension RunPlan {
  /// The plan with other settings from a moment on, by which a run has so many steps and episodes.
  ///
  /// Where the number of steps or episodes that the run was planned by grows, schedules stretch with it. A
  /// run by episodes that shall have so many steps keeps what its schedules came to.
  fileprivate func extended(
    by more: ResumedRun.Extension, steps: Int, episodes: Int
  ) throws -> RunPlan {
    var plan = self
    var given: [(name: String, value: String)] = []
    if let total = more.episodes { given.append(("episodes", "\(total)")) }
    if let total = more.steps {
      given.append(("steps", "\(total)"))
      if more.episodes == nil, plan.learner.isByEpisodes {
        // An episode has a step at least.
        given.append(("episodes", "\(episodes + max(1, total - steps))"))
        plan.learner.holdSchedules(from: episodes)
      }
    } else if more.episodes != nil {
      // A limit of steps that was met is one no more.
      given.append(("steps", "0"))
    }
    do {
      for (name, value) in try given + more.overrides.map(Self.override) {
        guard try plan.learner.set(name, to: value) else {
          throw Failure.usage(
            "'\(name)' is no setting of the trainer",
            "a world's rules cannot change; reel fork begins another run")
        }
      }
    } catch let error as SettingError {
      throw Failure.usage("\(error)")
    }
    return plan
  }
}
