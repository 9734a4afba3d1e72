package import Neural
package import Rollouts

/// A network that learns the values of actions from stored transitions.
package struct QLearner: Sendable {
  package let net: MLP
  /// What the network has learned.
  package private(set) var parameters: Parameters
  /// The copy that targets come from, if there is one.
  package private(set) var target: Parameters?
  package private(set) var adam: Adam
  private let settings: DQNConfiguration
  /// Adam's current learning rate.
  package var rate: Double
  /// The transposed parameters of the network and the target network, as products read them.
  private var weights: TurnedWeights
  private var targetWeights: TurnedWeights
  /// The gradients of the last loss.
  package private(set) var gradients: Parameters
  private var activations: Activations
  /// A batch's states, followed by its next states.
  private let buffers: MLP.Buffers
  private let targetBuffers: MLP.Buffers?
  private var places: [Int]
  private var choices: [Int]
  private var targets: [Float]
  private var discounts: [Float]
  private var best: [Float]
  private var bestActions: [Int]
  private var decision: Decision
  /// Whether the results for each row are kept in `trace`.
  var isTraced = false
  private(set) var trace: ReplayTrace?

  /// The result of a learning step.
  package struct Outcome: Sendable, Equatable {
    /// The mean loss.
    package var loss: Double
    /// The mean value of the actions in the batch.
    package var value: Double
  }

  /// A learner with initial parameters from a seed.
  package init(inputs: Int, actions: Int, seed: UInt64, settings: DQNConfiguration) {
    let most = max(settings.stepUpdate == .batch ? settings.batch : 1, settings.episodeBatch)
    var layout = ParameterLayout()
    net = MLP(widths: [inputs] + settings.hidden + [actions], to: &layout)
    self.settings = settings
    rate = settings.learningRate(step: 0, episode: 1)
    parameters = Parameters(layout, seed: seed)
    gradients = Parameters(zeros: layout)
    adam = Adam(layout)
    activations = Activations(rows: 2 * most)
    buffers = net.buffers(in: &activations)
    target = settings.targetEvery > 0 ? parameters : nil
    targetBuffers = settings.targetEvery > 0 ? net.buffers(in: &activations) : nil
    places = Array(repeating: 0, count: most)
    choices = places
    bestActions = places
    targets = Array(repeating: 0, count: most)
    best = targets
    discounts = targets
    decision = Decision(net)
    weights = TurnedWeights(of: net)
    targetWeights = weights
    turnWeights()
  }

  private mutating func turnWeights() {
    net.turn(parameters, into: &weights)
    if let target { net.turn(target, into: &targetWeights) }
  }

  /// The current values of the actions.
  package mutating func values(_ seen: [Float]) -> [Float] {
    decision.run(net, weights, parameters, seen)
    return decision.values
  }

  /// The values of the actions, without a copy.
  mutating func withValues<Result>(_ seen: [Float], _ body: ([Float]) -> Result) -> Result {
    decision.run(net, weights, parameters, seen)
    return body(decision.values)
  }

  /// Learns only from the newest transition.
  package mutating func learnNewest(_ replayBuffer: ReplayBuffer) -> Outcome {
    places[0] = replayBuffer.newest
    return learn(replayBuffer, rows: 1)
  }

  /// Learns from up to `rows` transitions drawn with replacement, all equally likely; `update` is
  /// the number of the draw.
  package mutating func learnBatch(
    _ replayBuffer: ReplayBuffer, rows: Int, _ generator: Generator, update: Int
  ) -> Outcome {
    let count = min(rows, replayBuffer.count)
    let most = UInt64(replayBuffer.count)
    for quarter in 0..<(count + 3) / 4 {
      let words = generator.block(.replay, episode: update, quarter: quarter)
      for index in 4 * quarter..<min(count, 4 * quarter + 4) {
        places[index] = replayBuffer.place(Int((UInt64(words[index & 3]) * most) >> 32))
      }
    }
    return learn(replayBuffer, rows: count)
  }

  /// One learning step on the transitions at `places`: targets, loss, backward pass, Adam.
  private mutating func learn(_ replayBuffer: ReplayBuffer, rows count: Int) -> Outcome {
    let width = replayBuffer.width
    activations.gather(from: places, rows: count, of: replayBuffer.numbers, into: buffers.input)
    replayBuffer.read(
      places, rows: count, actions: &choices, rewards: &targets, discounts: &discounts)
    // From here on, these are the offsets of the next observations.
    for row in 0..<count { places[row] += width }
    valueNext(replayBuffer, rows: count)
    for row in 0..<count { targets[row] += discounts[row] * best[row] }
    let loss = compare(rows: count)
    let value = activations.sum(buffers.output, rows: count, choosing: choices)
    if isTraced { trace = trace(of: replayBuffer, rows: count, loss: loss) }

    gradients.clear()
    let isResidual = settings.gradient == .residual
    if isResidual { flowBack(rows: count) }
    net.backward(
      buffers, rows: isResidual ? 2 * count : count, parameters, into: &gradients, &activations)
    if isTraced { trace?.gradientNorm = gradients.norm }
    if settings.clip > 0 { _ = gradients.clip(toNorm: settings.clip) }
    adam.step(&parameters, gradients, rate: rate)
    net.turn(parameters, into: &weights)
    return Outcome(loss: loss, value: value / Double(count))
  }

  /// Runs the network, and sets `best` to the value of each next state.
  private mutating func valueNext(_ replayBuffer: ReplayBuffer, rows count: Int) {
    guard let target, let targetBuffers else {
      // With a single network, states and next states form one batch.
      activations.gather(
        from: places, rows: count, of: replayBuffer.numbers, into: buffers.input, at: count)
      net.forward(buffers, rows: 2 * count, weights, parameters, &activations)
      activations.greatest(buffers.output, from: count, rows: count, into: &best, &bestActions)
      return
    }
    activations.gather(
      from: places, rows: count, of: replayBuffer.numbers, into: targetBuffers.input)
    net.forward(targetBuffers, rows: count, targetWeights, target, &activations)
    guard settings.double else {
      net.forward(buffers, rows: count, weights, parameters, &activations)
      activations.greatest(targetBuffers.output, from: 0, rows: count, into: &best, &bestActions)
      return
    }
    activations.gather(
      from: places, rows: count, of: replayBuffer.numbers, into: buffers.input, at: count)
    net.forward(buffers, rows: 2 * count, weights, parameters, &activations)
    activations.greatest(buffers.output, from: count, rows: count, into: &best, &bestActions)
    for row in 0..<count { best[row] = activations[targetBuffers.output, row, bestActions[row]] }
  }

  private mutating func compare(rows count: Int) -> Double {
    switch settings.loss {
    case .smoothL1:
      SmoothL1().mean(
        buffers.output, rows: count, choosing: choices, targets: targets, &activations)
    case .squared:
      SquaredError().mean(
        buffers.output, rows: count, choosing: choices, targets: targets, &activations)
    }
  }

  /// Lets the gradient also flow into the targets, which depend on the next states.
  private mutating func flowBack(rows count: Int) {
    for row in 0..<count {
      let slope = activations[gradient: buffers.output, row, choices[row]]
      for action in 0..<buffers.output.width {
        activations[gradient: buffers.output, count + row, action] =
          action == bestActions[row] ? -slope * discounts[row] : 0
      }
    }
  }

  /// The numbers of the batch that was just compared.
  private func trace(of replayBuffer: ReplayBuffer, rows count: Int, loss: Double) -> ReplayTrace {
    let rows = (0..<count).map { row in
      let place = places[row] - replayBuffer.width
      return ReplayTrace.Row(
        step: replayBuffer.transition(at: place), action: choices[row],
        reward: replayBuffer.reward(place), discount: discounts[row],
        value: activations[buffers.output, row, choices[row]], nextAction: bestActions[row],
        nextValue: best[row], target: targets[row])
    }
    return ReplayTrace(rows: rows, loss: loss, gradientNorm: 0, learningRate: rate)
  }

  /// Copies the network to the target network.
  mutating func copyTarget() {
    guard target != nil else { return }
    target?.values = parameters.values
    targetWeights = weights
  }

  /// Whether every parameter is finite.
  var isFinite: Bool { parameters.isFinite }
}

