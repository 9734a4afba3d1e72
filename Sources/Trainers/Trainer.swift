package import Platform
package import Rollouts

/// An algorithm that learns step by step and records into a sink.
///
/// `goOn` can end training early. To stop when the mean return of the last hundred episodes is good
/// enough:
///
///     var returns: [Double] = []
///     var callbacks = TrainingCallbacks()
///     callbacks.episodeEnded = { returns.append($0.return) }
///     try trainer.train(into: &sink, callbacks: callbacks) { _ in
///       returns.count < 100 || returns.suffix(100).reduce(0, +) / 100 < 0.7
///     }
package protocol Trainer {
  /// Steps trained so far.
  var step: Int { get }
  /// Episodes finished so far.
  var episodes: Int { get }
  /// Whether everything in the settings is done, or `stopStep` was reached.
  var isComplete: Bool { get }
  /// The step at which training ends with a checkpoint, even if the settings ask for more steps.
  /// PPO ends at the last update up to this step.
  var stopStep: Int { get set }
  /// The checkpoint before the first step, with which a recording begins.
  var initialCheckpoint: Checkpoint { get }

  /// Continues from a checkpoint of a run with the same world, seed and settings, exactly as that
  /// run did or would have done. `history` returns the recorded transitions of a range of steps.
  mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]) throws

  /// Takes this process's part of the work, which several processes share; called before training.
  /// What is learned and recorded stays the same.
  mutating func share(with ranks: Ranks) throws
  /// How many rows this process has taken through networks.
  var rows: RowCount { get }

  /// Trains until everything is done, or until `goOn` returns false, which is called every few
  /// hundred or thousand steps. `now` returns the seconds since an arbitrary moment.
  mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws
}

extension Trainer {
  /// Most trainers cannot share work between processes.
  package mutating func share(with ranks: Ranks) throws {
    throw TrainingError(
      "only PPO and text training can be shared by several processes: start one process, or one per run"
    )
  }
  package var rows: RowCount { RowCount() }

  /// Trains without callbacks, until everything is done unless `goOn` returns false.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double = { 0 },
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    try train(into: &sink, now: now, callbacks: TrainingCallbacks(), goOn: goOn)
  }

  /// Trains without a clock, until everything is done unless `goOn` returns false.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    try train(into: &sink, now: { 0 }, callbacks: callbacks, goOn: goOn)
  }
}

/// The progress of training.
package struct TrainingProgress: Sendable {
  package var step: Int
  /// Episodes finished.
  package var episodes: Int
  /// The completed share of the whole, from 0 to 1.
  package var share: Double
  /// The return of the last completed episode.
  package var lastReturn: Double
  /// The loss of the last batch, for trainers whose progress it shows.
  package var loss: Double?

  /// The progress of training.
  package init(
    step: Int, episodes: Int, share: Double, lastReturn: Double, loss: Double? = nil
  ) {
    (self.step, self.episodes, self.share) = (step, episodes, share)
    (self.lastReturn, self.loss) = (lastReturn, loss)
  }
}
