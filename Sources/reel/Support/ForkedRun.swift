import Recordings
import Rollouts
import Trainers
import Worlds

/// A run that begins at a recorded moment of another one.
struct ForkedRun {
  private let parent: Recording
  private let plan: any TrainingPlan
  private let seed: UInt64
  /// How many steps both runs share.
  private let end: Int
  /// Where the parent's learner was kept last by then.
  private let kept: Checkpoint

  init(of parent: Recording, at end: Int) throws {
    try parent.requireEveryStep(for: "a fork")
    var run = try parent.description()
    guard run.purpose == .train else {
      throw Failure.failed("\(parent.path) is an evaluation: there is nothing to train on with")
    }
    guard let kept = try parent.checkpoint(atOrBefore: end) else {
      throw Failure.failed("\(parent.path) is damaged: it has no checkpoint")
    }
    // By the settings that were in force then.
    let settings = try parent.settings().last { $0.from <= kept.step }
    run.configuration = settings?.configuration ?? run.configuration
    self.parent = parent
    self.end = end
    self.kept = kept
    plan = try trainingPlan(run)
    seed = run.seed
  }

  /// Writes the new recording up to the fork, from where `reel train --resume` trains it on.
  func write(
    to path: String, _ more: ResumedRun.Extension, force: Bool,
    _ progress: (Double, String) -> Void
  ) throws {
    let (checkpoint, episodes) = try learned { progress($0, "learning again") }
    let changed = try plan.forked(by: more, steps: checkpoint.step, episodes: episodes)
    // Tells now, and not when all is copied, what does not go together.
    var trainer = try changed.trainer(seed: seed)
    do {
      try trainer.resume(from: checkpoint, history: history)
    } catch let error as SafetensorsError {
      throw Failure.usage(
        "what was learned does not fit these settings: \(error)", "a fork keeps its network's shape"
      )
    }
    // Steps behind the last update are taken once more, which other rules would take otherwise.
    let hasOtherRules = changed.rules != plan.rules
    try parent.fork(
      at: hasOtherRules ? checkpoint.step : end, from: checkpoint,
      configuration: changed.configuration, to: path, force: force
    ) { progress($0, "copying") }
  }

  /// What was learned by the fork: from the last that was kept, the steps since then are made again and
  /// held to the recorded ones. Of a PPO, by the last update before the fork.
  private func learned(
    _ progress: (Double) -> Void
  ) throws -> (checkpoint: Checkpoint, episodes: Int) {
    var trainer = try plan.trainer(seed: seed)
    try trainer.resume(from: kept, history: history)
    trainer.horizon = end
    let made = Relearning(
      last: kept, parent: parent, try HeldToRecording(parent, from: kept.step, to: end))
    let checkpoint = try trainer.last(of: made) { step in
      progress(Double(step - kept.step) / Double(max(1, end - kept.step)))
    }
    if Interruption.isRequested { throw Failure(code: .stopped, sentence: "stopped") }
    return (checkpoint, trainer.episodes)
  }

  private func history(_ steps: Range<Int>) throws -> [Transition] {
    try parent.steps(in: steps).map(\.transition)
  }
}

extension Trainer {
  /// Trains to the horizon; the last checkpoint that was kept by then.
  fileprivate mutating func last(
    of made: Relearning, _ progress: (Int) -> Void
  ) throws -> Checkpoint {
    var made = made
    try train(into: &made, now: { 0 }) { now in
      progress(now.step)
      return !Interruption.isRequested
    }
    return made.last
  }
}

/// A sink that holds what is learned again to the parent, and has what was learned last.
private struct Relearning: TransitionSink {
  private(set) var last: Checkpoint
  private let parent: Recording
  private var comparison: HeldToRecording

  init(last: Checkpoint, parent: Recording, _ comparison: HeldToRecording) {
    self.last = last
    self.parent = parent
    self.comparison = comparison
  }

  mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) throws {
    try comparison.record(
      episode: episode, state: state, action: action, reward: reward, next: next, ending: ending)
  }

  mutating func record(_ transition: Transition) throws { try comparison.record(transition) }

  mutating func record(_ metric: Metric) {}

  mutating func record(_ checkpoint: Checkpoint) throws {
    last = checkpoint
    if try parent.checkpoint(at: checkpoint.step) != nil { try comparison.record(checkpoint) }
  }
}
