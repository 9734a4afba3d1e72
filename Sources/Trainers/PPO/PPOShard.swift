import Glibc
import Neural

/// A part of each minibatch: its own desk and gradients, so that parts can be computed side by side.
final class PPOShard: @unchecked Sendable {
  private var desk: PolicyDesk
  var gradients: Parameters
  private(set) var sums = PPOLoss.Sums()
  private var starts: [Int]
  private var actions: [Float]
  private var logs: [Float]
  private var entropies: [Float]
  private var slopes: [Float]

  /// How many steps are computed at once.
  private let batch: Int

  /// A shard for up to so many steps.
  init(_ network: PolicyNetwork, rows most: Int) {
    let rows = min(most, network.batch)
    batch = rows
    desk = network.desk(rows: rows)
    gradients = Parameters(zeros: network.layout)
    starts = [Int](repeating: 0, count: rows)
    actions = [Float](repeating: 0, count: rows * network.actionWidth)
    logs = [Float](repeating: 0, count: rows)
    (entropies, slopes) = (logs, logs)
  }

  /// What all shards of a minibatch are told.
  struct Task: Sendable {
    var loss: PPOLoss
    var valueCoefficient: Float
    var entropyCoefficient: Float
    /// Taken off each advantage, and what the rest is multiplied by.
    var shift: Float
    var factor: Float
    /// How many steps the minibatch has in all.
    var count: Int
  }

  /// Sets gradients and sums to those of the steps that `order` names at some places.
  func learn(
    _ range: Range<Int>, of order: [Int], _ rollout: PPORollout, _ parameters: Parameters,
    _ task: Task
  ) {
    gradients.clear()
    sums = PPOLoss.Sums()
    for first in stride(from: range.lowerBound, to: range.upperBound, by: batch) {
      let end = min(first + batch, range.upperBound)
      learn(batch: first..<end, of: order, rollout, parameters, task)
    }
  }

  private func learn(
    batch range: Range<Int>, of order: [Int], _ rollout: PPORollout, _ parameters: Parameters,
    _ task: Task
  ) {
    let (count, wide) = (range.count, rollout.actionWidth)
    for row in 0..<count {
      let step = order[range.lowerBound + row]
      starts[row] = step * rollout.width
      for column in 0..<wide {
        actions[row * wide + column] = rollout.actions[step * wide + column]
      }
    }
    desk.look(at: rollout.observations, from: starts, rows: count)
    desk.judge(rows: count, parameters)
    let (head, y) = (desk.network.head, desk.policy)
    head.logProbabilities(
      y, rows: count, of: actions, parameters, &desk.memory, into: &logs, entropies: &entropies)
    compare(range, of: order, rollout, task)
    head.backward(
      y, rows: count, of: actions, logs: logs, entropies: entropies, slopes: slopes,
      entropySlope: -task.entropyCoefficient / Float(task.count), parameters, into: &gradients,
      &desk.memory)
    desk.backward(rows: count, parameters, into: &gradients)
  }

  /// Sums the losses up, and sets the slopes along the logarithms and values.
  private func compare(
    _ range: Range<Int>, of order: [Int], _ rollout: PPORollout, _ task: Task
  ) {
    let weight = 1 / Float(task.count)
    for row in 0..<range.count {
      let step = order[range.lowerBound + row]
      let old = rollout.logs[step]
      let advantage = (rollout.advantages[step] - task.shift) * task.factor
      let policy = task.loss.policy(log: logs[row], old: old, advantage: advantage)
      slopes[row] = policy.slope * weight
      let value = task.loss.value(
        desk.value(of: row), old: rollout.values[step], return: rollout.returns[step])
      desk.memory[gradient: desk.value, row, 0] =
        value.slope * task.valueCoefficient * weight
      sums.policy += Double(policy.loss)
      sums.value += Double(value.loss)
      sums.entropy += Double(entropies[row])
      let move = Double(logs[row] - old)
      sums.oldKL -= move
      sums.kl += expm1(move) - move
      if abs(expm1(move)) > Double(task.loss.clipRange) { sums.clipped += 1 }
    }
  }
}
