import Neural

extension Benchmark {
  /// Networks: a learning step is the way there for states and for next states, the loss, the way
  /// back and Adam.
  static let neural: [Benchmark] = [
    .cost("learning step, 5-30-30-3, batch 100", "µs", atMost: 10) {
      LearningStep(widths: [5, 30, 30, 3], rows: 100).microseconds(of: 20_000)
    },
    .cost("learning step, 11-256-3, batch 1000", "µs", atMost: 400) {
      LearningStep(widths: [11, 256, 3], rows: 1000).microseconds(of: 500)
    },
    .cost("learning step, 10-64-64-2, batch 64", "µs", atMost: 40) {
      LearningStep(widths: [10, 64, 64, 2], activation: .tanh, rows: 64).microseconds(of: 5000)
    },
    .cost("one decision, 5-30-30-3", "µs", atMost: 2) {
      LearningStep(widths: [5, 30, 30, 3], rows: 1).decision(of: 50_000)
    },
  ]
}

/// A network that learns one batch again and again.
private struct LearningStep {
  let net: MLP
  let path: MLP.Path
  let next: MLP.Path
  let rows: Int
  let targets: [Float]
  var parameters: Parameters
  var gradients: Parameters
  var memory: Activations
  var adam: Adam

  init(widths: [Int], activation: Activation = .relu, rows: Int) {
    var layout = ParameterLayout()
    net = MLP(widths: widths, activation: activation, to: &layout)
    memory = Activations(rows: rows)
    path = net.path(in: &memory)
    next = net.path(in: &memory)
    parameters = Parameters(layout, seed: 1)
    gradients = Parameters(zeros: layout)
    adam = Adam(layout)
    self.rows = rows
    func wave(_ count: Int) -> [Float] { (0..<count).map { Float($0 * 7919 % 1000) / 500 - 1 } }
    targets = wave(rows * path.output.width)
    for path in [path, next] {
      memory.fill(path.input, with: wave(rows * path.input.width), rows: rows)
    }
  }

  mutating func step() -> Double {
    net.forward(next, rows: rows, parameters, &memory)
    net.forward(path, rows: rows, parameters, &memory)
    let loss = SmoothL1().mean(path.output, rows: rows, targets: targets, &memory)
    gradients.clear()
    net.backward(path, rows: rows, parameters, into: &gradients, &memory)
    adam.step(&parameters, gradients, rate: 1e-3)
    return loss
  }

  /// The time of a learning step.
  func microseconds(of steps: Int) -> Double {
    var copy = self
    let start = seconds()
    var loss = 0.0
    for _ in 0..<steps { loss = copy.step() }
    let time = (seconds() - start) / Double(steps) * 1e6
    return loss.isFinite ? time : .infinity
  }

  /// The time of the way there alone.
  func decision(of steps: Int) -> Double {
    var copy = self
    let start = seconds()
    for _ in 0..<steps { net.forward(path, rows: rows, parameters, &copy.memory) }
    return (seconds() - start) / Double(steps) * 1e6
  }
}
