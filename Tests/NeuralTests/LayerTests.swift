import Glibc
import Neural
import Rollouts
import Testing

struct LayerTests {
  static let layers: [(name: String, probe: @Sendable () -> Probe)] = [
    ("linear", { .linear(rows: 4, inputs: 5, outputs: 3) }),
    ("linear without bias", { .linear(rows: 3, inputs: 9, outputs: 17, hasBias: false) }),
    ("relu", { .activation(.relu, rows: 5, width: 7) }),
    ("tanh", { .activation(.tanh, rows: 6, width: 7) }),
    ("gelu", { .activation(.gelu, rows: 5, width: 7) }),
    ("layer norm", { .layerNorm(rows: 4, width: 11) }),
    ("softmax", { .softmax(rows: 4, width: 9) }),
    ("mlp", { .mlp(rows: 6, widths: [5, 10, 9, 3]) }),
    ("mlp tanh", { .mlp(rows: 3, widths: [4, 6, 2], activation: .tanh) }),
    ("mlp gelu", { .mlp(rows: 3, widths: [4, 6, 2], activation: .gelu) }),
  ]

  @Test(arguments: layers.indices)
  func `a layer computes what PyTorch does, forward and backward`(index: Int) throws {
    let (name, make) = Self.layers[index]
    var probe = make()
    try probe.expect(Reference.of(name), within: 2e-6, gradients: 3e-6)
  }

  @Test(arguments: layers.indices)
  func `a gradient equals the slope that small steps measure`(index: Int) {
    let (name, make) = Self.layers[index]
    var probe = make()
    // Away from the corner of ReLU, where there is no slope.
    let input = noise(probe.rows * probe.x.width).map { $0 + ($0 < 0 ? -0.1 : 0.1) }
    let dy = noise(probe.rows * probe.y.width, 1)
    let step: Float = 0.002
    func loss(_ input: [Float]) -> Double {
      zip(probe.output(input), dy).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    _ = loss(input)
    let (gradients, dx) = probe.gradients(dy)
    let slopes = input.indices.map { index in
      var (up, down) = (input, input)
      up[index] += step
      down[index] -= step
      return Float((loss(up) - loss(down)) / Double(up[index] - down[index]))
    }
    expectClose(dx, slopes, within: 3e-3, "\(name) dx")
    let start = probe.parameters.values
    let tilts = start.indices.map { index in
      probe.parameters.values[index] = start[index] + step
      let up = loss(input)
      probe.parameters.values[index] = start[index] - step
      let down = loss(input)
      probe.parameters.values[index] = start[index]
      return Float((up - down) / Double(2 * step))
    }
    expectClose(gradients.values, tilts, within: 3e-3, "\(name) parameters")
  }

  @Test func `an embedding looks rows up, and gathers their gradients`() throws {
    let known = try Reference.of("embedding")
    let symbols = try #require(known["x"]?.list).compactMap(\.int)
    var layout = ParameterLayout()
    let layer = Embedding("l", symbols: 6, width: 5, to: &layout)
    var parameters = Parameters(zeros: layout)
    parameters["l.weight"] = try known.floats("weight")
    var activations = Activations(rows: 4)
    let y = activations.add(width: 5)
    layer.forward(symbols, to: y, parameters, &activations)
    #expect(activations.rows(y, 4) == (try known.floats("y")))
    layer.forward(symbols, to: y, adding: true, parameters, &activations)
    #expect(activations.rows(y, 4) == (try known.floats("y").map { 2 * $0 }))
    for (index, value) in try known.floats("dy").enumerated() {
      activations[gradient: y, index / 5, index % 5] = value
    }
    var gradients = Parameters(zeros: layout)
    layer.backward(symbols, from: y, into: &gradients, &activations)
    expectClose(gradients.values, try known.floats("dweight"), within: 1e-6, "dweight")
  }

  @Test(arguments: Activation.allCases)
  func `activations follow their formulas over the whole range`(activation: Activation) {
    let xs = (-2000...2000).map { Float($0) / 100 } + [1e-30, -1e-30, 1e30, -1e30, .infinity]
    var probe = Probe.activation(activation, rows: 1, width: xs.count)
    let exact = xs.map { x in
      switch activation {
      case .relu: max(0, x)
      case .tanh: Float(hyperbolicTangent(Double(x)))
      case .gelu: Float(Double(x) * standardNormal(Double(x)))
      case .geluTanh:
        Float(
          0.5 * Double(x)
            * (1
              + hyperbolicTangent(
                (2 / Double.pi).squareRoot() * (Double(x) + 0.044715 * Double(x * x * x)))))
      }
    }
    expectClose(probe.output(xs), exact, within: 5e-7, "\(activation)")
  }

  @Test func `tanh has a relative error below 2e-7, however small, and keeps the sign of zero`() {
    // Every size from 1e-9 to 30, in a row that is not a whole number of vectors.
    let sizes = (0..<20_011).map { expf(Float($0) / 20_010 * 24.2 - 20.8) }
    let xs = sizes + sizes.map { -$0 } + [0, -0.0]
    var probe = Probe.activation(.tanh, rows: 1, width: xs.count)
    let y = probe.output(xs)
    let worst = zip(xs, y).dropLast(2).map { x, y in
      abs(Double(y) / hyperbolicTangent(Double(x)) - 1)
    }.max()
    #expect(worst.map { $0 < 2e-7 } == true, "\(worst ?? .nan)")
    #expect(y.suffix(2).map(\.sign) == [.plus, .minus] && y.suffix(2).allSatisfy { $0 == 0 })
  }

  @Test(arguments: Activation.allCases)
  func `NaN stays NaN`(activation: Activation) {
    var probe = Probe.activation(activation, rows: 1, width: 9)
    let y = probe.output([0, .nan, 1, 2, 3, 4, 5, 6, .nan])
    #expect(y.map(\.isNaN) == [0, 1, 2, 3, 4, 5, 6, 7, 8].map { $0 == 1 || $0 == 8 })
  }

  @Test func `shares add up to one, however far apart the numbers are`() {
    for width in [1, 2, 3, 7, 8, 9, 31, 256] {
      for scale: Float in [0, 1, 100, 1e30] {
        let shares = Softmax.shares(of: noise(width, width).map { $0 * scale })
        #expect(abs(shares.reduce(0, +) - 1) < 1e-5)
        #expect(shares.allSatisfy { $0 >= 0 })
      }
    }
    #expect(Softmax.shares(of: [-.infinity, 0, -.infinity]) == [0, 1, 0])
    #expect(Softmax.shares(of: []) == [])
  }
}
