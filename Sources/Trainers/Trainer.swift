package import Rollouts

/// What every trainer is to those who run it: something that learns step by step, and tells a sink.
package protocol Trainer {
  /// Steps trained so far.
  var step: Int { get }
  /// Episodes finished so far.
  var episodes: Int { get }
  /// Whether all that the settings ask for is done, or the horizon reached.
  var isComplete: Bool { get }
  /// Where training ends with a checkpoint though the settings ask for more steps. A PPO ends at the last
  /// update by then.
  var horizon: Int { get set }
  /// What is known before the first step, which a recording begins with.
  var initialCheckpoint: Checkpoint { get }

  /// Goes on from a checkpoint of a run with the same world, seed and settings, and does what that run
  /// did or would have done. `history` tells the recorded transitions of a range of steps.
  mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]) throws

  /// Trains until all is done, or until `goOn` says false. `now` tells the seconds since some moment.
  mutating func train<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, now: () -> Double, goOn: (TrainingProgress) -> Bool
  ) throws
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
  /// The loss of the last batch, where that is what tells how far it came.
  package var loss: Double?
}
