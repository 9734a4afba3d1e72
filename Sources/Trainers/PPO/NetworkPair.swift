import Neural
import Platform
import Rollouts

/// The two networks of an MLP policy, which learn side by side. They have only what they see in common, and
/// the length of both gradients together: so each has a thread, which finds the network's numbers in its
/// own cache, and one round a minibatch is enough. A round takes the step that the minibatch before has led
/// to, and computes the next gradients.
final class NetworkPair: MinibatchLessons {
  private let policy: LearningNetwork
  private let value: LearningNetwork
  private let pool: ThreadPool
  private var step: LearningNetwork.Step?

  init(
    _ network: PolicyNetwork, policy: MLP, value: MLP, rows most: Int, _ pool: ThreadPool
  ) {
    // The parameters of the policy's head lie behind the policy.
    let (first, end) = (value.layers[0].weight, network.layout.count)
    self.policy = LearningNetwork(network, policy, decides: true, in: 0..<first, rows: most)
    self.value = LearningNetwork(network, value, decides: false, in: first..<end, rows: most)
    self.pool = pool
  }

  func begin(
    _ parameters: Parameters, _ adam: Adam, _ rollout: RolloutBuffer, tracing traced: Set<Int>
  ) {
    step = nil
    for network in [policy, value] { network.begin(parameters, adam, rollout, tracing: traced) }
  }

  var order: [Int] {
    get { policy.order }
    set {
      policy.order = newValue
      value.order = newValue
    }
  }

  func computeGradients(
    _ range: Range<Int>, _ objective: Objective
  ) -> (sums: PPOLoss.Terms, norm: Double) {
    let (policy, value, step) = (policy, value, step)
    pool.run(2) { index in
      (index == 0 ? policy : value).learn(step, range, objective)
    }
    self.step = nil
    var sums = policy.sums
    sums += value.sums
    return (sums, (policy.squares + value.squares).squareRoot())
  }

  func takeStep(rate: Double, scale: Float) {
    step = LearningNetwork.Step(rate: rate, scale: scale)
  }

  func end(_ parameters: inout Parameters, _ adam: inout Adam) {
    for network in [policy, value] { network.end(step, &parameters, &adam) }
    step = nil
  }

  var gradients: Parameters {
    var gradients = policy.gradients
    gradients.take(value.range, from: value.gradients)
    return gradients
  }

  var traces: [Int: RolloutTrace.Epoch] {
    policy.traces.merging(value.traces) { $0.valued(as: $1) }
  }
}

/// One of the two, with all that it learns by.
private final class LearningNetwork: @unchecked Sendable {
  /// A step against the last gradients times `scale`.
  struct Step: Sendable {
    var rate: Double
    var scale: Float
  }

  /// Where its parameters lie in the slab.
  let range: Range<Int>
  private var lesson: Lesson

  init(_ network: PolicyNetwork, _ net: MLP, decides: Bool, in range: Range<Int>, rows: Int) {
    self.range = range
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

  /// Takes a step, where one is due, and computes the gradients of the steps that `order` names at some
  /// places.
  func learn(_ step: Step?, _ range: Range<Int>, _ objective: Objective) {
    lesson.learn(step, range, objective)
  }

  /// Takes the step that is due, and gives back what was learned.
  func end(_ step: Step?, _ parameters: inout Parameters, _ adam: inout Adam) {
    if let step { lesson.take(step) }
    parameters.take(range, from: lesson.parameters)
    adam.take(range, from: lesson.adam)
    lesson.rollout = RolloutBuffer(worlds: 1, ticks: 0, width: 1, actionWidth: 1)
  }

  var sums: PPOLoss.Terms { lesson.comparison.sums }
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

    mutating func learn(_ step: Step?, _ places: Range<Int>, _ objective: Objective) {
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
          objective.scaled(places, of: order, rollout), parameters, into: &gradients, &activations)
      } else {
        comparison.compareValues(
          buffers.output, places, of: order, rollout, objective, &activations)
      }
      net.backward(buffers, rows: count, parameters, into: &gradients, &activations)
      squares = gradients.squares(range)
    }
  }
}
