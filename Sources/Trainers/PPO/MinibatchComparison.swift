import Glibc
import Neural
import Rollouts

/// A comparison of a minibatch's rows with the rollout: their losses, and the derivatives with
/// respect to the network's outputs.
struct MinibatchComparison: Sendable {
  /// For each row, the action's log probability, the entropy, and the derivative of the loss with
  /// respect to the log probability.
  var logs: [Float]
  var entropies: [Float]
  private(set) var slopes: [Float]
  /// The results for the rows.
  private(set) var sums = PPOLoss.Terms()
  /// The rows of the rollout that are traced, and their results in this minibatch.
  var traced: Set<Int> = []
  private(set) var traces: [Int: RolloutTrace.Epoch] = [:]
  private var actions: [Float]

  /// Space for a number of rows.
  init(_ network: PolicyNetwork, rows: Int) {
    logs = [Float](repeating: 0, count: rows)
    (entropies, slopes) = (logs, logs)
    actions = [Float](repeating: 0, count: rows * network.actionWidth)
  }

  /// Begins a minibatch, or a part of one.
  mutating func clear() {
    sums = PPOLoss.Terms()
    if !traces.isEmpty { traces = [:] }
  }

  /// Compares the policy's output y with the rollout for the steps at a range of `order`; sets its
  /// gradients, and adds those of the head's parameters.
  mutating func comparePolicy(
    _ head: PolicyHead, _ y: Rows, _ range: Range<Int>, of order: [Int], _ rollout: RolloutBuffer,
    _ objective: Objective, _ parameters: Parameters, into gradients: inout Parameters,
    _ activations: inout Activations
  ) {
    let (count, wide) = (range.count, rollout.actionWidth)
    for row in 0..<count {
      let step = order[range.lowerBound + row]
      for column in 0..<wide {
        actions[row * wide + column] = rollout.actions[step * wide + column]
      }
    }
    head.logProbabilities(
      y, rows: count, of: actions, parameters, &activations, into: &logs, entropies: &entropies)
    let weight = 1 / Float(objective.count)
    var sums = sums
    for row in 0..<count {
      compare(row, order[range.lowerBound + row], rollout, objective, weight, &sums)
    }
    self.sums = sums
    head.backward(
      y, rows: count, of: actions, logs: logs, entropies: entropies, slopes: slopes,
      entropySlope: -objective.entropyCoefficient * weight, parameters, into: &gradients,
      &activations)
  }

  @inline(__always)
  private mutating func compare(
    _ row: Int, _ step: Int, _ rollout: RolloutBuffer, _ objective: Objective, _ weight: Float,
    _ sums: inout PPOLoss.Terms
  ) {
    let move = logs[row] - rollout.logs[step]
    let ratio = exp(move)
    let advantage = (rollout.advantages[step] - objective.shift) * objective.factor
    let policy = objective.loss.policy(ratio: ratio, advantage: advantage)
    slopes[row] = policy.slope * weight
    sums.policy += Double(policy.loss)
    sums.entropy += Double(entropies[row])
    sums.oldKL -= Double(move)
    sums.kl += (Double(ratio) - 1) - Double(move)
    if abs(ratio - 1) > objective.loss.clipRange { sums.clipped += 1 }
    guard !traced.isEmpty, traced.contains(step) else { return }
    traces[step, default: RolloutTrace.Epoch()].note(
      advantage: advantage, log: logs[row], ratio: ratio, loss: policy.loss, slope: policy.slope,
      entropy: entropies[row])
  }

  /// Adds the errors of the predictions of where letters are.
  mutating func count(placeError: Double) { sums.place += placeError }

  /// Compares the values of the steps at a range of `order`, and sets their gradients.
  mutating func compareValues(
    _ y: Rows, _ range: Range<Int>, of order: [Int], _ rollout: RolloutBuffer,
    _ objective: Objective, _ activations: inout Activations
  ) {
    let weight = objective.valueCoefficient / Float(objective.count)
    for row in 0..<range.count {
      let step = order[range.lowerBound + row]
      let now = activations[y, row, 0]
      let value = objective.loss.value(
        now, old: rollout.values[step], return: rollout.returns[step])
      activations[gradient: y, row, 0] = value.slope * weight
      sums.value += Double(value.loss)
      guard !traced.isEmpty, traced.contains(step) else { continue }
      traces[step, default: RolloutTrace.Epoch()].note(
        value: now, loss: value.loss, slope: value.slope)
    }
  }
}
