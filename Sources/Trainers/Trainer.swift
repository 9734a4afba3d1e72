package import Platform
package import Rollouts

/// What every trainer is to those who run it: something that learns step by step, and records into a sink.
///
/// `goOn` ends a training early. To stop when the mean return of the last hundred episodes is good enough:
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
  /// Whether all that the settings ask for is done, or the stopStep reached.
  var isComplete: Bool { get }
  /// Where training ends with a checkpoint though the settings ask for more steps. A PPO ends at the last
  /// update by then.
  var stopStep: Int { get set }
  /// What is known before the first step, which a recording begins with.
  var initialCheckpoint: Checkpoint { get }

  /// Goes on from a checkpoint of a run with the same world, seed and settings, and does what that run
  /// did or would have done. `history` gives the recorded transitions of a range of steps.
  mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]) throws

  /// Takes a part of the work, of which each of some processes has another; called before training. What
  /// is learned and recorded stays the same.
  mutating func share(with ranks: Ranks) throws
  /// How many rows this process has taken through networks.
  var rows: RowCount { get }

  /// Trains until all is done, or until `goOn` says false, which is asked every few hundred or thousand
  /// steps. `now` gives the seconds since some moment.
  mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool
  ) throws
}

extension Trainer {
  /// Most trainers have no work for several processes.
  package mutating func share(with ranks: Ranks) throws {
    throw TrainingError(
      "several processes share the training of PPO and of texts alone: start one process, or one a run"
    )
  }
  package var rows: RowCount { RowCount() }

  /// Trains where nobody listens, until all is done unless `goOn` says false.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double = { 0 },
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    try train(into: &sink, now: now, callbacks: TrainingCallbacks(), goOn: goOn)
  }

  /// Trains without a clock, until all is done unless `goOn` says false.
  package mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, callbacks: TrainingCallbacks,
    goOn: (TrainingProgress) -> Bool = { _ in true }
  ) throws {
    try train(into: &sink, now: { 0 }, callbacks: callbacks, goOn: goOn)
  }
}

/// How far training has come.
package struct TrainingProgress: Sendable {
  package var step: Int
  /// Episodes finished.
  package var episodes: Int
  /// The part of the whole that is done, 0 to 1.
  package var share: Double
  /// The return of the episode finished last.
  package var lastReturn: Double
  /// The loss of the last batch, for trainers whose progress that shows.
  package var loss: Double?

  /// How far a training has come.
  package init(
    step: Int, episodes: Int, share: Double, lastReturn: Double, loss: Double? = nil
  ) {
    (self.step, self.episodes, self.share) = (step, episodes, share)
    (self.lastReturn, self.loss) = (lastReturn, loss)
  }
}
