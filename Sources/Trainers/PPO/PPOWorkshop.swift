package import Neural
package import Rollouts

/// Where a rollout is learned from: minibatch after minibatch, each in shards that threads compute side
/// by side. Everything is allocated once.
package final class PPOWorkshop: @unchecked Sendable {
  private let settings: PPOConfiguration
  private let shards: [PPOShard]
  private let crew: Crew
  // Lent by the trainer while it learns.
  private var parameters: Parameters
  private var rollout: PPORollout
  private var order: [Int] = []
  private var task = PPOShard.Task(
    loss: PPOLoss(clipRange: 0), valueCoefficient: 0, entropyCoefficient: 0, shift: 0, factor: 1,
    count: 1)
  private var minibatch = 0..<0

  /// A workshop for rollouts of the settings' size, and who works in it.
  package init(_ network: PolicyNetwork, _ settings: PPOConfiguration, _ crew: Crew) {
    self.settings = settings
    // The last minibatches take in what does not fill one.
    let most = min(2 * settings.minibatch, settings.worlds * settings.rollout)
    let rows = most / settings.shards + 1
    shards = (0..<settings.shards).map { _ in PPOShard(network, rows: rows) }
    self.crew = crew
    parameters = Parameters(zeros: ParameterLayout())
    rollout = PPORollout(worlds: 1, ticks: 0, width: 1, actionWidth: 1)
  }

  /// What an update is told besides its rollout.
  package struct Order: Sendable {
    /// How large Adam's steps are.
    package var rate: Double
    /// What a value's clip is multiplied by.
    package var valueUnit: Double
    /// Updates count from 1.
    package var update: Int
    /// The steps that were taken before.
    package var step: Int

    /// An order to learn.
    package init(rate: Double, valueUnit: Double = 1, update: Int = 1, step: Int = 0) {
      (self.rate, self.valueUnit, self.update, self.step) = (rate, valueUnit, update, step)
    }
  }

  /// The gradients of the last minibatch, clipped.
  package var gradients: Parameters { shards[0].gradients }

  /// Learns from a rollout whose advantages are known.
  package func learn(
    from rollout: inout PPORollout, _ parameters: inout Parameters, _ adam: inout Adam,
    _ wish: Order, _ generator: Generator
  ) throws -> PPOReport {
    swap(&self.rollout, &rollout)
    swap(&self.parameters, &parameters)
    defer {
      swap(&self.rollout, &rollout)
      swap(&self.parameters, &parameters)
    }
    let rows = self.rollout.rows
    order = Array(0..<rows)
    prepare(wish)
    var report = PPOReport(update: wish.update, step: wish.step, rate: wish.rate)
    report.explainedVariance = self.rollout.explainedVariance
    let count = max(1, rows / settings.minibatch)
    epochs: for epoch in 0..<settings.epochs {
      shuffle(generator, lot: (wish.update - 1) * settings.epochs + epoch)
      for index in 0..<count {
        minibatch = rows * index / count..<rows * (index + 1) / count
        let sums = compute()
        guard report.add(sums, steps: minibatch.count, atMost: settings.targetKL) else {
          break epochs
        }
        try step(&adam, sums, wish, into: &report)
      }
      report.epochs += 1
    }
    report.finish()
    return report
  }

  private func prepare(_ wish: Order) {
    task.loss = PPOLoss(
      clipRange: Float(settings.clipRange), valueClip: Float(settings.valueClip * wish.valueUnit))
    task.valueCoefficient = Float(settings.valueCoefficient)
    task.entropyCoefficient = Float(
      settings.entropyCoefficient(step: max(0, wish.step - rollout.rows)))
    (task.shift, task.factor) = (0, 1)
    if settings.advantages == .rollout {
      scale(rollout.advantageMoments(count: rollout.rows) { $0 })
    }
  }

  private func scale(_ moments: (mean: Double, deviation: Double)) {
    task.shift = Float(moments.mean)
    task.factor = Float(1 / (moments.deviation + 1e-8))
  }

  /// Another order of the steps, all equally likely (Fisher and Yates).
  private func shuffle(_ generator: Generator, lot: Int) {
    var (quarter, words) = (-1, SIMD4<UInt32>())
    for place in stride(from: order.count - 1, to: 0, by: -1) {
      if place >> 2 != quarter {
        quarter = place >> 2
        words = generator.block(.replay, episode: lot, quarter: quarter)
      }
      order.swapAt(place, Int((UInt64(words[place & 3]) * UInt64(place + 1)) >> 32))
    }
  }

  /// The gradients of a minibatch, summed up in the first shard.
  private func compute() -> PPOLoss.Sums {
    task.count = minibatch.count
    if settings.advantages == .minibatch {
      let first = minibatch.lowerBound
      scale(rollout.advantageMoments(count: minibatch.count) { order[first + $0] })
    }
    crew.run(shards.count) { [self] in work($0) }
    var sums = shards[0].sums
    for shard in shards.dropFirst() {
      sums += shard.sums
      shards[0].gradients.add(shard.gradients)
    }
    return sums
  }

  private func work(_ shard: Int) {
    let (first, count) = (minibatch.lowerBound, minibatch.count)
    let range =
      first + count * shard / shards.count..<first + count * (shard + 1) / shards.count
    shards[shard].learn(range, of: order, rollout, parameters, task)
  }

  private func step(
    _ adam: inout Adam, _ sums: PPOLoss.Sums, _ wish: Order, into report: inout PPOReport
  ) throws {
    let most = settings.gradientNorm > 0 ? settings.gradientNorm : .infinity
    let norm = shards[0].gradients.clip(toNorm: most)
    for (name, value) in [
      ("losses/policy_loss", sums.policy), ("losses/value_loss", sums.value),
      ("losses/gradient_norm", norm),
    ] where !value.isFinite {
      throw TrainingError.notFinite(
        step: wish.step, metric: name, value: value,
        lookAt: "learning_rate (\(wish.rate)) and gradient_norm (\(settings.gradientNorm))")
    }
    report.gradientNorm += norm
    adam.step(&parameters, shards[0].gradients, rate: wish.rate)
  }
}
