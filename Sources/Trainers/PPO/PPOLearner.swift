import Glibc
package import Neural
package import Platform
package import Rollouts

/// Learns from rollouts: epoch after epoch, minibatch after minibatch, each in shards that threads compute
/// side by side. Everything is allocated once.
package final class PPOLearner: @unchecked Sendable {
  private let settings: PPOConfiguration
  private let shards: [MinibatchShard]
  private let pool: ThreadPool
  // Lent by the trainer while it learns.
  private var parameters: Parameters
  private var rollout: RolloutBuffer
  /// The rollout's steps, shuffled.
  private var order: [Int] = []
  private var minibatch = 0..<0
  private var objective = Objective()

  /// A learner from rollouts of the settings' size, and who computes.
  package init(_ network: PolicyNetwork, _ settings: PPOConfiguration, _ pool: ThreadPool) {
    self.settings = settings
    // The last minibatches take in what does not fill one.
    let most = min(2 * settings.minibatch, settings.worlds * settings.rollout)
    let rows = most / settings.shards + 1
    shards = (0..<settings.shards).map { _ in MinibatchShard(network, rows: rows) }
    self.pool = pool
    parameters = Parameters(zeros: ParameterLayout())
    rollout = RolloutBuffer(worlds: 1, ticks: 0, width: 1, actionWidth: 1)
  }

  /// What an update depends on besides its rollout and the settings.
  package struct Update: Sendable, Equatable {
    /// Updates count from 1.
    package var number: Int
    /// The steps that were taken before.
    package var step: Int
    /// How large Adam's steps are.
    package var learningRate: Double
    /// What the clip of values is multiplied by.
    package var valueUnit: Double

    /// An update.
    package init(
      number: Int = 1, step: Int = 0, learningRate: Double, valueUnit: Double = 1
    ) {
      (self.number, self.step) = (number, step)
      (self.learningRate, self.valueUnit) = (learningRate, valueUnit)
    }
  }

  /// The gradients of the last minibatch, clipped.
  package var gradients: Parameters { shards[0].gradients }

  /// Learns from a rollout whose advantages are known.
  package func learn(
    from rollout: inout RolloutBuffer, _ parameters: inout Parameters, _ adam: inout Adam,
    _ update: Update, _ generator: Generator, tracing traced: Set<Int> = []
  ) throws -> PPOReport {
    swap(&self.rollout, &rollout)
    swap(&self.parameters, &parameters)
    defer {
      swap(&self.rollout, &rollout)
      swap(&self.parameters, &parameters)
    }
    let rows = self.rollout.rows
    order = Array(0..<rows)
    prepareObjective(update)
    objective.traced = traced
    var report = PPOReport(update, explainedVariance: self.rollout.explainedVariance)
    let count = max(1, rows / settings.minibatch)
    epochs: for epoch in 0..<settings.epochs {
      shuffle(generator, key: (update.number - 1) * settings.epochs + epoch)
      for index in 0..<count {
        minibatch = rows * index / count..<rows * (index + 1) / count
        let sums = computeGradients()
        guard report.add(sums, steps: minibatch.count, atMost: settings.targetKL) else {
          break epochs
        }
        let norm = try takeStep(&adam, sums, update)
        report.norms += norm
        if !objective.traced.isEmpty {
          report.take(shards.map(\.traces), epoch: epoch, minibatch: index, gradientNorm: norm)
        }
      }
      report.epochs += 1
    }
    return report
  }

  private func prepareObjective(_ update: Update) {
    objective.loss = PPOLoss(
      clipRange: Float(settings.clipRange),
      valueClip: Float(settings.valueClip * update.valueUnit))
    objective.valueCoefficient = Float(settings.valueCoefficient)
    objective.entropyCoefficient = Float(
      settings.entropyCoefficient(step: max(0, update.step - rollout.rows)))
    (objective.shift, objective.factor) = (0, 1)
    if settings.advantages == .rollout {
      normalizeAdvantages(by: rollout.advantageMoments(count: rollout.rows) { $0 })
    }
  }

  private func normalizeAdvantages(by moments: (mean: Double, deviation: Double)) {
    objective.shift = Float(moments.mean)
    objective.factor = Float(1 / (moments.deviation + 1e-8))
  }

  /// Another order of the steps, all equally likely (Fisher and Yates).
  private func shuffle(_ generator: Generator, key: Int) {
    var (quarter, words) = (-1, SIMD4<UInt32>())
    for place in stride(from: order.count - 1, to: 0, by: -1) {
      if place >> 2 != quarter {
        quarter = place >> 2
        words = generator.block(.replay, episode: key, quarter: quarter)
      }
      order.swapAt(place, Int((UInt64(words[place & 3]) * UInt64(place + 1)) >> 32))
    }
  }

  /// The gradients of a minibatch, summed up in the first shard.
  private func computeGradients() -> PPOLoss.Terms {
    objective.count = minibatch.count
    if settings.advantages == .minibatch {
      let first = minibatch.lowerBound
      normalizeAdvantages(
        by: rollout.advantageMoments(count: minibatch.count) { order[first + $0] })
    }
    pool.run(shards.count) { [self] shard in
      let (first, count) = (minibatch.lowerBound, minibatch.count)
      let range =
        first + count * shard / shards.count..<first + count * (shard + 1) / shards.count
      shards[shard].computeGradients(range, of: order, rollout, parameters, objective)
    }
    var sums = shards[0].sums
    for shard in shards.dropFirst() {
      sums += shard.sums
      shards[0].gradients.add(shard.gradients)
    }
    return sums
  }

  /// Moves the parameters against the gradients; how long these were.
  private func takeStep(
    _ adam: inout Adam, _ sums: PPOLoss.Terms, _ update: Update
  ) throws -> Double {
    let most = settings.gradientNorm > 0 ? settings.gradientNorm : .infinity
    let norm = shards[0].gradients.clip(toNorm: most)
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
    adam.step(&parameters, shards[0].gradients, rate: update.learningRate)
    return norm
  }
}

