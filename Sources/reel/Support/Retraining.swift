import Recordings
import Rollouts
import Trainers

/// A recorded run, trained once more from its seed and its settings and compared on the way.
struct Retraining {
  private let recording: Recording
  private let plan: RunPlan
  private let seed: UInt64

  /// A run that can be trained again: one of training, by the same settings from end to end.
  init(_ recording: Recording) throws {
    let run = try recording.description()
    guard run.purpose == .train else {
      throw Failure.usage("--retrain is for recordings of training, and this is an evaluation")
    }
    let sessions = try recording.sessions()
    for (one, next) in zip(sessions, sessions.dropFirst())
    where one.configuration != next.configuration {
      throw Failure.failed(
        "its settings changed at step \(next.firstStep), so no one run makes it again")
    }
    self.recording = recording
    var plan = try RunPlan(run)
    plan.world = try plan.world.withPhysics()
    self.plan = plan
    seed = run.seed
  }

  /// Trains as far as the recording goes; the first step or checkpoint that comes out differently, or nil.
  func firstDifference(_ console: Console) throws -> Difference? {
    Interruption.watch()
    var bar = ProgressBar("training again", console)
    defer { bar.finish() }
    let comparison = try Comparison(recording)
    let end = comparison.end
    do {
      let trainer = try train(try plan.trainer(seed: seed), into: comparison) { step in
        bar.update(Double(step) / Double(max(1, end)), "\(count(step)) steps")
      }
      if Interruption.isRequested { throw Failure(code: .stopped, sentence: "stopped") }
      guard trainer < end else { return nil }
      return Difference(at: trainer, "the step", expected: "none: the run is over", found: "one")
    } catch is Comparison.AtEnd {
      return nil
    } catch let difference as Difference {
      return difference
    }
  }

  /// Trains to the end and returns how many steps that took.
  private func train<T: Trainer>(
    _ trainer: T, into comparison: Comparison, _ progress: (Int) -> Void
  ) throws -> Int {
    var (trainer, comparison) = (trainer, comparison)
    try comparison.record(trainer.initialCheckpoint)
    try trainer.train(into: &comparison, now: { 0 }) { now in
      progress(now.step)
      return !Interruption.isRequested
    }
    return trainer.step
  }
}

/// A sink that holds what it is told to a recording.
private struct Comparison: TransitionSink {
  /// All that was recorded was made again.
  struct AtEnd: Error {}

  let end: Int
  private let recording: Recording
  private let isFinished: Bool
  private var step = 0
  private var page: [RecordedStep] = []

  init(_ recording: Recording) throws {
    self.recording = recording
    end = try recording.stepCount()
    isFinished = try recording.status() == .finished
  }

  mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) throws {
    try record(
      Transition(
        episode: episode, state: .index(state), action: .index(action), reward: reward,
        next: .index(next), ending: ending))
  }

  mutating func record(_ told: Transition) throws {
    if step >= end { throw AtEnd() }
    if step >= (page.first?.step ?? 0) + page.count {
      page = try recording.steps(in: step..<min(end, step + 4096))
    }
    let known = page[step - page[0].step].transition
    // In the file, the last row of an episode that was cut off is interrupted.
    let ending = known.ending == .interrupted ? .running : known.ending
    func hold<Fact: Equatable>(_ what: String, _ again: Fact, _ recorded: Fact) throws {
      guard again != recorded else { return }
      throw Difference(at: step, what, expected: "\(again)", found: "\(recorded)")
    }
    try hold("the episode", told.episode, known.episode)
    try hold("the state", told.state, known.state)
    try hold("the action", told.action, known.action)
    try hold("the reward", told.reward + 0, known.reward)
    try hold("the next state", told.next, known.next)
    try hold("the ending", told.ending, ending)
    step += 1
  }

  /// Metrics tell times, which are never the same.
  mutating func record(_ metric: Metric) {}

  mutating func record(_ checkpoint: Checkpoint) throws {
    let known = try recording.checkpoint(at: checkpoint.step)
    // One that fell to the last step may have been lost with its writer.
    if known == nil, step == end, !isFinished { return }
    guard known?.kind != checkpoint.kind || known?.parameters != checkpoint.parameters else {
      return
    }
    throw Difference(
      at: checkpoint.step, "the checkpoint", expected: "what is learned by then",
      found: known == nil ? "none" : "another")
  }
}
