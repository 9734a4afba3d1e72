package import Neural
package import Rollouts

/// A network that learns the values of actions from remembered transitions.
package struct QLearner: Sendable {
  package let net: MLP
  /// What the network has learned.
  package private(set) var parameters: Parameters
  /// The copy that targets come from, where there is one.
  package private(set) var target: Parameters?
  package private(set) var adam: Adam
  private let settings: DQNConfiguration
  /// How large Adam's steps are now.
  package var rate: Double
  /// The slope of the last loss.
  package private(set) var gradients: Parameters
  private var memory: Activations
  /// A batch's states, and behind them its next states.
  private let path: MLP.Path
  private let targetPath: MLP.Path?
  private var places: [Int]
  private var choices: [Int]
  private var targets: [Float]
  private var discounts: [Float]
  private var best: [Float]
  private var bestActions: [Int]
  private var decision: Decision

  /// What one learning step found.
  package struct Outcome: Sendable, Equatable {
    /// How wrong the values were.
    package var loss: Double
    /// The mean of the values that were learned about.
    package var value: Double
  }

  /// A learner whose first parameters follow from the seed.
  package init(inputs: Int, actions: Int, seed: UInt64, settings: DQNConfiguration) {
    let most = max(settings.lesson == .batch ? settings.batch : 1, settings.episodeBatch)
    var layout = ParameterLayout()
    net = MLP(widths: [inputs] + settings.hidden + [actions], to: &layout)
    self.settings = settings
    rate = settings.learningRate(step: 0, episode: 1)
    parameters = Parameters(layout, seed: seed)
    gradients = Parameters(zeros: layout)
    adam = Adam(layout)
    memory = Activations(rows: 2 * most)
    path = net.path(in: &memory)
    target = settings.targetEvery > 0 ? parameters : nil
    targetPath = settings.targetEvery > 0 ? net.path(in: &memory) : nil
    places = Array(repeating: 0, count: most)
    choices = places
    bestActions = places
    targets = Array(repeating: 0, count: most)
    best = targets
    discounts = targets
    decision = Decision(net)
  }

  /// The values of the actions as of now.
  package mutating func values(_ seen: [Float]) -> [Float] {
    decision.run(net, parameters, seen)
    return decision.values
  }

  /// The values of the actions, in place.
  mutating func withValues<Result>(_ seen: [Float], _ body: ([Float]) -> Result) -> Result {
    decision.run(net, parameters, seen)
    return body(decision.values)
  }

  /// Learns from the newest transition alone.
  package mutating func learnNewest(_ lessons: ReplayMemory) -> Outcome {
    places[0] = lessons.newest
    return learn(lessons, rows: 1)
  }

  /// Learns from up to `rows` transitions drawn with replacement, all equally likely; `update` numbers
  /// the lot.
  package mutating func learnBatch(
    _ lessons: ReplayMemory, rows: Int, _ generator: Generator, update: Int
  ) -> Outcome {
    let count = min(rows, lessons.count)
    let most = UInt64(lessons.count)
    for quarter in 0..<(count + 3) / 4 {
      let words = generator.block(.replay, episode: update, quarter: quarter)
      for index in 4 * quarter..<min(count, 4 * quarter + 4) {
        places[index] = lessons.place(Int((UInt64(words[index & 3]) * most) >> 32))
      }
    }
    return learn(lessons, rows: count)
  }

  /// One learning step on the transitions at `places`: targets, loss, the way back, Adam.
  private mutating func learn(_ lessons: ReplayMemory, rows count: Int) -> Outcome {
    let width = lessons.width
    memory.gather(from: places, rows: count, of: lessons.numbers, into: path.input)
    lessons.read(
      places, rows: count, actions: &choices, rewards: &targets, discounts: &discounts)
    // From here on they are the places of what was seen next.
    for row in 0..<count { places[row] += width }
    valueNext(lessons, rows: count)
    for row in 0..<count { targets[row] += discounts[row] * best[row] }
    let loss = compare(rows: count)
    let value = memory.sum(path.output, rows: count, choosing: choices)

    gradients.clear()
    let isResidual = settings.gradient == .residual
    if isResidual { flowBack(rows: count) }
    net.backward(
      path, rows: isResidual ? 2 * count : count, parameters, into: &gradients, &memory)
    if settings.clip > 0 { _ = gradients.clip(toNorm: settings.clip) }
    adam.step(&parameters, gradients, rate: rate)
    return Outcome(loss: loss, value: value / Double(count))
  }

  /// Runs the network, and sets `best` to what each next state is worth.
  private mutating func valueNext(_ lessons: ReplayMemory, rows count: Int) {
    guard let target, let targetPath else {
      // One network, so states and next states are one batch.
      memory.gather(
        from: places, rows: count, of: lessons.numbers, into: path.input, at: count)
      net.forward(path, rows: 2 * count, parameters, &memory)
      memory.greatest(path.output, from: count, rows: count, into: &best, &bestActions)
      return
    }
    memory.gather(from: places, rows: count, of: lessons.numbers, into: targetPath.input)
    net.forward(targetPath, rows: count, target, &memory)
    guard settings.double else {
      net.forward(path, rows: count, parameters, &memory)
      memory.greatest(targetPath.output, from: 0, rows: count, into: &best, &bestActions)
      return
    }
    memory.gather(from: places, rows: count, of: lessons.numbers, into: path.input, at: count)
    net.forward(path, rows: 2 * count, parameters, &memory)
    memory.greatest(path.output, from: count, rows: count, into: &best, &bestActions)
    for row in 0..<count { best[row] = memory[targetPath.output, row, bestActions[row]] }
  }

  private mutating func compare(rows count: Int) -> Double {
    switch settings.loss {
    case .smoothL1:
      SmoothL1().mean(path.output, rows: count, choosing: choices, targets: targets, &memory)
    case .squared:
      SquaredError().mean(path.output, rows: count, choosing: choices, targets: targets, &memory)
    }
  }

  /// Lets the gradient flow into the targets too, which grow with what comes next.
  private mutating func flowBack(rows count: Int) {
    for row in 0..<count {
      let slope = memory[gradient: path.output, row, choices[row]]
      for action in 0..<path.output.width {
        memory[gradient: path.output, count + row, action] =
          action == bestActions[row] ? -slope * discounts[row] : 0
      }
    }
  }

  /// Makes the target network what the network is.
  mutating func copyTarget() {
    if target != nil { target?.values = parameters.values }
  }

  /// Whether every parameter is a number.
  var isFinite: Bool { parameters.isFinite }
}

/// A batch of one: what acting needs.
private struct Decision: Sendable {
  var memory = Activations(rows: 1)
  let path: MLP.Path
  var values: [Float]

  init(_ net: MLP) {
    path = net.path(in: &memory)
    values = Array(repeating: 0, count: path.output.width)
  }

  mutating func run(_ net: MLP, _ parameters: Parameters, _ seen: [Float]) {
    memory.fill(path.input, with: seen, rows: 1)
    net.forward(path, rows: 1, parameters, &memory)
    for index in values.indices { values[index] = memory[path.output, 0, index] }
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

  /// Goes on from a checkpoint's file after so many steps of Adam.
  mutating func restore(_ file: [UInt8], adamSteps: Int) throws(SafetensorsError) {
    let file = try Safetensors(decoding: file)
    let layout = parameters.layout
    parameters = try Parameters(layout, from: file)
    if target != nil { target = try Parameters(layout, from: file, prefix: Self.targetName) }
    adam.restore(
      steps: adamSteps, m: try Parameters(layout, from: file, prefix: Self.firstMoment),
      v: try Parameters(layout, from: file, prefix: Self.secondMoment))
  }
}
