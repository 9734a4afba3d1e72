import Recordings
import Rollouts
import Testing
import Trainers
import Worlds

@Suite struct PPORecordingTests {
  private var settings: PPOConfiguration {
    var settings = PPOConfiguration()
    (settings.steps, settings.worlds, settings.rollout) = (4000, 8, 60)
    (settings.evaluateEvery, settings.snapshotEvery) = (2, 3)
    return settings
  }

  private func trainer(threads: Int) throws -> PPOTrainer<Reacher> {
    try PPOTrainer(Reacher(), seed: 3, settings: settings, threads: threads)
  }

  private var run: RunDescription {
    var run = RunDescription(
      world: Reacher().description, trainer: "ppo", seed: 3,
      configuration: .object(settings.members + ReacherRules().members))
    run.worlds = settings.worlds
    return run
  }

  private func record(_ path: String, threads: Int) throws -> Recording {
    var trainer = try trainer(threads: threads)
    var writer = try RecordingWriter(creating: path, run, initial: trainer.initialCheckpoint)
    try trainer.train(into: &writer)
    try writer.finish()
    return try Recording(path)
  }

  @Test func `one thread and two record the same digest`() throws {
    let folder = Folder()
    let one = try record(folder("one.sqlite"), threads: 1)
    let two = try record(folder("two.sqlite"), threads: 2)
    #expect(try one.digest() == two.digest())
    #expect(try one.stepCount() == 4000)
    let episodes = try one.episodes()
    #expect(episodes.allSatisfy { $0.stride == 8 && ($0.steps == 50 || !$0.isOver) })
  }

  @Test func `a run that died in mid-rollout is resumed from its own recording`() throws {
    let folder = Folder()
    let whole = try record(folder("whole.sqlite"), threads: 1)
    do {
      var (trainer, asked) = (try trainer(threads: 1), 0)
      var writer = try RecordingWriter(
        creating: folder("cut.sqlite"), run, initial: trainer.initialCheckpoint)
      try trainer.train(
        into: &writer,
        goOn: { _ in
          asked += 1
          return asked < 14
        })
    }
    let cut = try Recording(folder("cut.sqlite"))
    let checkpoint = try #require(try cut.checkpoint(atOrBefore: .max))
    let steps = try cut.stepCount()
    #expect(checkpoint.step > 0 && steps > checkpoint.step && steps < 4000)
    var trainer = try trainer(threads: 2)
    try trainer.resume(from: checkpoint) { range in
      try cut.steps(in: range).map {
        Transition(
          episode: $0.episode, state: $0.state, action: $0.action, reward: $0.reward,
          next: $0.next, ending: $0.ending)
      }
    }
    var writer = try RecordingWriter(resuming: folder("cut.sqlite"), from: checkpoint.step)
    try trainer.train(into: &writer)
    try writer.finish()
    let resumed = try Recording(folder("cut.sqlite"))
    #expect(try resumed.digest() == whole.digest())
    #expect(
      try resumed.metric("losses/approx_kl") == (try whole.metric("losses/approx_kl")))
    #expect(try resumed.checkpointSteps() == (try whole.checkpointSteps()))
  }
}
