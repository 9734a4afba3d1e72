package import Rollouts

/// Linear layers with an activation between them, such as 5-30-30-3.
package struct MLP: Sendable, Equatable {
  package let widths: [Int]
  package let activation: Activation
  package let layers: [Linear]

  /// How the weights and biases of an MLP are initialized.
  package enum Start: Sendable, Equatable {
    /// PyTorch's default for linear layers.
    case linear
    /// Orthogonal weights with a gain, another gain for the last layer, and zero biases: the usual
    /// choice for policy gradients.
    case orthogonal(gain: Double, last: Double)
  }

  /// Adds the layers to a layout, named `0`, `2`, `4` … after a prefix, as PyTorch's `Sequential`
  /// names them when activations are between them.
  package init(
    _ prefix: String = "", widths: [Int], activation: Activation = .relu, start: Start = .linear,
    to layout: inout ParameterLayout
  ) {
    precondition(widths.count >= 2, "an MLP has an input and an output")
    self.widths = widths
    self.activation = activation
    let count = widths.count - 1
    layers = (0..<count).map { index in
      var (weight, bias): (Initializer?, Initializer?) = (nil, nil)
      if case .orthogonal(let gain, let last) = start {
        weight = .orthogonal(gain: index == count - 1 ? last : gain)
        bias = .zeros
      }
      return Linear(
        "\(prefix)\(2 * index)", inputs: widths[index], outputs: widths[index + 1],
        weight: weight, bias: bias, to: &layout)
    }
  }

  /// The widths of the MLP whose weights in a file are named `0.weight`, `2.weight` … after a
  /// prefix.
  package static func widths(
    _ prefix: String = "", in file: Safetensors
  ) throws(SafetensorsError) -> [Int] {
    var widths: [Int] = []
    while true {
      let name = "\(prefix)\(2 * max(0, widths.count - 1)).weight"
      guard widths.isEmpty || file.tensors.contains(where: { $0.name == name }) else {
        return widths
      }
      let shape = try file.tensor(name).shape
      guard shape.count == 2, shape.allSatisfy({ $0 > 0 }) else {
        throw SafetensorsError("tensor \(name) is not a matrix")
      }
      if widths.isEmpty { widths = [shape[1]] }
      widths.append(shape[0])
    }
  }

  /// The blocks of rows for an MLP's batch.
  package struct Buffers: Sendable, Equatable {
    /// The input of each layer; the first comes from the caller.
    package let inputs: [Rows]
    /// The output of each layer, before the activation; the last is the network's output.
    package let outputs: [Rows]

    package var input: Rows { inputs[0] }
    package var output: Rows { outputs[outputs.count - 1] }
  }

  /// Allocates rows for a batch. The output's rows have no gaps. The input may be a block that
  /// others share.
  package func buffers(in activations: inout Activations, from input: Rows? = nil) -> Buffers {
    precondition(input.map { $0.width == widths[0] } ?? true, "the input has the MLP's width")
    var inputs = [input ?? activations.add(width: widths[0])]
    var outputs: [Rows] = []
    for (index, width) in widths.dropFirst().enumerated() {
      let isLast = index == layers.count - 1
      outputs.append(activations.add(width: width, dense: isLast))
      guard !isLast else { break }
      inputs.append(activation.needsInput ? activations.add(width: width) : outputs[index])
    }
    return Buffers(inputs: inputs, outputs: outputs)
  }

  /// x (rows, first width) → y (rows, last width).
  package func forward(
    _ buffers: Buffers, rows count: Int, _ parameters: Parameters, _ activations: inout Activations
  ) {
    forward(buffers, rows: count, &activations) { index, activations, clamps in
      layers[index].forward(
        buffers.inputs[index], to: buffers.outputs[index], rows: count, parameters, &activations,
        clamping: clamps)
    }
  }

  /// The forward pass; `layer` computes the products, with a clamp where asked.
  @inline(__always)
  func forward(
    _ buffers: Buffers, rows count: Int, _ activations: inout Activations,
    _ layer: (Int, inout Activations, _ clamps: Bool) -> Void
  ) {
    precondition(count >= 0 && count <= activations.capacity, "the rows fit the activations")
    for index in layers.indices {
      let isHidden = index + 1 < layers.count
      layer(index, &activations, isHidden && activation == .relu)
      guard isHidden, activation != .relu else { continue }
      activation.forward(
        buffers.outputs[index], to: buffers.inputs[index + 1], rows: count, &activations)
    }
  }

  /// The output of each layer for a row, after its activation; the last is the network's output.
  package func units(_ buffers: Buffers, row: Int, _ activations: Activations) -> [[Float]] {
    (buffers.inputs.dropFirst() + [buffers.output]).map { layer in
      (0..<layer.width).map { activations[layer, row, $0] }
    }
  }

  /// From the gradient of the output, which a loss or the caller has set, adds the gradients of the
  /// parameters; computes the input's only if asked.
  package func backward(
    _ buffers: Buffers, rows count: Int, _ parameters: Parameters, into gradients: inout Parameters,
    _ activations: inout Activations, inputGradient: Bool = false
  ) {
    for index in layers.indices.reversed() {
      let x = buffers.inputs[index]
      layers[index].backward(
        x, from: buffers.outputs[index], rows: count, parameters, into: &gradients, &activations,
        inputGradient: index > 0 || inputGradient,
        bend: index > 0 && !activation.needsInput ? activation : nil)
      guard index > 0, activation.needsInput else { continue }
      activation.backward(buffers.outputs[index - 1], from: x, rows: count, &activations)
    }
  }
}
