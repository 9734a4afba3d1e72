package import Neural
package import Platform
package import Rollouts

/// Learns from rollouts: epoch after epoch, minibatch after minibatch. Everything is allocated
/// once.
package final class PPOLearner: @unchecked Sendable {
  private let settings: PPOConfiguration
  private let lessons: any MinibatchLessons
  /// The rollout's steps, shuffled.
  private var order: [Int] = []

  /// A learner for rollouts of the settings' size, and the threads that compute.
  package init(
    _ network: PolicyNetwork, _ settings: PPOConfiguration, _ pool: ThreadPool,
    _ ranks: Ranks? = nil
  ) {
    self.settings = settings
    // The last minibatch also takes the rest that does not fill another.
    let most = min(2 * settings.minibatch, settings.worlds * settings.rollout)
    switch network.body {
    case .mlp(let policy, let value):
      lessons = NetworkPair(
        network, policy: policy, value: value, shards: settings.shards, rows: most, pool, ranks)
    case .gpt:
      lessons = ShardedLessons(network, shards: settings.shards, rows: most, pool, ranks)
    }
  }

  /// The inputs of an update besides its rollout and the settings.
  package struct Update: Sendable, Equatable {
    /// Updates count from 1.
    package var number: Int
    /// How many steps were taken before.
    package var step: Int
    /// Adam's learning rate.
    package var learningRate: Double
    /// The factor of the value clip.
    package var valueUnit: Double

    /// An update.
    package init(
      number: Int = 1, step: Int = 0, learningRate: Double, valueUnit: Double = 1
    ) {
      (self.number, self.step) = (number, step)
      (self.learningRate, self.valueUnit) = (learningRate, valueUnit)
    }
  }

  /// How many rows of minibatches this process has learned from.
  var rows: Int { lessons.rows }

  /// The gradients of the last minibatch, clipped.
  package var gradients: Parameters { lessons.gradients }

  /// Learns from a rollout whose advantages are known.
  package func learn(
    from rollout: RolloutBuffer, _ parameters: inout Parameters, _ adam: inout Adam,
    _ update: Update, _ generator: Generator, tracing traced: Set<Int> = []
  ) throws -> PPOReport {
    let rows = rollout.rows
    order = Array(0..<rows)
    lessons.begin(parameters, adam, rollout, tracing: traced)
    defer { lessons.end(&parameters, &adam) }
    var objective = objective(update, rollout)
    var report = PPOReport(update, explainedVariance: rollout.explainedVariance)
    let count = max(1, rows / settings.minibatch)
    epochs: for epoch in 0..<settings.epochs {
      shuffle(generator, key: (update.number - 1) * settings.epochs + epoch)
      lessons.order = order
      for index in 0..<count {
        let minibatch = rows * index / count..<rows * (index + 1) / count
        objective.count = minibatch.count
        let (sums, norm) = lessons.computeGradients(minibatch, objective)
        guard report.add(sums, steps: minibatch.count, atMost: settings.targetKL) else {
          break epochs
        }
        try takeStep(sums, norm, update)
        report.norms += norm
        if !traced.isEmpty {
          report.take(lessons.traces, epoch: epoch, minibatch: index, gradientNorm: norm)
        }
      }
      report.epochs += 1
    }
    return report
  }

  private func objective(_ update: Update, _ rollout: RolloutBuffer) -> Objective {
    var objective = Objective(
      loss: PPOLoss(
        clipRange: Float(settings.clipRange),
        valueClip: Float(settings.valueClip * update.valueUnit)),
      valueCoefficient: Float(settings.valueCoefficient),
      entropyCoefficient: Float(
        settings.entropyCoefficient(step: max(0, update.step - rollout.rows))),
      placeCoefficient: Float(settings.placeCoefficient),
      scalesWithinMinibatch: settings.advantages == .minibatch)
    if settings.advantages == .rollout {
      objective.normalize(by: rollout.advantageMoments(count: rollout.rows) { $0 })
    }
    return objective
  }

  /// Shuffles the steps, all orders equally likely (Fisher and Yates).
  private func shuffle(_ generator: Generator, key: Int) {
    var (quarter, words) = (-1, SIMD4<UInt32>())
    order.withUnsafeMutableBufferPointer { order in
      for place in stride(from: order.count - 1, to: 0, by: -1) {
        if place >> 2 != quarter {
          quarter = place >> 2
          words = generator.block(.replay, episode: key, quarter: quarter)
        }
        order.swapAt(place, Int((UInt64(words[place & 3]) * UInt64(place + 1)) >> 32))
      }
    }
  }

  /// Moves the parameters against the gradients, whose norm is given.
  private func takeStep(_ sums: PPOLoss.Terms, _ norm: Double, _ update: Update) throws {
    for (name, value) in [
      ("losses/policy_loss", sums.policy), ("losses/value_loss", sums.value),
      ("losses/gradient_norm", norm),
    ] where !value.isFinite {
      throw TrainingError.notFinite(
        step: update.step, metric: name, value: value,
        lookAt:
          "learning_rate (\(update.learningRate)) and gradient_norm (\(settings.gradientNorm))"
      )
    }
    let most = settings.gradientNorm > 0 ? settings.gradientNorm : .infinity
    lessons.takeStep(
      rate: update.learningRate, scale: Parameters.factor(clipping: norm, to: most))
  }
}

/// Computes the gradients of minibatches, and moves the parameters against them.
protocol MinibatchLessons: AnyObject {
  /// Takes the rollout and the current parameters.
  func begin(
    _ parameters: Parameters, _ adam: Adam, _ rollout: RolloutBuffer, tracing traced: Set<Int>)
  /// The rollout's steps, shuffled.
  var order: [Int] { get set }
  /// Computes the gradients for the steps at a range of `order`; returns the results and the norm
  /// of the gradients.
  func computeGradients(
    _ range: Range<Int>, _ objective: Objective
  ) -> (sums: PPOLoss.Terms, norm: Double)
  /// Moves the parameters one step against these gradients times `scale`.
  func takeStep(rate: Double, scale: Float)
  /// Returns what was learned.
  func end(_ parameters: inout Parameters, _ adam: inout Adam)
  /// The results of the last minibatch for the traced rows.
  var traces: [Int: RolloutTrace.Epoch] { get }
  /// The gradients of the last step, times its scale.
  var gradients: Parameters { get }
  /// How many rows this process has learned from; a row that two networks process counts for each.
  var rows: Int { get }
}

/// The loss whose gradients a minibatch computes.
struct Objective: Sendable {
  var loss: PPOLoss
  var valueCoefficient: Float
  var entropyCoefficient: Float
  var placeCoefficient: Float
  /// Whether advantages are shifted and scaled within each minibatch.
  var scalesWithinMinibatch: Bool
  /// The shift of each advantage, and the factor after it.
  private(set) var shift: Float = 0
  private(set) var factor: Float = 1
  /// How many steps the whole minibatch has.
  var count = 1

  mutating func normalize(by moments: (mean: Double, deviation: Double)) {
    shift = Float(moments.mean)
    factor = Float(1 / (moments.deviation + 1e-8))
  }

  /// The objective for a minibatch: the steps at a range of `order`.
  func scaled(_ range: Range<Int>, of order: [Int], _ rollout: RolloutBuffer) -> Objective {
    guard scalesWithinMinibatch else { return self }
    var objective = self
    objective.normalize(
      by: rollout.advantageMoments(count: range.count) { order[range.lowerBound + $0] })
    return objective
  }
}
