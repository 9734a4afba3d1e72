import Neural
import Rollouts
import Testing
import Trainers

/// What a learning step minimises, in double precision and as plain as possible.
private struct PlainLoss {
  let settings: DQNConfiguration
  let layout: ParameterLayout
  let rows: [Sample]
  /// Whether the target is computed with the parameters that move.
  let targetMoves: Bool

  struct Sample {
    var seen: [Float]
    var action: Int
    var reward: Double
    var next: [Float]
    var ending: Ending
  }

  func values(_ slab: [Double], _ seen: [Float]) -> [Double] {
    var x = seen.map(Double.init)
    for index in 0...settings.hidden.count {
      let isLast = index == settings.hidden.count
      guard let w = layout.entry("\(2 * index).weight"), let b = layout.entry("\(2 * index).bias")
      else { return [] }
      x = (0..<w.shape[0]).map { row in
        let sum = x.indices.reduce(slab[b.offset + row]) {
          $0 + x[$1] * slab[w.offset + row * x.count + $1]
        }
        return isLast ? sum : max(0, sum)
      }
    }
    return x
  }

  func loss(_ slab: [Double], still: [Double]) -> Double {
    let losses = rows.map { row in
      let future = values(targetMoves ? slab : still, row.next).max() ?? 0
      let target = row.reward + (row.ending == .terminated ? 0 : settings.gamma * future)
      let d = values(slab, row.seen)[row.action] - target
      switch settings.loss {
      case .squared: return d * d
      case .smoothL1: return abs(d) < 1 ? d * d / 2 : abs(d) - 0.5
      }
    }
    return losses.reduce(0, +) / Double(rows.count)
  }
}

struct QLearnerTests {
  private static func samples(_ count: Int) -> [PlainLoss.Sample] {
    let endings = [Ending.running, .terminated, .truncated]
    return (0..<count).map { index in
      let seen = (0..<4).map { (column: Int) -> Float in
        Float((index * 5 + column * 3) % 11) / 11 - 0.5
      }
      let next = (0..<4).map { (column: Int) -> Float in Float((index * 7 + column) % 13) / 13 }
      return PlainLoss.Sample(
        seen: seen, action: index % 3, reward: Double(index % 5) - 2.5, next: next,
        ending: endings[index % 3])
    }
  }

  private static func buffer(_ samples: [PlainLoss.Sample], gamma: Double) -> ReplayBuffer {
    var buffer = ReplayBuffer(capacity: samples.count, width: 4, gamma: gamma)
    for sample in samples {
      buffer.push(
        sample.seen, sample.action, reward: sample.reward, next: sample.next, sample.ending)
    }
    return buffer
  }

  private static func settings(
    _ loss: DQNLoss, _ gradient: DQNGradient, targetEvery: Int = 0
  ) -> DQNConfiguration {
    var settings = DQNConfiguration()
    settings.hidden = [7, 6]
    settings.loss = loss
    settings.gradient = gradient
    settings.targetEvery = targetEvery
    // The gradient is looked at, not followed.
    settings.learningRate = .constant(0)
    return settings
  }

  @Test(
    arguments: [DQNLoss.smoothL1, .squared],
    [(DQNGradient.semi, 0), (.residual, 0), (.semi, 100)])
  func `the gradient is the slope of the loss, with or without its target`(
    loss: DQNLoss, how: (DQNGradient, Int)
  ) throws {
    let settings = Self.settings(loss, how.0, targetEvery: how.1)
    // One sample after the other, each alone, as the batch's own choice is random.
    for sample in Self.samples(6) {
      var learner = QLearner(inputs: 4, actions: 3, seed: 5, settings: settings)
      let plain = PlainLoss(
        settings: settings, layout: learner.parameters.layout, rows: [sample],
        targetMoves: how.0 == .residual)
      let slab = learner.parameters.values.map(Double.init)
      let outcome = learner.learnNewest(Self.buffer([sample], gamma: settings.gamma))
      #expect(abs(outcome.loss - plain.loss(slab, still: slab)) < 1e-5)
      for index in slab.indices {
        var (up, down) = (slab, slab)
        up[index] += 1e-6
        down[index] -= 1e-6
        let slope = (plain.loss(up, still: slab) - plain.loss(down, still: slab)) / 2e-6
        #expect(abs(Double(learner.gradients.values[index]) - slope) < 1e-4)
      }
    }
  }

