package import Rollouts

/// The results of an update.
package struct PPOReport: Sendable {
  package let update: PPOLearner.Update
  /// How well the values predicted the returns.
  package let explainedVariance: Double
  /// How many minibatches were processed, and how many times the whole rollout.
  package private(set) var minibatches = 0
  package internal(set) var epochs = 0
  /// Whether the target KL ended the update early.
  package private(set) var isCut = false
  private var sums = PPOLoss.Terms()
  private var steps = 0
  var norms = 0.0
  /// The results of each epoch for the traced rows.
  package private(set) var traced: [Int: [RolloutTrace.Epoch]] = [:]

  init(_ update: PPOLearner.Update, explainedVariance: Double) {
    (self.update, self.explainedVariance) = (update, explainedVariance)
  }

  /// Adds a minibatch; false where the policy has moved too far to continue.
  mutating func add(_ sums: PPOLoss.Terms, steps count: Int, atMost targetKL: Double) -> Bool {
    self.sums += sums
    steps += count
    isCut = targetKL > 0 && sums.kl / Double(count) > targetKL
    if !isCut { minibatches += 1 }
    return !isCut
  }

  /// Adds a minibatch's results for the traced rows.
  mutating func take(
    _ traces: [Int: RolloutTrace.Epoch], epoch: Int, minibatch: Int, gradientNorm: Double
  ) {
    for (row, trace) in traces {
      var trace = trace
      (trace.epoch, trace.minibatch) = (epoch + 1, minibatch + 1)
      trace.gradientNorm = gradientNorm
      traced[row, default: []].append(trace)
    }
  }

  /// The means over all steps of all minibatches.
  package var means: PPOLoss.Terms { sums / Double(max(1, steps)) }
  /// The mean norm of the gradients before clipping.
  package var gradientNorm: Double { norms / Double(max(1, minibatches)) }

  /// The metrics, under CleanRL's names.
  package var metrics: [Metric] {
    let means = means
    let guesses =
      means.place > 0
      ? [Metric(step: update.step, name: "losses/place_loss", value: means.place)] : []
    return [
      ("charts/learning_rate", update.learningRate), ("losses/policy_loss", means.policy),
      ("losses/value_loss", means.value), ("losses/entropy", means.entropy),
      ("losses/old_approx_kl", means.oldKL), ("losses/approx_kl", means.kl),
      ("losses/clipfrac", means.clipped), ("losses/explained_variance", explainedVariance),
      ("losses/gradient_norm", gradientNorm),
    ].map { Metric(step: update.step, name: $0.0, value: $0.1) } + guesses
  }
}
