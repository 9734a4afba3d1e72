import Neural
import Platform
import Rollouts

/// The two networks of an MLP policy, which are trained side by side. They share only their
/// observations and the norm of both gradients together. Each therefore runs on a thread, which
/// finds its network's numbers in its own cache, and one round per minibatch suffices. A round
/// takes the step for the previous minibatch and computes the next gradients.
///
/// With more than two shards, each network has several parts, which process some of a minibatch's
/// rows each and take the same steps. With several processes, the first half has the parts of the
/// policy, the other half those of the value. They exchange only the norms of gradients and, at the
/// end, what they learned.
final class NetworkPair: MinibatchLessons {
  /// The parts in this process, and which of them belong to the same network.
  private let parts: [LearningNetwork]
  private let networks: [Range<Int>]
  /// The ranges of both networks' parameters.
  private let ranges: [Range<Int>]
  private let pool: ThreadPool
  private let ranks: Ranks?
  private var step: LearningNetwork.Step?
  private(set) var rows = 0

  init(
    _ network: PolicyNetwork, policy: MLP, value: MLP, shards: Int, rows most: Int,
    _ pool: ThreadPool, _ ranks: Ranks?
  ) {
    // The parameters of the policy's head come after the policy.
    let first = value.layers[0].weight
    let ranges = [0..<first, first..<network.layout.count]
    let each = max(1, shards / 2)
    (self.ranges, self.pool, self.ranks) = (ranges, pool, ranks)
    parts = ranks.share(of: 2 * each).map { shard in
      let (number, part) = shard.quotientAndRemainder(dividingBy: each)
      return LearningNetwork(
        network, number == 0 ? policy : value, decides: number == 0, in: ranges[number],
        part: (part, each), rows: most / each + 1)
    }
    networks = ranks.count > 1 ? [0..<parts.count] : [0..<each, each..<2 * each]
  }

  func begin(
    _ parameters: Parameters, _ adam: Adam, _ rollout: RolloutBuffer, tracing traced: Set<Int>
  ) {
    step = nil
    for part in parts { part.begin(parameters, adam, rollout, tracing: traced) }
  }

  var order: [Int] {
    get { parts[0].order }
    set { for part in parts { part.order = newValue } }
  }

  func computeGradients(
    _ range: Range<Int>, _ objective: Objective
  ) -> (sums: PPOLoss.Terms, norm: Double) {
    let (parts, step) = (parts, step)
    pool.run(parts.count) { parts[$0].learn(step, range, objective) }
    self.step = nil
    var lengths = [Double]()
    var sums = PPOLoss.Terms()
    for network in networks {
      let whole = parts[network.lowerBound]
      forEachPair(of: network.count) { into, from in
        parts[network.lowerBound + into].add(parts[network.lowerBound + from])
      }
      if let ranks, ranks.count > 2 { whole.addUp(ranks) }
      for part in parts[network].dropFirst() { part.take(whole) }
      lengths.append(whole.squares)
      sums += whole.sums
      rows += parts[network].reduce(0) { $0 + $1.rows(of: range) }
    }
    if let ranks {
      let other = ranks.rank ^ ranks.count / 2
      lengths.append(ranks.exchange(lengths[0], with: other))
      sums += ranks.exchange(sums, with: other)
    }
    return (sums, (lengths[0] + lengths[1]).squareRoot())
  }

  func takeStep(rate: Double, scale: Float) {
    step = LearningNetwork.Step(rate: rate, scale: scale)
  }

  func end(_ parameters: inout Parameters, _ adam: inout Adam) {
    for part in parts { part.end(step, &parameters, &adam) }
    step = nil
    guard let ranks else { return }
    let isFirstHalf = ranks.rank < ranks.count / 2
    let (mine, theirs) = isFirstHalf ? (ranges[0], ranges[1]) : (ranges[1], ranges[0])
    func complete(_ slab: inout Parameters) {
      ranks.exchange(mine, for: theirs, of: &slab.values, with: ranks.rank ^ ranks.count / 2)
    }
    var (m, v) = (adam.m, adam.v)
    complete(&parameters)
    complete(&m)
    complete(&v)
    adam.restore(steps: adam.steps, m: m, v: v)
  }

  var gradients: Parameters {
    var gradients = Parameters(zeros: parts[0].layout)
    for network in networks {
      let whole = parts[network.lowerBound]
      gradients.take(whole.range, from: whole.gradients)
    }
    return gradients
  }

  var traces: [Int: RolloutTrace.Epoch] {
    parts.reduce(into: [:]) { $0.merge($1.traces) { $0.valued(as: $1) } }
  }
}