/// What the gradients of a minibatch are the slopes of.
private struct Objective: Sendable {
  var loss = PPOLoss(clipRange: 0)
  var valueCoefficient: Float = 0
  var entropyCoefficient: Float = 0
  /// Taken off each advantage, and what the rest is multiplied by.
  var shift: Float = 0
  var factor: Float = 1
  /// How many steps the minibatch has in all.
  var count = 1
  /// The rows of the rollout whose numbers are kept.
  var traced: Set<Int> = []
}

/// A part of each minibatch: its own workspace and gradients, so that parts can be computed side by side.
private final class MinibatchShard: @unchecked Sendable {
  private var workspace: PolicyWorkspace
  var gradients: Parameters
  private(set) var sums = PPOLoss.Terms()
  /// What the last minibatch made of the rows that are traced, as far as they are in this part of it.
  private(set) var traces: [Int: RolloutTrace.Epoch] = [:]
  private var starts: [Int]
  private var actions: [Float]
  private var logs: [Float]
  private var entropies: [Float]
  private var slopes: [Float]
  /// How many steps are computed at once.
  private let batch: Int

  /// A shard for up to `most` steps.
  init(_ network: PolicyNetwork, rows most: Int) {
    let rows = min(most, network.batch)
    batch = rows
    workspace = network.workspace(rows: rows)
    gradients = Parameters(zeros: network.layout)
    starts = [Int](repeating: 0, count: rows)
    actions = [Float](repeating: 0, count: rows * network.actionWidth)
    logs = [Float](repeating: 0, count: rows)
    (entropies, slopes) = (logs, logs)
  }

  /// Sets gradients and sums to those of the steps that `order` names at some places.
  func computeGradients(
    _ range: Range<Int>, of order: [Int], _ rollout: RolloutBuffer, _ parameters: Parameters,
    _ objective: Objective
  ) {
    gradients.clear()
    sums = PPOLoss.Terms()
    traces = [:]
    for first in stride(from: range.lowerBound, to: range.upperBound, by: batch) {
      let end = min(first + batch, range.upperBound)
      addGradients(first..<end, of: order, rollout, parameters, objective)
    }
  }

  private func addGradients(
    _ range: Range<Int>, of order: [Int], _ rollout: RolloutBuffer, _ parameters: Parameters,
    _ objective: Objective
  ) {
    let (count, wide) = (range.count, rollout.actionWidth)
    for row in 0..<count {
      let step = order[range.lowerBound + row]
      starts[row] = step * rollout.width
      for column in 0..<wide {
        actions[row * wide + column] = rollout.actions[step * wide + column]
      }
    }
    workspace.load(rollout.observations, from: starts, rows: count)
    workspace.forward(rows: count, parameters)
    let (head, y) = (workspace.network.head, workspace.policy)
    head.logProbabilities(
      y, rows: count, of: actions, parameters, &workspace.activations, into: &logs,
      entropies: &entropies)
    compare(range, of: order, rollout, objective)
    head.backward(
      y, rows: count, of: actions, logs: logs, entropies: entropies, slopes: slopes,
      entropySlope: -objective.entropyCoefficient / Float(objective.count), parameters,
      into: &gradients, &workspace.activations)
    workspace.backward(rows: count, parameters, into: &gradients)
  }

