import Neural
import Rollouts
import Testing

struct OptimizerTests {
  /// A matrix that decays and a vector that does not.
  static let layout: ParameterLayout = {
    var layout = ParameterLayout()
    _ = layout.add("matrix", [3, 4], .zeros)
    _ = layout.add("vector", [5], .zeros)
    return layout
  }()

  /// Runs a case's steps, and expects PyTorch's parameters after each.
  static func walk(
    _ name: String, clip: Double? = nil,
    _ step: (Int, inout Parameters, Parameters) -> Void
  ) throws {
    let known = try Reference.of(name)
    var parameters = Parameters(zeros: layout)
    parameters.values = try known.floats("start")
    let gradients = try #require(known["gradients"]?.list)
    let after = try #require(known["after"]?.list)
    for index in gradients.indices {
      var gradient = Parameters(zeros: layout)
      gradient.values = try #require(gradients[index].list).map { Float($0.double ?? .nan) }
      if let clip {
        let norm = try #require(known["norms"]?.list?[index].double)
        #expect(abs(gradient.clip(toNorm: clip) - norm) < 1e-5)
      }
      step(index, &parameters, gradient)
      let place = try #require(after[index].list).map { Float($0.double ?? .nan) }
      expectClose(parameters.values, place, within: 1e-6, "\(name) after step \(index + 1)")
    }
  }

  @Test func `Adam takes the same steps as PyTorch's`() throws {
    var adam = Adam(Self.layout)
    try Self.walk("adam") { adam.step(&$1, $2, rate: 0.01) }
    adam = Adam(Self.layout, beta1: 0.8, beta2: 0.95, epsilon: 1e-5)
    try Self.walk("adam betas") { adam.step(&$1, $2, rate: 0.01) }
    adam = Adam(Self.layout)
    try Self.walk("adam clipped", clip: 2.5) { adam.step(&$1, $2, rate: 0.01) }
    adam = Adam(Self.layout)
    let rates = [0.1, 0.05, 0.02, 0.01, 0, 0.3]
    try Self.walk("adam rates") { adam.step(&$1, $2, rate: rates[$0]) }
  }

  @Test func `AdamW decays matrices, and not vectors`() throws {
    var adam = Adam(Self.layout, decay: 0.1)
    try Self.walk("adamw") { adam.step(&$1, $2, rate: 0.05) }
    #expect(Self.layout.decayGroups.map(\.range) == [0..<12, 12..<17])
    #expect(Self.layout.decayGroups.map(\.decays) == [true, false])
  }

  @Test(arguments: [0, 0.1])
  func `parts of a slab that step on their own step as the whole does`(decay: Double) {
    var whole = (adam: Adam(Self.layout, decay: decay), parameters: Parameters(zeros: Self.layout))
    whole.parameters.values = noise(17, 9)
    let stretches = [0..<5, 5..<17]
    var parts = stretches.map { _ in whole }
    for step in 0..<6 {
      var gradient = Parameters(zeros: Self.layout)
      gradient.values = noise(17, step)
      for (index, stretch) in stretches.enumerated() {
        var (adam, parameters) = parts[index]
        adam.step(&parameters, gradient, rate: 0.1, scale: 0.3, in: stretch)
        parts[index] = (adam, parameters)
      }
      gradient.scale(by: 0.3)
      whole.adam.step(&whole.parameters, gradient, rate: 0.1)
    }
    var joined = (adam: Adam(Self.layout, decay: decay), parameters: Parameters(zeros: Self.layout))
    for (part, stretch) in zip(parts, stretches) {
      joined.adam.take(stretch, from: part.adam)
      joined.parameters.take(stretch, from: part.parameters)
    }
    #expect(joined.parameters == whole.parameters && joined.adam == whole.adam)
    let squares = stretches.reduce(0) { $0 + whole.parameters.squares($1) }
    #expect(abs(squares.squareRoot() - whole.parameters.norm) < 1e-12)
    joined.parameters.clear(0..<5)
    #expect(joined.parameters.values.prefix(5).allSatisfy { $0 == 0 })
    #expect(joined.parameters.values.suffix(12) == whole.parameters.values.suffix(12))
  }

  @Test func `a restored optimizer continues as if it had never stopped`() {
    let gradients = (0..<6).map { step in
      var gradient = Parameters(zeros: Self.layout)
      gradient.values = noise(17, step)
      return gradient
    }
    var adam = Adam(Self.layout)
    var one = Parameters(zeros: Self.layout)
    for gradient in gradients[..<3] {
      adam.step(&one, gradient, rate: 0.1)
    }
    var later = Adam(Self.layout)
    later.restore(steps: adam.steps, m: adam.m, v: adam.v)
    var oneAgain = one
    for gradient in gradients[3...] {
      adam.step(&one, gradient, rate: 0.1)
      later.step(&oneAgain, gradient, rate: 0.1)
    }
    #expect(one == oneAgain && adam == later)
  }

  @Test func `a gradient within the norm is not clipped`() {
    var gradient = Parameters(zeros: Self.layout)
    gradient.values = noise(17)
    let before = gradient
    #expect(gradient.clip(toNorm: 100) == before.norm)
    #expect(gradient == before)
    _ = gradient.clip(toNorm: 0.5)
    #expect(abs(gradient.norm - 0.5) < 1e-5)
    gradient.values[3] = .infinity
    #expect(!gradient.isFinite)
  }
}
