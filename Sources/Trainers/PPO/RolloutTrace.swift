import Rollouts

/// How PPO learned from one step: its reward and value, the steps that followed in its world until
/// the rollout or the episode ended, and the results of each epoch.
package struct RolloutTrace: Sendable, Equatable {
  /// Updates count from 1.
  package var update: Int
  /// The steps of the rollout.
  package var steps: Range<Int>
  /// How many worlds are interleaved.
  package var worlds: Int
  package var gamma: Double
  package var lambda: Double
  /// The factor of rewards.
  package var rewardScale: Double
  /// The log probability, or log density, with which the action was drawn.
  package var log: Float
  package var advantage: Float
  package var `return`: Float
  /// The step itself, and those that its advantage sums over.
  package var following: [Following]
  package var epochs: [Epoch] = []
  /// The weights and clips of the update.
  package var clipRange: Double
  package var valueCoefficient: Double
  package var entropyCoefficient: Double
  package var learningRate: Double

  /// A term of the advantage.
  package struct Following: Sendable, Equatable {
    package var step: Int
    package var reward: Float
    package var value: Float
    /// The value of the next state; 0 where it is terminal.
    package var nextValue: Float
    /// reward · rewardScale + γ · nextValue − value.
    package var surprise: Double
    /// (γ λ)ᵏ, for the k-th step after the first.
    package var weight: Double
  }

  /// The step's contribution to one of the minibatches.
  package struct Epoch: Sendable, Equatable {
    /// From 1, like the minibatch.
    package var epoch = 0
    package var minibatch = 0
    /// The advantage, shifted and scaled with its minibatch.
    package private(set) var advantage: Float = 0
    package private(set) var log: Float = 0
    /// The current probability, divided by the one with which it was drawn.
    package private(set) var ratio: Float = 0
    package private(set) var policyLoss: Float = 0
    /// The derivative of the policy's loss with respect to `log`; 0 where the ratio is clipped.
    package private(set) var policySlope: Float = 0
    package private(set) var value: Float = 0
    package private(set) var valueLoss: Float = 0
    package private(set) var valueSlope: Float = 0
    package private(set) var entropy: Float = 0
    /// The norm of the minibatch's gradient before clipping.
    package var gradientNorm = 0.0

    /// Stores the policy's results for the step.
    mutating func note(
      advantage: Float, log: Float, ratio: Float, loss: Float, slope: Float, entropy: Float
    ) {
      (self.advantage, self.log, self.ratio) = (advantage, log, ratio)
      (policyLoss, policySlope, self.entropy) = (loss, slope, entropy)
    }

    /// Stores the value's results for the step.
    mutating func note(value: Float, loss: Float, slope: Float) {
      (self.value, valueLoss, valueSlope) = (value, loss, slope)
    }

    /// The same with the value's results of another.
    func valued(as other: Epoch) -> Epoch {
      var epoch = self
      epoch.note(value: other.value, loss: other.valueLoss, slope: other.valueSlope)
      return epoch
    }
  }

  /// A trace of the rollout's step in a row.
  init(
    _ rollout: RolloutBuffer, row: Int, before step: Int, update: Int, rewardScale: Double,
    learningRate: Double, _ settings: PPOConfiguration
  ) {
    self.update = update
    self.rewardScale = rewardScale
    self.learningRate = learningRate
    let first = step - rollout.rows
    steps = first..<step
    (worlds, gamma, lambda) = (rollout.worlds, settings.gamma, settings.lambda)
    (log, advantage) = (rollout.logs[row], rollout.advantages[row])
    self.return = rollout.returns[row]
    clipRange = settings.clipRange
    valueCoefficient = settings.valueCoefficient
    entropyCoefficient = settings.entropyCoefficient(step: first)
    following = []
    var (row, weight) = (row, 1.0)
    while true {
      let isLast = row + worlds >= rollout.rows
      let next: Float =
        switch rollout.endings[row] {
        case .terminated: 0
        case .truncated: rollout.cutOff[row]
        case .running, .interrupted:
          isLast ? rollout.last[row % worlds] : rollout.values[row + worlds]
        }
      let (reward, value) = (rollout.rewards[row], rollout.values[row])
      following.append(
        Following(
          step: first + row, reward: reward, value: value, nextValue: next,
          surprise: Double(reward) * rewardScale + gamma * Double(next) - Double(value),
          weight: weight))
      if isLast || rollout.endings[row] != .running { break }
      row += worlds
      weight *= gamma * lambda
    }
  }
}
