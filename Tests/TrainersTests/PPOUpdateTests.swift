import Neural
import Rollouts
import Testing
import Trainers

struct PPOUpdateTests {
  static let cases = [
    "choices", "choices, values clipped", "real numbers", "real numbers, values clipped",
  ]

  @Test(arguments: cases, [1, 3])
  func `losses, gradients and steps are PyTorch's`(name: String, shards: Int) throws {
    let known = try PPOReference(name)
    var update = try SingleUpdate(known)
    update.settings.shards = shards
    for pass in try known.list("passes") {
      let (report, gradients) = try update.learn()
      for (key, value) in [
        ("policy_loss", report.means.policy), ("value_loss", report.means.value),
        ("entropy", report.means.entropy), ("norm", report.gradientNorm), ("kl", report.means.kl),
        ("old_kl", report.means.oldKL), ("clipfrac", report.means.clipped),
      ] {
        expectNear([Float(value)], [Float(try pass.number(key))], within: 2e-6, "\(name) \(key)")
      }
      let shortened = Float(min(1, 0.5 / (report.gradientNorm + 1e-6)))
      expectNear(
        gradients.values, try pass.slab("gradients").map { $0 * shortened }, within: 2e-6, name)
      expectNear(update.parameters.values, try pass.slab("after"), within: 2e-6, name)
    }
    #expect(update.adam.steps == 2)
  }

  @Test(arguments: cases)
  func `the gradients equal the slopes that small steps measure`(name: String) throws {
    var update = try SingleUpdate(PPOReference(name))
    update.settings.gradientNorm = 0
    // Steps of 0.001 cross none of the loss's kinks here.
    update.settings.clipRange = 0.3
    update.rate = 0
    let gradients = try update.learn().gradients.values
    let start = update.parameters.values
    var slopes: [Float] = []
    for index in start.indices {
      let sides = try [Float(0.001), -0.001].map { move in
        update.parameters.values = start
        update.parameters.values[index] += move
        return try update.loss()
      }
      slopes.append(Float((sides[0] - sides[1]) / 0.002))
    }
    expectNear(gradients, slopes, within: 2e-3, name)
  }

  @Test func `an update stops where the policy has moved too far`() throws {
    var update = try SingleUpdate(PPOReference("choices"))
    update.settings.epochs = 50
    update.settings.targetKL = 0.03
    update.rate = 0.05
    let report = try update.learn().report
    #expect(report.isCut && report.epochs < 50 && report.epochs == report.minibatches)
    #expect(update.adam.steps == report.minibatches && report.minibatches > 0)
    // The first minibatch is beyond this at once, so nothing is learned.
    update = try SingleUpdate(PPOReference("choices"))
    update.settings.targetKL = 1e-6
    let before = update.parameters
    #expect(try update.learn().report.minibatches == 0)
    #expect(update.parameters == before)
  }

  @Test func `advantages are scaled within minibatches, within the rollout or not at all`() throws {
    var update = try SingleUpdate(PPOReference("choices"))
    func gradients(_ scale: AdvantageScale) throws -> Parameters {
      var copy = update
      copy.settings.advantages = scale
      copy.settings.gradientNorm = 0
      return try copy.learn().gradients
    }
    // One minibatch is the whole rollout.
    #expect(try gradients(.minibatch) == gradients(.rollout))
    let plain = try gradients(.none)
    #expect(try gradients(.rollout) != plain)
    let (mean, deviation) = moments(update.rollout.advantages)
    for index in update.rollout.advantages.indices {
      update.rollout.advantages[index] = (update.rollout.advantages[index] - mean) / deviation
    }
    expectNear(
      try gradients(.none).values, try gradients(.rollout).values, within: 1e-5, "scaled before")
  }

  private func moments(_ numbers: [Float]) -> (Float, Float) {
    let mean = numbers.reduce(0, +) / Float(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Float(numbers.count - 1)).squareRoot())
  }

  @Test func `a loss that is not finite stops the update with one sentence`() throws {
    var update = try SingleUpdate(PPOReference("real numbers"))
    update.rollout.returns[3] = .infinity
    #expect(
      throws: TrainingError(
        "training stopped at step 0: losses/value_loss is inf, not a finite number; check"
          + " learning_rate (0.01) and gradient_norm (0.5)")
    ) { try update.learn() }
  }
}
