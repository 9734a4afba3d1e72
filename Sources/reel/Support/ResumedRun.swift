import Glibc
import Recordings
import Rollouts
import Trainers
import Worlds

/// A recorded run that goes on from its last checkpoint, to its end or beyond.
struct ResumedRun {
  let path: String
  let plan: any TrainingPlan
  private let seed: UInt64
  private let isDurable: Bool
  private let acknowledge: TrainingRun.Acknowledge?

  init(_ path: String, isDurable: Bool, acknowledge: TrainingRun.Acknowledge?) throws {
    let recording = try Recording(path)
    try recording.requireEveryStep(for: "training on")
    let run = try recording.description()
    guard run.purpose == .train else {
      throw Failure.failed("\(path) is an evaluation: there is nothing to train on with")
    }
    self.path = path
    plan = try trainingPlan(run)
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

    /// As it is typed.
    var words: String {
      (steps.map { " --until \($0)" } ?? "") + (episodes.map { " --episodes \($0)" } ?? "")
    }
  }

  /// What became of a run, and whether anything was left to do.
  struct Outcome {
    var result: TrainingRun.Result
    var wentOn: Bool
    /// Whether it went on as far as it was planned, and beyond.
    var isExtended = false
  }

  /// Goes on until all is done; a finished run only where it is extended.
  func run(
    _ more: Extension, _ progress: (TrainingProgress) -> Void
  ) throws -> Outcome {
    let start = monotonicSeconds()
    var trainer = try resumed(plan)
    var wentOn = false
    var isExtended = false
    if !more.overrides.isEmpty, !trainer.isComplete {
      throw Failure.usage(
        "\(path) has not come to its end, where settings can change",
        "reel train --resume \(path) goes on, reel fork \(path) --at end --set … begins another")
    }
    if try !trainer.isComplete || trainer.step < Recording(path).stepCount() {
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
      isExtended = true
    }
    return Outcome(
      result: try TrainingRun.Result(path, seed: seed, trainer, since: start), wentOn: wentOn,
      isExtended: isExtended)
  }

  /// Goes on, and tells the console of it.
  func run(_ more: Extension, _ console: Console) throws -> ExitCode {
    Interruption.watch()
    var bar = ProgressBar("training \(plan.name)", console)
    defer { bar.finish() }
    let outcome = try run(more) { now in
      bar.update(now.share, now.words)
    }
    bar.finish()
    if console.isJSON {
      console.print(outcome.result.json)
    } else {
      console.print(outcome.result.path)
    }
    if !outcome.wentOn { console.note("it was complete already; --until STEPS trains on") }
    return TrainingRun.end(
      [outcome.result], console, furtherBy: outcome.isExtended ? "" : more.words)
  }

  /// A trainer that stands where the last checkpoint was kept.
  private func resumed(_ plan: any TrainingPlan) throws -> any Trainer {
    // Let go of before the writer closes, which leaves one file where nobody else has it open.
    let recording = try Recording(path)
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
    _ trainer: inout any Trainer, _ extended: (any TrainingPlan)?,
    _ progress: (TrainingProgress) -> Void
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
  func extended(
    by more: ResumedRun.Extension, steps: Int, episodes: Int
  ) throws -> RunPlan {
    try changed(by: more, steps: steps, episodes: episodes, mayChangeRules: false)
  }

  func forked(
    by more: ResumedRun.Extension, steps: Int, episodes: Int
  ) throws -> RunPlan {
    try changed(by: more, steps: steps, episodes: episodes, mayChangeRules: true)
  }

  private func changed(
    by more: ResumedRun.Extension, steps: Int, episodes: Int, mayChangeRules: Bool
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
      given += try more.overrides.map(Self.override)
      if mayChangeRules { given = try plan.applyRules(given) }
      for (name, value) in given {
        guard try plan.learner.set(name, to: value) else {
          throw Failure.usage(
            "'\(name)' is no setting of the trainer\(mayChangeRules ? " nor a rule of the world" : "")",
            mayChangeRules
              ? "reel train \(plan.world.description.name) --settings lists them"
              : "a world's rules cannot change; reel fork begins another run")
        }
      }
    } catch let error as SettingError {
      throw Failure.usage("\(error)")
    }
    return plan
  }

  /// Sets the rules among some settings, where states and actions stay what they are; the others.
  private mutating func applyRules(
    _ given: [(name: String, value: String)]
  ) throws -> [(name: String, value: String)] {
    let before = world.description
    let others = try world.apply(given)
    guard world.description == before else {
      throw Failure.usage("with these rules the recorded states would mean something else")
    }
    world = try world.withPhysics()
    return others
  }
}
