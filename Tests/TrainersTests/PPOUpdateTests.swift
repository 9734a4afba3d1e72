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
    var lesson = try Lesson(known)
    lesson.settings.shards = shards
    for pass in try known.list("passes") {
      let (report, gradients) = try lesson.learn()
      for (key, value) in [
        ("policy_loss", report.policyLoss), ("value_loss", report.valueLoss),
        ("entropy", report.entropy), ("norm", report.gradientNorm), ("kl", report.approxKL),
        ("old_kl", report.oldApproxKL), ("clipfrac", report.clipFraction),
      ] {
        expectNear([Float(value)], [Float(try pass.number(key))], within: 2e-6, "\(name) \(key)")
      }
      let shortened = Float(min(1, 0.5 / (report.gradientNorm + 1e-6)))
      expectNear(
        gradients.values, try pass.slab("gradients").map { $0 * shortened }, within: 2e-6, name)
      expectNear(lesson.parameters.values, try pass.slab("after"), within: 2e-6, name)
    }
    #expect(lesson.adam.steps == 2)
  }

  @Test(arguments: cases)
  func `the gradients are the slopes that small steps measure`(name: String) throws {
    var lesson = try Lesson(PPOReference(name))
    lesson.settings.gradientNorm = 0
    // Steps of 0.001 cross none of the loss's kinks here.
    lesson.settings.clipRange = 0.3
    lesson.rate = 0
    let gradients = try lesson.learn().gradients.values
    let start = lesson.parameters.values
    var slopes: [Float] = []
    for index in start.indices {
      let sides = try [Float(0.001), -0.001].map { move in
        lesson.parameters.values = start
        lesson.parameters.values[index] += move
        return try lesson.loss()
      }
      slopes.append(Float((sides[0] - sides[1]) / 0.002))
    }
    expectNear(gradients, slopes, within: 2e-3, name)
  }

  @Test func `an update stops where the policy has moved too far`() throws {
    var lesson = try Lesson(PPOReference("choices"))
    lesson.settings.epochs = 50
    lesson.settings.targetKL = 0.03
    lesson.rate = 0.05
    let report = try lesson.learn().report
    #expect(report.isCut && report.epochs < 50 && report.epochs == report.minibatches)
    #expect(lesson.adam.steps == report.minibatches && report.minibatches > 0)
    // The first minibatch is beyond this at once, so nothing is learned.
    lesson = try Lesson(PPOReference("choices"))
    lesson.settings.targetKL = 1e-6
    let before = lesson.parameters
    #expect(try lesson.learn().report.minibatches == 0)
    #expect(lesson.parameters == before)
  }

  @Test func `advantages are scaled within minibatches, within the rollout or not at all`() throws {
    var lesson = try Lesson(PPOReference("choices"))
    func gradients(_ scale: AdvantageScale) throws -> Parameters {
      var copy = lesson
      copy.settings.advantages = scale
      copy.settings.gradientNorm = 0
      return try copy.learn().gradients
    }
    // One minibatch is the whole rollout.
    #expect(try gradients(.minibatch) == gradients(.rollout))
    let plain = try gradients(.none)
    #expect(try gradients(.rollout) != plain)
    let (mean, deviation) = moments(lesson.rollout.advantages)
    for index in lesson.rollout.advantages.indices {
      lesson.rollout.advantages[index] = (lesson.rollout.advantages[index] - mean) / deviation
    }
    expectNear(
      try gradients(.none).values, try gradients(.rollout).values, within: 1e-5, "scaled before")
  }

  private func moments(_ numbers: [Float]) -> (Float, Float) {
    let mean = numbers.reduce(0, +) / Float(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Float(numbers.count - 1)).squareRoot())
  }

  @Test func `a loss that is no number stops the update with a sentence`() throws {
    var lesson = try Lesson(PPOReference("real numbers"))
    lesson.rollout.returns[3] = .infinity
    #expect(
      throws: TrainingError(
        "training stopped at step 0: losses/value_loss is inf, no finite number; look at"
          + " learning_rate (0.01) and gradient_norm (0.5)")
    ) { try lesson.learn() }
  }
}
