package import Rollouts

/// An event during training, with its numbers. An event that marks a start has initial numbers: an
/// episode without steps, an update without metrics.
package enum TrainingEvent: Sendable, Equatable {
  /// Training begins, or continues after a pause.
  case trainingStarted(Training)
  /// Everything is done, or training was asked to stop. Training that throws has no end event.
  case trainingEnded(Training)
  /// An episode is about to take its first step.
  case episodeStarted(Episode)
  /// A training episode has ended; episodes of evaluations are not events.
  case episodeEnded(Episode)
  /// Worlds side by side begin to play for the next update.
  case rolloutStarted(Rollout)
  /// They have played.
  case rolloutEnded(Rollout)
  /// A network begins to learn, from a batch or, with PPO, from a rollout.
  case updateStarted(Update)
  /// It has learned.
  case updateEnded(Update)
  /// An evaluation of the policy or model begins.
  case evaluationStarted(Evaluation)
  /// The evaluation is done.
  case evaluationEnded(Evaluation)
  /// Metrics of one step were recorded.
  case metricsRecorded([Metric])
  /// A checkpoint was recorded.
  case checkpointSaved(Checkpoint)

  /// The progress of training.
  package struct Training: Sendable, Equatable {
    /// Steps trained so far.
    package var step: Int
    /// Episodes finished so far.
    package var episodes: Int
    /// Whether everything in the settings is done.
    package var isComplete: Bool

    /// The progress of a trainer.
    package init(_ trainer: some Trainer) {
      (step, episodes) = (trainer.step, trainer.episodes)
      isComplete = trainer.isComplete
    }
  }

  /// An episode that starts or ends.
  package struct Episode: Sendable, Equatable {
    /// Steps trained so far, including the episode's last one.
    package var step: Int
    /// Episodes count from 1, as they begin.
    package var number: Int
    /// The number of its first transition in the recording.
    package var firstStep: Int
    /// How many steps it took.
    package var length: Int
    /// The sum of its rewards.
    package var `return`: Double
    package var ending: Ending

    /// The number of its last transition in the recording, once the episode has ended.
    package var lastStep: Int { step - 1 }

    /// An episode that starts before a step.
    package init(number: Int, startingAt step: Int) {
      (self.step, self.number, firstStep) = (step, number, step)
      (length, self.return, ending) = (0, 0, .running)
    }

    /// An episode that has just ended; its steps are `stride` apart, since worlds side by side take
    /// turns.
    package init(
      number: Int, endingBefore step: Int, stride: Int = 1, length: Int, return total: Double,
      ending: Ending
    ) {
      (self.step, self.number, self.length) = (step, number, length)
      (self.return, self.ending) = (total, ending)
      firstStep = step - 1 - (length - 1) * stride
    }
  }

  /// What worlds side by side do between two updates.
  package struct Rollout: Sendable, Equatable {
    /// Steps trained so far.
    package var step: Int
    /// The update that follows; updates count from 1.
    package var update: Int
    /// How many steps were taken.
    package var steps = 0
    /// The mean reward of a step.
    package var meanReward = 0.0

    /// A rollout before an update.
    package init(step: Int, update: Int, steps: Int = 0, meanReward: Double = 0) {
      (self.step, self.update, self.steps) = (step, update, steps)
      self.meanReward = meanReward
    }
  }

  /// One update of a network.
  package struct Update: Sendable, Equatable {
    /// Steps trained so far; for a text these are batches, and this one counts once it is learned.
    package var step: Int
    /// Updates count from 1.
    package var number: Int
    /// Its results, under CleanRL's names.
    package var metrics: [Metric]

    /// An update.
    package init(step: Int, number: Int, metrics: [Metric] = []) {
      (self.step, self.number, self.metrics) = (step, number, metrics)
    }
  }

  /// One evaluation of the policy or model.
  package struct Evaluation: Sendable, Equatable {
    /// Steps trained so far.
    package var step: Int
    /// Its results, under CleanRL's names.
    package var metrics: [Metric]
    /// Whether it is the best so far; false where a trainer does not compare evaluations.
    package var isBest: Bool

    /// An evaluation.
    package init(step: Int, metrics: [Metric] = [], isBest: Bool = false) {
      (self.step, self.metrics, self.isBest) = (step, metrics, isBest)
    }
  }
}

extension TrainingEvent {
  /// The event as an object of flat, stable keys: `event`, `step`, and its numbers.
  package var json: JSON {
    switch self {
    case .trainingStarted(let it):
      object("training_started", it.step, ["episodes": .integer(it.episodes)])
    case .trainingEnded(let it):
      object(
        "training_ended", it.step,
        ["episodes": .integer(it.episodes), "complete": .bool(it.isComplete)])
    case .episodeStarted(let it):
      object("episode_started", it.step, ["episode": .integer(it.number)])
    case .episodeEnded(let it):
      object(
        "episode_ended", it.step,
        [
          "episode": .integer(it.number), "first_step": .integer(it.firstStep),
          "last_step": .integer(it.lastStep), "length": .integer(it.length),
          "return": .number(it.return), "ending": .string(it.ending.name),
        ])
    case .rolloutStarted(let it):
      object("rollout_started", it.step, ["update": .integer(it.update)])
    case .rolloutEnded(let it):
      object(
        "rollout_ended", it.step,
        [
          "update": .integer(it.update), "steps": .integer(it.steps),
          "mean_reward": .number(it.meanReward),
        ])
    case .updateStarted(let it): object("update_started", it.step, ["update": .integer(it.number)])
    case .updateEnded(let it):
      object("update_ended", it.step, ["update": .integer(it.number)], it.metrics)
    case .evaluationStarted(let it): object("evaluation_started", it.step)
    case .evaluationEnded(let it):
      object("evaluation_ended", it.step, ["best": .bool(it.isBest)], it.metrics)
    case .metricsRecorded(let metrics):
      object("metrics_recorded", metrics.first?.step ?? 0, [:], metrics)
    case .checkpointSaved(let it):
      object(
        "checkpoint_saved", it.step,
        ["kind": .string(it.whole.kind), "bytes": .integer(it.whole.bytes)])
    }
  }

  private func object(
    _ name: String, _ step: Int, _ numbers: KeyValuePairs<String, JSON> = [:],
    _ metrics: [Metric] = []
  ) -> JSON {
    .object(
      [.init("event", .string(name)), .init("step", .integer(step))]
        + numbers.map { JSON.Member($0.key, $0.value) }
        + metrics.map { JSON.Member($0.name, .number($0.value)) })
  }
}
