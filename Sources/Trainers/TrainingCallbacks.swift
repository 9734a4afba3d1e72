package import Rollouts

/// Who hears what a trainer does: a closure for each kind of event. Nothing is built or called for one that
/// is nil.
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
/// They are called by the thread that trains, each after the sink has taken what it is about. Which there
/// are depends on the trainer: a Q-table has no rollouts, updates or evaluations, a text no episodes.
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
  /// Hears how some steps are learned from; not among the events of a stream.
  package var tracing: UpdateTracing?

  /// Callbacks that hear nothing yet.
  package init() {}

  /// Callbacks that hear everything in one place.
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
  /// Records metrics of one step, and lets them be heard.
  mutating func record(_ metrics: [Metric], _ callbacks: TrainingCallbacks) throws {
    for metric in metrics { try record(metric) }
    callbacks.metricsRecorded?(metrics)
  }

  /// Records a checkpoint, and lets it be heard.
  mutating func record(_ checkpoint: Checkpoint, _ callbacks: TrainingCallbacks) throws {
    try record(checkpoint)
    callbacks.checkpointSaved?(checkpoint)
  }
}
