import Neural
import Rollouts
import TestSupport
import Testing

/// A layer with everything it works on, so every layer is tested the same way.
struct Probe {
  var parameters: Parameters
  var activations: Activations
  let x: Rows
  let y: Rows
  let rows: Int
  let forward: (Parameters, inout Activations) -> Void
  let backward: (Parameters, inout Parameters, inout Activations) -> Void

  /// A layer of some widths; `make` adds it to the layout and activations.
  init(
    rows: Int, inputs: Int, outputs: Int,
    _ make: (inout ParameterLayout, inout Activations, Rows, Rows) -> (
      forward: (Parameters, inout Activations) -> Void,
      backward: (Parameters, inout Parameters, inout Activations) -> Void
    )
  ) {
    var layout = ParameterLayout()
    activations = Activations(rows: rows)
    self.rows = rows
    x = activations.add(width: inputs)
    y = activations.add(width: outputs)
    (forward, backward) = make(&layout, &activations, x, y)
    parameters = Parameters(layout, seed: 11)
  }

  static func linear(rows: Int, inputs: Int, outputs: Int, hasBias: Bool = true) -> Probe {
    Probe(rows: rows, inputs: inputs, outputs: outputs) { layout, _, x, y in
      let layer = Linear(
        "l", inputs: inputs, outputs: outputs, hasBias: hasBias, to: &layout)
      return (
        { layer.forward(x, to: y, rows: rows, $0, &$1) },
        { layer.backward(x, from: y, rows: rows, $0, into: &$1, &$2) }
      )
    }
  }

  static func activation(_ activation: Activation, rows: Int, width: Int) -> Probe {
    Probe(rows: rows, inputs: width, outputs: width) { _, _, x, y in
      (
        { activation.forward(x, to: y, rows: rows, &$1) },
        { activation.backward(x, from: y, rows: rows, &$2) }
      )
    }
  }

  static func softmax(rows: Int, width: Int) -> Probe {
    Probe(rows: rows, inputs: width, outputs: width) { _, _, x, y in
      (
        { Softmax.forward(x, to: y, rows: rows, &$1) },
        { Softmax.backward(x, from: y, rows: rows, &$2) }
      )
    }
  }

  static func layerNorm(rows: Int, width: Int, hasBias: Bool = true) -> Probe {
    Probe(rows: rows, inputs: width, outputs: width) { layout, activations, x, y in
      let layer = LayerNorm("l", width: width, hasBias: hasBias, to: &layout)
      let kept = layer.statistics(in: &activations)
      return (
        { layer.forward(x, to: y, keeping: kept, rows: rows, $0, &$1) },
        { layer.backward(x, from: y, keeping: kept, rows: rows, $0, into: &$1, &$2) }
      )
    }
  }

  static func mlp(rows: Int, widths: [Int], activation: Activation = .relu) -> Probe {
    var layout = ParameterLayout()
    var activations = Activations(rows: rows)
    let net = MLP("l.", widths: widths, activation: activation, to: &layout)
    let buffers = net.buffers(in: &activations)
    return Probe(
      parameters: Parameters(layout, seed: 11), activations: activations, x: buffers.input,
      y: buffers.output,
      rows: rows, forward: { net.forward(buffers, rows: rows, $0, &$1) },
      backward: {
        net.backward(buffers, rows: rows, $0, into: &$1, &$2, inputGradient: true)
      })
  }

  init(
    parameters: Parameters, activations: Activations, x: Rows, y: Rows, rows: Int,
    forward: @escaping (Parameters, inout Activations) -> Void,
    backward: @escaping (Parameters, inout Parameters, inout Activations) -> Void
  ) {
    self.parameters = parameters
    self.activations = activations
    self.x = x
    self.y = y
    self.rows = rows
    self.forward = forward
    self.backward = backward
  }

  /// The output for an input.
  mutating func output(_ input: [Float]) -> [Float] {
    activations.fill(x, with: input, rows: rows)
    forward(parameters, &activations)
    return activations.rows(y, rows)
  }

  /// The gradients for one of the output: of the parameters, and of the input.
  mutating func gradients(_ dy: [Float]) -> (parameters: Parameters, input: [Float]) {
    for (index, value) in dy.enumerated() {
      activations[gradient: y, index / y.width, index % y.width] = value
    }
    var gradients = Parameters(zeros: parameters.layout)
    backward(parameters, &gradients, &activations)
    return (gradients, activations.gradients(x, rows))
  }
}

/// Numbers from −1 to 1, the same every time.
func noise(_ count: Int, _ part: Int = 0) -> [Float] {
  var stream = Stream(seed: 5, purpose: .world, part: part)
  return (0..<count).map { _ in Float.random(in: -1...1, using: &stream) }
}

/// Expects numbers that agree up to a tolerance relative to their size, which is at least 1.
func expectClose(
  _ these: [Float], _ those: [Float], within tolerance: Float, _ what: String,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(these.count == those.count, "\(what)", sourceLocation: location)
  for (index, (one, other)) in zip(these, those).enumerated()
  where !(one == other || abs(one - other) <= tolerance * max(1, abs(other))) {
    Issue.record("\(what)[\(index)] is \(one), not \(other)", sourceLocation: location)
    return
  }
}

extension Probe {
  /// Expects a layer's outputs and gradients to be PyTorch's.
  mutating func expect(
    _ known: JSON, within tolerance: Float, gradients slack: Float,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    for entry in parameters.layout.entries {
      parameters[entry.name] = try known.floats(String(entry.name.dropFirst(2)))
    }
    expectClose(
      output(try known.floats("x")), try known.floats("y"), within: tolerance, "y", at: location)
    let (slopes, dx) = gradients(try known.floats("dy"))
    expectClose(dx, try known.floats("dx"), within: slack, "dx", at: location)
    for entry in slopes.layout.entries {
      let key = "d" + entry.name.dropFirst(2)
      expectClose(slopes[entry.name], try known.floats(key), within: slack, key, at: location)
    }
  }
}

/// What PyTorch computed (Tests/Reference/neural_reference.py).
enum Reference {
  static func load() throws -> JSON {
    try JSON(parsing: Repository.text("Tests/Reference/neural.json"))
  }

  /// One case.
  static func of(_ name: String) throws -> JSON {
    let all = try load()
    return try #require(all[name], "\(name)")
  }
}

extension JSON {
  /// The numbers under a key.
  func floats(_ key: String) throws -> [Float] {
    try #require(self[key]?.list, "\(key)").map { Float($0.double ?? .nan) }
  }

  /// The elements of an array.
  var list: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }
}