  /// Sums the losses up, and sets the slopes along the logarithms and values.
  private func compare(
    _ range: Range<Int>, of order: [Int], _ rollout: RolloutBuffer, _ objective: Objective
  ) {
    let weight = 1 / Float(objective.count)
    for row in 0..<range.count {
      let step = order[range.lowerBound + row]
      let old = rollout.logs[step]
      let advantage = (rollout.advantages[step] - objective.shift) * objective.factor
      let policy = objective.loss.policy(log: logs[row], old: old, advantage: advantage)
      slopes[row] = policy.slope * weight
      let value = objective.loss.value(
        workspace.value(of: row), old: rollout.values[step], return: rollout.returns[step])
      workspace.activations[gradient: workspace.value, row, 0] =
        value.slope * objective.valueCoefficient * weight
      sums.policy += Double(policy.loss)
      sums.value += Double(value.loss)
      sums.entropy += Double(entropies[row])
      let move = Double(logs[row] - old)
      sums.oldKL -= move
      sums.kl += expm1(move) - move
      if abs(expm1(move)) > Double(objective.loss.clipRange) { sums.clipped += 1 }
      if !objective.traced.isEmpty, objective.traced.contains(step) {
        traces[step] = RolloutTrace.Epoch(
          epoch: 0, minibatch: 0, advantage: advantage, log: logs[row], ratio: exp(logs[row] - old),
          policyLoss: policy.loss, policySlope: policy.slope, value: workspace.value(of: row),
          valueLoss: value.loss, valueSlope: value.slope, entropy: entropies[row])
      }
    }
  }
}

/// What an update found.
package struct PPOReport: Sendable {
  package let update: PPOLearner.Update
  /// How well the values foresaw the returns.
  package let explainedVariance: Double
  /// How many minibatches were learned from, and how many times the whole rollout.
  package private(set) var minibatches = 0
  package fileprivate(set) var epochs = 0
  /// Whether the target KL ended the update early.
  package private(set) var isCut = false
  private var sums = PPOLoss.Terms()
  private var steps = 0
  fileprivate var norms = 0.0
  /// What each epoch made of the rows that are traced.
  package private(set) var traced: [Int: [RolloutTrace.Epoch]] = [:]

  init(_ update: PPOLearner.Update, explainedVariance: Double) {
    (self.update, self.explainedVariance) = (update, explainedVariance)
  }

  /// Takes a minibatch in; false where the policy has moved too far to go on.
  mutating func add(_ sums: PPOLoss.Terms, steps count: Int, atMost targetKL: Double) -> Bool {
    self.sums += sums
    steps += count
    isCut = targetKL > 0 && sums.kl / Double(count) > targetKL
    if !isCut { minibatches += 1 }
    return !isCut
  }

  fileprivate mutating func take(
    _ shards: [[Int: RolloutTrace.Epoch]], epoch: Int, minibatch: Int, gradientNorm: Double
  ) {
    for traces in shards {
      for (row, trace) in traces {
        var trace = trace
        (trace.epoch, trace.minibatch) = (epoch + 1, minibatch + 1)
        trace.gradientNorm = gradientNorm
        traced[row, default: []].append(trace)
      }
    }
  }

  /// The means over all steps that were learned from.
  package var means: PPOLoss.Terms { sums / Double(max(1, steps)) }
  /// The mean length of the gradients before they were clipped.
  package var gradientNorm: Double { norms / Double(max(1, minibatches)) }

  /// The metrics, under CleanRL's names.
  package var metrics: [Metric] {
    let means = means
    return [
      ("charts/learning_rate", update.learningRate), ("losses/policy_loss", means.policy),
      ("losses/value_loss", means.value), ("losses/entropy", means.entropy),
      ("losses/old_approx_kl", means.oldKL), ("losses/approx_kl", means.kl),
      ("losses/clipfrac", means.clipped), ("losses/explained_variance", explainedVariance),
      ("losses/gradient_norm", gradientNorm),
    ].map { Metric(step: update.step, name: $0.0, value: $0.1) }
  }
}
