import Experiments
import Recordings
import Rollouts
import TestSupport
import Testing
import Trainers

@Suite struct TrainingEventTests {
  @Test(arguments: SmallRun.allCases)
  func `events of a run match its recording, and listening changes nothing`(
    kind: SmallRun
  ) throws {
    try withTemporaryFolder { folder in
      let unheard = try kind.recorded(in: folder, as: "unheard")
      var returns: [Int: Double] = [:]
      var (saved, metrics): ([Checkpoint], [Metric]) = ([], [])
      var ends: [TrainingEvent.Training] = []
      var callbacks = TrainingCallbacks()
      callbacks.episodeEnded = { returns[$0.number] = $0.return }
      callbacks.checkpointSaved = { saved.append($0) }
      callbacks.metricsRecorded = { metrics += $0 }
      callbacks.trainingStarted = { ends.append($0) }
      callbacks.trainingEnded = { ends.append($0) }
      let run = try kind.training(in: folder)
      let result = try run.run(callbacks: callbacks) { _ in true }
      let recording = try Recording(run.path)
      #expect(try recording.digest() == unheard.digest())
      let over = try recording.episodes().filter(\.isOver)
      #expect(over.count == returns.count && result.episodes == returns.count)
      // The sums of the rows' rewards.
      for episode in over {
        let sum = try recording.steps(of: episode).reduce(0) { $0 + $1.reward }
        #expect(abs((returns[episode.number] ?? .nan) - sum) < 1e-9)
      }
      // The checkpoint before the first step is no event.
      #expect(try saved == Rows(of: recording).checkpoints.dropFirst().compactMap(\.self))
      for name in try recording.metricNames() where !name.contains("SPS") {
        let series = try recording.metric(name)
        let heard = metrics.filter { $0.name == name }
        #expect(heard.map(\.step) == series.steps && heard.map(\.value) == series.values, "\(name)")
      }
      #expect(ends.map(\.step) == [0, result.steps] && ends.map(\.isComplete) == [false, true])
    }
  }

  @Test func `a run stops early when its returns are good enough, and can be resumed`() throws {
    try withTemporaryFolder { folder in
      let whole = try SmallRun.snake.recorded(in: folder, as: "whole")
      var best = -Double.infinity
      var callbacks = TrainingCallbacks()
      callbacks.episodeEnded = { best = max(best, $0.return) }
      let run = try SmallRun.snake.training(in: folder)
      let wanted = try #require(
        try whole.episodes().filter { $0.lastStep < 250 }.map(\.return).max())
      let result = try run.run(callbacks: callbacks) { _ in best < wanted }
      #expect(!result.isComplete && result.steps == 256)
      var (numbers, started): ([Int], [Int]) = ([], [])
      callbacks = TrainingCallbacks()
      callbacks.episodeEnded = { numbers.append($0.number) }
      callbacks.trainingStarted = { started.append($0.step) }
      _ = try ResumedRun(run.path).run(callbacks: callbacks) { _ in true }
      let recording = try Recording(run.path)
      #expect(try recording.digest() == whole.digest())
      // The events from the checkpoint on are repeated.
      #expect(try started == [recording.checkpointSteps().last { $0 <= 256 }])
      let from = try #require(started.first)
      #expect(
        numbers
          == (try recording.episodes().filter { $0.isOver && $0.lastStep >= from }.map(\.number)))
    }
  }
}
