import Recordings
import Rollouts

/// A sink that compares repeated training with a recording, and keeps the last checkpoint.
struct Relearning: TransitionSink {
  private(set) var last: Checkpoint
  private let recording: Recording
  private var comparison: RecordingComparison
  private let comparesCheckpoints: Bool

  /// Trains from a checkpoint up to a step. Without `comparesCheckpoints` only transitions are compared: a
  /// trainer without evaluations keeps other checkpoints.
  init(
    from last: Checkpoint, to end: Int, of recording: Recording, comparesCheckpoints: Bool = true
  ) throws {
    (self.last, self.recording) = (last, recording)
    self.comparesCheckpoints = comparesCheckpoints
    comparison = try RecordingComparison(recording, from: last.step, to: end)
  }

  mutating func record(_ transition: Transition) throws {
    // A rollout may extend beyond the recording.
    do { try comparison.record(transition) } catch is RecordingComparison.AtEnd {}
  }

  mutating func record(_ metric: Metric) {}

  mutating func record(_ checkpoint: Checkpoint) throws {
    last = checkpoint
    guard comparesCheckpoints, try recording.checkpoint(at: checkpoint.step) != nil else { return }
    try comparison.record(checkpoint)
  }
}