  @Test func `a batch's gradient is the mean of its samples'`() {
    let settings = Self.settings(.smoothL1, .semi)
    let samples = Self.samples(12)
    // Drawn with replacement; so the mean over many batches shows the draw.
    var learner = QLearner(inputs: 4, actions: 3, seed: 5, settings: settings)
    let buffer = Self.buffer(samples, gamma: settings.gamma)
    var (mean, loss) = ([Double](repeating: 0, count: learner.gradients.values.count), 0.0)
    for update in 0..<20_000 {
      loss += learner.learnBatch(buffer, rows: 12, Generator(seed: 1), update: update).loss / 20_000
      for index in mean.indices { mean[index] += Double(learner.gradients.values[index]) / 20_000 }
    }
    var (expected, expectedLoss) = (mean.map { _ in 0.0 }, 0.0)
    for sample in samples {
      expectedLoss += learner.learnNewest(Self.buffer([sample], gamma: settings.gamma)).loss / 12
      for index in mean.indices {
        expected[index] += Double(learner.gradients.values[index]) / 12
      }
    }
    #expect(abs(loss - expectedLoss) < 0.01)
    for (one, other) in zip(mean, expected) { #expect(abs(one - other) < 0.01) }
  }

  @Test func `a terminated step has no future value, a truncated one has`() {
    var settings = Self.settings(.squared, .semi)
    settings.gamma = 0.5
    for ending in [Ending.running, .truncated, .terminated] {
      var learner = QLearner(inputs: 4, actions: 3, seed: 2, settings: settings)
      var sample = Self.samples(1)[0]
      sample.ending = ending
      let (now, then) = (learner.values(sample.seen), learner.values(sample.next))
      let future = ending == .terminated ? 0 : 0.5 * (then.max() ?? 0)
      let d = now[sample.action] - (Float(sample.reward) + future)
      let outcome = learner.learnNewest(Self.buffer([sample], gamma: 0.5))
      #expect(abs(outcome.loss - Double(d * d)) < 1e-5)
      #expect(outcome.value == Double(now[sample.action]))
    }
  }

  @Test func `double DQN asks the target network for the value of the network's choice`() {
    var settings = Self.settings(.squared, .semi, targetEvery: 1000)
    settings.double = true
    settings.learningRate = .constant(0.05)
    var learner = QLearner(inputs: 4, actions: 3, seed: 2, settings: settings)
    let sample = Self.samples(1)[0]
    let buffer = Self.buffer([sample], gamma: 0.9)
    let still = learner.values(sample.next)
    // After some steps the network prefers another action than its unmoved copy does.
    for _ in 0..<30 { _ = learner.learnNewest(buffer) }
    let moved = learner.values(sample.next)
    let choice = ActionChoice.greedy(moved)
    let d =
      learner.values(sample.seen)[sample.action] - (Float(sample.reward) + 0.9 * still[choice])
    #expect(abs(learner.learnNewest(buffer).loss - Double(d * d)) < 1e-4)
  }

  @Test func `long gradients are clipped`() {
    var settings = Self.settings(.squared, .semi)
    settings.clip = 0.1
    var learner = QLearner(inputs: 4, actions: 3, seed: 5, settings: settings)
    _ = learner.learnNewest(Self.buffer(Self.samples(1), gamma: 0.9))
    #expect(abs(learner.gradients.norm - 0.1) < 1e-4)
  }
}
