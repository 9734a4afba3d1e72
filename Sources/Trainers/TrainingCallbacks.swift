package import Rollouts

/// Closures that a trainer calls, one for each kind of event. Where one is nil, its events are not
/// built.
///
/// One kind of event, here the returns of all episodes:
///
///     var returns: [Double] = []
///     var callbacks = TrainingCallbacks()
///     callbacks.episodeEnded = { returns.append($0.return) }
///     try trainer.train(into: &sink, callbacks: callbacks)
///
/// All of them as one stream, here as lines of JSON:
///
///     try trainer.train(into: &sink, callbacks: TrainingCallbacks { print($0.json.compact) })
///
/// The training thread calls them, each after the sink has recorded the event. Not every trainer
/// has every event: a Q-table has no rollouts, updates or evaluations, a text no episodes.
package struct TrainingCallbacks {
  package var trainingStarted: ((TrainingEvent.Training) -> Void)?
  package var trainingEnded: ((TrainingEvent.Training) -> Void)?
  package var episodeStarted: ((TrainingEvent.Episode) -> Void)?
  package var episodeEnded: ((TrainingEvent.Episode) -> Void)?
  package var rolloutStarted: ((TrainingEvent.Rollout) -> Void)?
  package var rolloutEnded: ((TrainingEvent.Rollout) -> Void)?
  package var updateStarted: ((TrainingEvent.Update) -> Void)?
  package var updateEnded: ((TrainingEvent.Update) -> Void)?
  package var evaluationStarted: ((TrainingEvent.Evaluation) -> Void)?
  package var evaluationEnded: ((TrainingEvent.Evaluation) -> Void)?
  package var metricsRecorded: (([Metric]) -> Void)?
  package var checkpointSaved: ((Checkpoint) -> Void)?
  /// Traces how some steps are learned from; not part of the event stream.
  package var tracing: UpdateTracing?

  /// No callbacks.
  package init() {}

  /// Callbacks that pass all events to one closure.
  package init(onEvent: @escaping (TrainingEvent) -> Void) {
    trainingStarted = { onEvent(.trainingStarted($0)) }
    trainingEnded = { onEvent(.trainingEnded($0)) }
    episodeStarted = { onEvent(.episodeStarted($0)) }
    episodeEnded = { onEvent(.episodeEnded($0)) }
    rolloutStarted = { onEvent(.rolloutStarted($0)) }
    rolloutEnded = { onEvent(.rolloutEnded($0)) }
    updateStarted = { onEvent(.updateStarted($0)) }
    updateEnded = { onEvent(.updateEnded($0)) }
    evaluationStarted = { onEvent(.evaluationStarted($0)) }
    evaluationEnded = { onEvent(.evaluationEnded($0)) }
    metricsRecorded = { onEvent(.metricsRecorded($0)) }
    checkpointSaved = { onEvent(.checkpointSaved($0)) }
  }
}

extension TransitionSink where Self: ~Copyable {
  /// Records metrics of one step, and calls their callback.
  mutating func record(_ metrics: [Metric], _ callbacks: TrainingCallbacks) throws {
    for metric in metrics { try record(metric) }
    callbacks.metricsRecorded?(metrics)
  }

  /// Records a checkpoint, and calls its callback.
  mutating func record(_ checkpoint: Checkpoint, _ callbacks: TrainingCallbacks) throws {
    try record(checkpoint)
    callbacks.checkpointSaved?(checkpoint)
  }
}
