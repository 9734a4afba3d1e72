import Neural
import Platform
import Rollouts

/// One of the two networks of an MLP policy, or a part of it, with everything needed to train it.
final class LearningNetwork: @unchecked Sendable {
  /// A step against the last gradients times `scale`.
  struct Step: Sendable {
    var rate: Double
    var scale: Float
  }

  /// The range of its parameters in the slab.
  let range: Range<Int>
  /// Which part of each minibatch it processes.
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

  /// Takes a step, if one is due, and computes the gradients for its part of a minibatch: the steps
  /// at a range of `order`.
  func learn(_ step: Step?, _ range: Range<Int>, _ objective: Objective) {
    lesson.learn(step, range, range.part(part.index, of: part.count), objective)
  }

  /// How many rows of a minibatch it processes.
  func rows(of range: Range<Int>) -> Int { range.part(part.index, of: part.count).count }

  /// Adds the results of another part of the network.
  func add(_ other: LearningNetwork) {
    lesson.gradients.add(other.lesson.gradients)
    lesson.sums += other.lesson.sums
    lesson.squares = lesson.gradients.squares(range)
  }

  /// Adds the results of the other processes in its half.
  func addUp(_ ranks: Ranks) {
    ranks.addUp(&lesson.gradients.values, in: range, among: ranks.count / 2)
    ranks.addUp(&lesson.sums, among: ranks.count / 2, +=)
    lesson.squares = lesson.gradients.squares(range)
  }

  /// Copies the whole network's gradients, to take the same step.
  func take(_ whole: LearningNetwork) {
    lesson.gradients.take(range, from: whole.lesson.gradients)
  }

  /// Takes the step that is due, and returns what was learned.
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

  /// All numbers in one value, so that its loops need no indirection.
  private struct Lesson {
    let net: MLP
    /// The meaning of its output; nil where that is a value.
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
    /// The results for the rows; in all parts once these are added up.
    var sums = PPOLoss.Terms()
    /// The sum of the squared gradients, and the factor of the last step.
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
