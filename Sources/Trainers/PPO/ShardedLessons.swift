import Neural
import Platform
import Rollouts

/// Training of a network whose minibatches are divided into shards, computed by threads and, with
/// several processes, by each process a part.
final class ShardedLessons: MinibatchLessons, @unchecked Sendable {
  private let shards: [MinibatchShard]
  /// The shards of this process.
  private let own: Range<Int>
  private let count: Int
  private let pool: ThreadPool
  private let ranks: Ranks?
  private(set) var rows = 0
  // The trainer's parameters while it learns.
  private var parameters = Parameters(zeros: ParameterLayout())
  private var adam = Adam(ParameterLayout())
  private var rollout = RolloutBuffer(worlds: 1, ticks: 0, width: 1, actionWidth: 1)
  var order: [Int] = []

  init(
    _ network: PolicyNetwork, shards count: Int, rows most: Int, _ pool: ThreadPool,
    _ ranks: Ranks?
  ) {
    (self.count, self.pool, self.ranks) = (count, pool, ranks)
    own = ranks.share(of: count)
    shards = own.map { _ in MinibatchShard(network, rows: most / count + 1) }
  }

  func begin(
    _ parameters: Parameters, _ adam: Adam, _ rollout: RolloutBuffer, tracing traced: Set<Int>
  ) {
    (self.parameters, self.adam, self.rollout) = (parameters, adam, rollout)
    for shard in shards { shard.comparison.traced = traced }
  }

  func end(_ parameters: inout Parameters, _ adam: inout Adam) {
    swap(&parameters, &self.parameters)
    swap(&adam, &self.adam)
  }

  var gradients: Parameters { shards[0].gradients }

  var traces: [Int: RolloutTrace.Epoch] {
    shards.reduce(into: [:]) { $0.merge($1.comparison.traces) { first, _ in first } }
  }

  func computeGradients(
    _ range: Range<Int>, _ objective: Objective
  ) -> (sums: PPOLoss.Terms, norm: Double) {
    let objective = objective.scaled(range, of: order, rollout)
    pool.run(shards.count) { [self] place in
      let part = range.part(own.lowerBound + place, of: count)
      shards[place].computeGradients(part, of: order, rollout, parameters, objective)
    }
    rows +=
      range.part(own.upperBound - 1, of: count).upperBound
      - range.part(own.lowerBound, of: count).lowerBound
    var sums = shards.map(\.comparison.sums)
    forEachPair(of: shards.count) { into, from in
      sums[into] += sums[from]
      shards[into].gradients.add(shards[from].gradients)
    }
    if let ranks {
      ranks.addUp(&sums[0], among: ranks.count, +=)
      let all = 0..<parameters.values.count
      ranks.addUp(&shards[0].gradients.values, in: all, among: ranks.count)
    }
    return (sums[0], shards[0].gradients.norm)
  }

  func takeStep(rate: Double, scale: Float) {
    if scale < 1 { shards[0].gradients.scale(by: scale) }
    adam.step(&parameters, shards[0].gradients, rate: rate)
  }
}

/// A part of each minibatch with its own workspace and gradients, so that parts can be computed
/// concurrently.
private final class MinibatchShard: @unchecked Sendable {
  private var workspace: PolicyWorkspace
  var gradients: Parameters
  var comparison: MinibatchComparison
  private var starts: [Int]
  /// How many steps are computed at once.
  private let batch: Int

  /// A shard for up to `most` steps.
  init(_ network: PolicyNetwork, rows most: Int) {
    batch = min(most, network.batch)
    workspace = network.workspace(rows: batch)
    gradients = Parameters(zeros: network.layout)
    comparison = MinibatchComparison(network, rows: batch)
    starts = [Int](repeating: 0, count: batch)
  }

  /// Computes gradients and sums for the steps at a range of `order`.
  func computeGradients(
    _ range: Range<Int>, of order: [Int], _ rollout: RolloutBuffer, _ parameters: Parameters,
    _ objective: Objective
  ) {
    gradients.clear()
    comparison.clear()
    for first in stride(from: range.lowerBound, to: range.upperBound, by: batch) {
      let end = min(first + batch, range.upperBound)
      addGradients(first..<end, of: order, rollout, parameters, objective)
    }
  }

  private func addGradients(
    _ range: Range<Int>, of order: [Int], _ rollout: RolloutBuffer, _ parameters: Parameters,
    _ objective: Objective
  ) {
    for row in range.indices { starts[row - range.lowerBound] = order[row] * rollout.width }
    workspace.load(rollout.observations, from: starts, rows: range.count)
    workspace.forward(rows: range.count, parameters)
    comparison.comparePolicy(
      workspace.network.head, workspace.policy, range, of: order, rollout, objective, parameters,
      into: &gradients, &workspace.activations)
    comparison.compareValues(
      workspace.value, range, of: order, rollout, objective, &workspace.activations)
    comparison.count(
      placeError: workspace.guessPlaces(
        weight: objective.placeCoefficient / Float(objective.count), parameters))
    workspace.backward(rows: range.count, parameters, into: &gradients)
  }
}
