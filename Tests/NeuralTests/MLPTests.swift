import Glibc
import Neural
import Testing

struct MLPTests {
  /// Trains until the end and returns the last loss and the parameters.
  static func train(
    _ widths: [Int], _ activation: Activation, x: [Float], targets: [Float], steps: Int,
    seed: UInt64 = 3
  ) -> (loss: Double, parameters: Parameters) {
    let rows = x.count / widths[0]
    var layout = ParameterLayout()
    let net = MLP(widths: widths, activation: activation, to: &layout)
    var parameters = Parameters(layout, seed: seed)
    var gradients = Parameters(zeros: layout)
    var activations = Activations(rows: rows)
    let buffers = net.buffers(in: &activations)
    var adam = Adam(layout)
    activations.fill(buffers.input, with: x, rows: rows)
    var loss = Double.infinity
    for _ in 0..<steps {
      net.forward(buffers, rows: rows, parameters, &activations)
      loss = SmoothL1().mean(buffers.output, rows: rows, targets: targets, &activations)
      gradients.clear()
      net.backward(buffers, rows: rows, parameters, into: &gradients, &activations)
      adam.step(&parameters, gradients, rate: 0.01)
    }
    return (loss, parameters)
  }

  @Test(arguments: Activation.allCases)
  func `an MLP learns exclusive or`(activation: Activation) {
    let x: [Float] = [0, 0, 0, 1, 1, 0, 1, 1]
    let (loss, _) = Self.train([2, 8, 1], activation, x: x, targets: [0, 1, 1, 0], steps: 2000)
    #expect(loss < 1e-5)
  }

  @Test(arguments: Activation.allCases)
  func `an MLP learns a sine`(activation: Activation) {
    let x = (0..<128).map { Float($0) / 64 - 1 }
    let targets = x.map { sinf($0 * 3) }
    let (loss, _) = Self.train([1, 32, 32, 1], activation, x: x, targets: targets, steps: 1500)
    #expect(loss < 1e-3)
  }

  @Test func `the same seed learns the same, bit for bit`() {
    let (x, targets) = (noise(500), noise(300, 1))
    let runs = (0..<2).map { _ in
      Self.train([5, 30, 30, 3], .relu, x: x, targets: targets, steps: 50)
    }
    #expect(runs[0].parameters == runs[1].parameters)
    #expect(runs[0].loss == runs[1].loss)
  }

  @Test(
    arguments: [[5, 30, 30, 3], [11, 256, 3], [10, 64, 64, 1], [300, 33, 2], [3, 600, 40, 7]],
    Activation.allCases)
  func `weights that were transposed before give the same numbers, bit for bit`(
    widths: [Int], activation: Activation
  ) {
    var layout = ParameterLayout()
    let net = MLP(widths: widths, activation: activation, to: &layout)
    var activations = Activations(rows: 13)
    let buffers = net.buffers(in: &activations)
    var weights = TurnedWeights(of: net)
    for seed in 1...2 as ClosedRange<UInt64> {
      let parameters = Parameters(layout, seed: seed)
      net.turn(parameters, into: &weights)
      for rows in [1, 2, 8, 13] {
        activations.fill(buffers.input, with: noise(rows * widths[0], rows), rows: rows)
        net.forward(buffers, rows: rows, parameters, &activations)
        let plain = activations.rows(buffers.output, rows)
        net.forward(buffers, rows: rows, weights, parameters, &activations)
        #expect(activations.rows(buffers.output, rows) == plain, "\(rows) rows, seed \(seed)")
      }
    }
  }

  @Test func `an orthogonal start has small outputs and no biases`() {
    var layout = ParameterLayout()
    let net = MLP(
      widths: [6, 16, 2], activation: .tanh, start: .orthogonal(gain: 2.0.squareRoot(), last: 0.01),
      to: &layout)
    let parameters = Parameters(layout, seed: 1)
    #expect(parameters["0.bias"].allSatisfy { $0 == 0 })
    var activations = Activations(rows: 1)
    let buffers = net.buffers(in: &activations)
    activations.fill(buffers.input, with: noise(6), rows: 1)
    net.forward(buffers, rows: 1, parameters, &activations)
    #expect(activations.rows(buffers.output, 1).allSatisfy { abs($0) < 0.05 && $0 != 0 })
  }

  @Test func `two networks may share an input, and a slab`() {
    var layout = ParameterLayout()
    let policy = MLP("policy.", widths: [4, 8, 2], to: &layout)
    let value = MLP("value.", widths: [4, 8, 1], to: &layout)
    var activations = Activations(rows: 3)
    let (one, other) = {
      let one = policy.buffers(in: &activations)
      return (one, value.buffers(in: &activations, from: one.input))
    }()
    let parameters = Parameters(layout, seed: 1)
    activations.fill(one.input, with: noise(12), rows: 3)
    policy.forward(one, rows: 3, parameters, &activations)
    let before = activations.rows(one.output, 3)
    value.forward(other, rows: 3, parameters, &activations)
    #expect(activations.rows(one.output, 3) == before)
    #expect(activations.rows(other.output, 3).count == 3)
  }
}
