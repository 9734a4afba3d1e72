import Rollouts

/// What an update found: means over its minibatches.
package struct PPOReport: Sendable, Equatable {
  /// Updates count from 1.
  package var update: Int
  /// The steps that were taken before it.
  package var step: Int
  /// How large Adam's steps were.
  package var rate: Double
  package var policyLoss = 0.0
  package var valueLoss = 0.0
  package var entropy = 0.0
  /// How far the policy moved, by Schulman's better estimate, and by the plain one.
  package var approxKL = 0.0
  package var oldApproxKL = 0.0
  /// The share of steps whose ratio was clipped.
  package var clipFraction = 0.0
  /// How well the values foresaw the returns.
  package var explainedVariance = 0.0
  /// The mean length of the gradients before they were clipped.
  package var gradientNorm = 0.0
  /// How many minibatches were learned from, and how many times the whole rollout.
  package var minibatches = 0
  package var epochs = 0
  /// Whether the target KL ended the update early.
  package var isCut = false
  private var steps = 0

  init(update: Int, step: Int, rate: Double) {
    (self.update, self.step, self.rate) = (update, step, rate)
  }

  /// Takes a minibatch in; false where the policy has moved too far to go on.
  mutating func add(_ sums: PPOLoss.Sums, steps count: Int, atMost targetKL: Double) -> Bool {
    steps += count
    policyLoss += sums.policy
    valueLoss += sums.value
    entropy += sums.entropy
    approxKL += sums.kl
    oldApproxKL += sums.oldKL
    clipFraction += sums.clipped
    isCut = targetKL > 0 && sums.kl / Double(count) > targetKL
    if !isCut { minibatches += 1 }
    return !isCut
  }

  /// Turns sums into means.
  mutating func finish() {
    let all = Double(max(1, steps))
    policyLoss /= all
    valueLoss /= all
    entropy /= all
    approxKL /= all
    oldApproxKL /= all
    clipFraction /= all
    gradientNorm /= Double(max(1, minibatches))
  }

  /// The metrics, under CleanRL's names.
  package var metrics: [(name: String, value: Double)] {
    [
      ("charts/learning_rate", rate), ("losses/policy_loss", policyLoss),
      ("losses/value_loss", valueLoss), ("losses/entropy", entropy),
      ("losses/old_approx_kl", oldApproxKL), ("losses/approx_kl", approxKL),
      ("losses/clipfrac", clipFraction), ("losses/explained_variance", explainedVariance),
      ("losses/gradient_norm", gradientNorm),
    ]
  }
}

/// What a trial of the policy came to: episodes played with the likeliest actions.
package struct PPOTrial: Sendable, Equatable {
  /// The steps that were taken before it.
  package var step: Int
  package var meanReturn: Double
  package var meanLength: Double
  /// Whether its mean beats those of all trials before.
  package var isBest: Bool

  /// The metrics of a trial.
  package var metrics: [(name: String, value: Double)] {
    [("eval/episodic_return", meanReturn), ("eval/episodic_length", meanLength)]
  }
}

/// Someone who is told what a PPO trainer does while it does it.
package protocol PPOObserver {
  /// Training begins, or goes on, after so many steps.
  mutating func trainingBegan(step: Int)
  /// The worlds begin to be played for an update.
  mutating func rolloutBegan(update: Int, step: Int)
  /// They were played; what was earned on average by a step.
  mutating func rolloutEnded(update: Int, step: Int, meanReward: Double)
  /// The network has learned.
  mutating func updateEnded(_ report: PPOReport)
  /// The policy was tried.
  mutating func evaluationEnded(_ trial: PPOTrial)
  /// All is done, or was asked to stop.
  mutating func trainingEnded(step: Int, isComplete: Bool)
}

extension PPOObserver {
  package mutating func trainingBegan(step: Int) {}
  package mutating func rolloutBegan(update: Int, step: Int) {}
  package mutating func rolloutEnded(update: Int, step: Int, meanReward: Double) {}
  package mutating func updateEnded(_ report: PPOReport) {}
  package mutating func evaluationEnded(_ trial: PPOTrial) {}
  package mutating func trainingEnded(step: Int, isComplete: Bool) {}
}

/// An observer that does not listen.
package struct NoObserver: PPOObserver {
  /// An observer that does not listen.
  package init() {}
}
