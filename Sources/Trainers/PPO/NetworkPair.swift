import Neural
import Platform
import Rollouts

/// The two networks of an MLP policy, which learn side by side. They have only what they see in common, and
/// the length of both gradients together: so each has a thread, which finds the network's numbers in its
/// own cache, and one round a minibatch is enough. A round takes the step that the minibatch before has led
/// to, and computes the next gradients.
///
/// With more than two shards each network has several parts, which see some of a minibatch's rows each and
/// take the same steps. Of several processes the first half has the parts of the policy, the other half those
/// of the value: they tell each other only how long gradients are, and in the end what they learned.
final class NetworkPair: MinibatchLessons {
  /// The parts that this process has, and which of them are of one network.
  private let parts: [LearningNetwork]
  private let networks: [Range<Int>]
  /// Where the parameters of both networks lie.
  private let ranges: [Range<Int>]
  private let pool: ThreadPool
  private let ranks: Ranks?
  private var step: LearningNetwork.Step?
  private(set) var rows = 0

  init(
    _ network: PolicyNetwork, policy: MLP, value: MLP, shards: Int, rows most: Int,
    _ pool: ThreadPool, _ ranks: Ranks?
  ) {
    // The parameters of the policy's head lie behind the policy.
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

/// One of the two, or a part of it, with all that it learns by.
private final class LearningNetwork: @unchecked Sendable {
  /// A step against the last gradients times `scale`.
  struct Step: Sendable {
    var rate: Double
    var scale: Float
  }

  /// Where its parameters lie in the slab.
  let range: Range<Int>
  /// Which part of each minibatch it sees.
  private let part: (index: Int, count: Int)
  private var lesson: Lesson

  init(
    _ network: PolicyNetwork, _ net: MLP, decides: Bool, in range: Range<Int>,
    part: (index: Int, count: Int), rows: Int
  ) {
    (self.range, self.part) = (range, part)
    lesson = Lesson(network, net, decides: decides, in: range, rows: rows)
  }

  func begin(
    _ parameters: Parameters, _ adam: Adam, _ rollout: RolloutBuffer, tracing traced: Set<Int>
  ) {
    lesson.parameters = parameters
    lesson.adam = adam
    lesson.rollout = rollout
    lesson.comparison.traced = traced
    lesson.scale = 1
  }

  var order: [Int] {
    get { lesson.order }
    set { lesson.order = newValue }
  }

  /// Takes a step, where one is due, and computes the gradients of its part of the steps that `order` names
  /// at the places of a minibatch.
  func learn(_ step: Step?, _ range: Range<Int>, _ objective: Objective) {
    lesson.learn(step, range, range.part(part.index, of: part.count), objective)
  }

  /// How many rows of a minibatch it sees.
  func rows(of range: Range<Int>) -> Int { range.part(part.index, of: part.count).count }

  /// Adds what another part of the network found.
  func add(_ other: LearningNetwork) {
    lesson.gradients.add(other.lesson.gradients)
    lesson.sums += other.lesson.sums
    lesson.squares = lesson.gradients.squares(range)
  }

  /// Adds what the other processes of its half found.
  func addUp(_ ranks: Ranks) {
    ranks.addUp(&lesson.gradients.values, in: range, among: ranks.count / 2)
    ranks.addUp(&lesson.sums, among: ranks.count / 2, +=)
    lesson.squares = lesson.gradients.squares(range)
  }

  /// Takes over the whole network's gradients, to take the same step.
  func take(_ whole: LearningNetwork) {
    lesson.gradients.take(range, from: whole.lesson.gradients)
  }

  /// Takes the step that is due, and gives back what was learned.
  func end(_ step: Step?, _ parameters: inout Parameters, _ adam: inout Adam) {
    if let step { lesson.take(step) }
    parameters.take(range, from: lesson.parameters)
    adam.take(range, from: lesson.adam)
    lesson.rollout = RolloutBuffer(worlds: 1, ticks: 0, width: 1, actionWidth: 1)
  }

  var layout: ParameterLayout { lesson.parameters.layout }
  var sums: PPOLoss.Terms { lesson.sums }
  var squares: Double { lesson.squares }
  var traces: [Int: RolloutTrace.Epoch] { lesson.comparison.traces }

  var gradients: Parameters {
    var gradients = lesson.gradients
    gradients.scale(by: lesson.scale)
    return gradients
  }

  /// All of its numbers; a value, whose loops look nothing up.
  private struct Lesson {
    let net: MLP
    /// What its output means; nil where that is a value.
    let head: PolicyHead?
    let range: Range<Int>
    // Slabs of both networks, of which it uses its own part.
    var parameters: Parameters
    var gradients: Parameters
    var adam: Adam
    var weights: TurnedWeights
    var activations: Activations
    let buffers: MLP.Buffers
    var comparison: MinibatchComparison
    var rollout = RolloutBuffer(worlds: 1, ticks: 0, width: 1, actionWidth: 1)
    var order: [Int] = []
    var starts: [Int]
    /// What the rows came to, in all parts once these are added up.
    var sums = PPOLoss.Terms()
    /// The sum of the gradients' squares, and what the last step multiplied them by.
    var squares = 0.0
    var scale: Float = 1

    init(_ network: PolicyNetwork, _ net: MLP, decides: Bool, in range: Range<Int>, rows: Int) {
      self.net = net
      head = decides ? network.head : nil
      self.range = range
      parameters = Parameters(zeros: network.layout)
      gradients = parameters
      adam = Adam(network.layout)
      weights = TurnedWeights(of: net)
      activations = Activations(rows: rows)
      buffers = net.buffers(in: &activations)
      comparison = MinibatchComparison(network, rows: rows)
      starts = [Int](repeating: 0, count: rows)
    }

    mutating func take(_ step: Step) {
      adam.step(&parameters, gradients, rate: step.rate, scale: step.scale, in: range)
      scale = step.scale
    }

    mutating func learn(
      _ step: Step?, _ minibatch: Range<Int>, _ places: Range<Int>, _ objective: Objective
    ) {
      if let step { take(step) }
      scale = 1
      gradients.clear(range)
      comparison.clear()
      let count = places.count
      for row in 0..<count { starts[row] = order[places.lowerBound + row] * rollout.width }
      activations.gather(from: starts, rows: count, of: rollout.observations, into: buffers.input)
      net.turn(parameters, into: &weights)
      net.forward(buffers, rows: count, weights, parameters, &activations)
      if let head {
        comparison.comparePolicy(
          head, buffers.output, places, of: order, rollout,
          objective.scaled(minibatch, of: order, rollout), parameters, into: &gradients,
          &activations)
      } else {
        comparison.compareValues(
          buffers.output, places, of: order, rollout, objective, &activations)
      }
      net.backward(buffers, rows: count, parameters, into: &gradients, &activations)
      sums = comparison.sums
      squares = gradients.squares(range)
    }
  }
}