/// A batch of one, for choosing actions.
private struct Decision: Sendable {
  var activations = Activations(rows: 1)
  let buffers: MLP.Buffers
  var values: [Float]

  init(_ net: MLP) {
    buffers = net.buffers(in: &activations)
    values = Array(repeating: 0, count: buffers.output.width)
  }

  mutating func run(
    _ net: MLP, _ weights: TurnedWeights, _ parameters: Parameters, _ seen: [Float]
  ) {
    activations.fill(buffers.input, with: seen, rows: 1)
    net.forward(buffers, rows: 1, weights, parameters, &activations)
    for index in values.indices { values[index] = activations[buffers.output, 0, index] }
  }
}

// MARK: Checkpoints

extension QLearner {
  private static let firstMoment = "adam.m."
  private static let secondMoment = "adam.v."
  private static let targetName = "target."

  /// Network, target network and Adam's moments in one file.
  package func encoded() -> [UInt8] {
    var tensors = parameters.tensors()
    tensors += target?.tensors(prefix: Self.targetName) ?? []
    tensors += adam.m.tensors(prefix: Self.firstMoment)
    tensors += adam.v.tensors(prefix: Self.secondMoment)
    return Safetensors(tensors).encoded()
  }

  /// Continues from a checkpoint's file after a number of Adam's steps.
  mutating func restore(_ file: [UInt8], adamSteps: Int) throws(SafetensorsError) {
    let file = try Safetensors(decoding: file)
    let layout = parameters.layout
    parameters = try Parameters(layout, from: file)
    if target != nil { target = try Parameters(layout, from: file, prefix: Self.targetName) }
    adam.restore(
      steps: adamSteps, m: try Parameters(layout, from: file, prefix: Self.firstMoment),
      v: try Parameters(layout, from: file, prefix: Self.secondMoment))
    turnWeights()
  }
}
