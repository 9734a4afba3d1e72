internal import CKernels
package import Platform

/// y = x Wᵀ + b, as PyTorch stores it: weight (out, in), bias (out).
package struct Linear: Sendable, Equatable {
  package let inputs: Int
  package let outputs: Int
  package let precision: Precision
  /// The offsets of the weight and the bias in the slab of parameters.
  package let weight: Int
  package let bias: Int?

  /// Adds a layer's tensors `name.weight` and `name.bias` to a layout.
  package init(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true,
    precision: Precision = .fp32, weight: Initializer? = nil, bias: Initializer? = nil,
    to layout: inout ParameterLayout
  ) {
    let usual = Initializer.linear(inputs: inputs)
    self.precision = precision
    self.inputs = inputs
    self.outputs = outputs
    self.weight = layout.add("\(name).weight", [outputs, inputs], weight ?? usual)
    self.bias = hasBias ? layout.add("\(name).bias", [outputs], bias ?? usual) : nil
  }

  /// A layer without bias that shares another layer's weight, as a tied head does.
  package init(sharing weight: Int, inputs: Int, outputs: Int, precision: Precision = .fp32) {
    (self.inputs, self.outputs, self.weight) = (inputs, outputs, weight)
    self.precision = precision
    bias = nil
  }

  /// From how many multiplications on copies of both factors save time, as measured: forward and to
  /// the input, and to the weight. The results are the same either way.
  static let large = reel_level() == 4 ? 1 << 18 : 1 << 25
  private static let largeWeight = reel_level() == 4 ? 1 << 18 : 1 << 20
  /// From how many multiplications on threads save time.
  private static let shared = 1 << 22

  private func size(_ count: Int) -> Int { count * inputs * outputs }

  func isCopied(_ count: Int, atLeast large: Int = Self.large) -> Bool {
    size(count) >= large || precision == .bf16
  }

  /// x (rows, inputs) → y (rows, outputs), with a ReLU where `clamping`, which costs nothing here.
  /// A pool shares the rows.
  package func forward(
    _ x: Rows, to y: Rows, rows count: Int, pool: ThreadPool? = nil, _ parameters: Parameters,
    _ activations: inout Activations, clamping: Bool = false
  ) {
    check(x, y, count, activations)
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe activations.withValues { values in
        nonisolated(unsafe) let (values, parameters) = unsafe (
          values, slab.baseAddress.unsafelyUnwrapped
        )
        if let pool, size(count) >= Self.shared {
          pool.share(rows: count) { [self] rows in
            let (x, y) = (x.dropping(rows.lowerBound), y.dropping(rows.lowerBound))
            unsafe forward(x, to: y, rows: rows.count, parameters, values, clamping)
          }
        } else {
          unsafe forward(x, to: y, rows: count, parameters, values, clamping)
        }
      }
    }
  }

  private func forward(
    _ x: Rows, to y: Rows, rows count: Int, _ parameters: UnsafePointer<Float>,
    _ values: UnsafeMutablePointer<Float>, _ clamping: Bool
  ) {
    let bias = unsafe bias.map { unsafe parameters + $0 }
    guard isCopied(count) else {
      return unsafe reel_linear(
        count, inputs, outputs, values + x.offset, x.stride, parameters + weight, bias,
        values + y.offset, y.stride, clamping ? 1 : 0)
    }
    let y0 = unsafe values + y.offset
    unsafe reel_product(
      count, outputs, inputs, values + x.offset, x.stride, 0, parameters + weight, inputs, 1,
      bias, y0, y.stride, precision.product())
    if clamping { unsafe reel_relu(count * y.stride, y0, y0) }
  }

  /// A single row x (1, inputs) → y (1, outputs). The weight is read once, on a pool if there is
  /// one. Each output is a separate sum, so the pool does not change any.
  package func next(
    _ x: Rows, to y: Rows, pool: ThreadPool?, _ parameters: Parameters,
    _ activations: inout Activations
  ) {
    check(x, y, 1, activations)
    // How many outputs make a piece large enough for a thread.
    let most = max(8, (1 << 16) / inputs & ~7)
    let pieces = (outputs + most - 1) / most
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe activations.withValues { values in
        nonisolated(unsafe) let values = unsafe values
        nonisolated(unsafe) let parameters = unsafe slab.baseAddress.unsafelyUnwrapped
        pool.run(pieces) { [self] piece in
          let first = piece * most
          unsafe reel_linear_one(
            inputs, min(most, outputs - first), values + x.offset,
            parameters + weight + first * inputs, bias.map { unsafe parameters + $0 + first },
            values + y.offset + first)
        }
      }
    }
  }

  /// Adds dW (outputs, inputs) = dyᵀ x and db to the gradients; replaces dx (rows, inputs) = dy W
  /// unless it is not needed. If x came from ReLU or tanh, `bend` also applies the derivative to
  /// dx.
  package func backward(
    _ x: Rows, from y: Rows, rows count: Int, _ parameters: Parameters,
    into gradients: inout Parameters, _ activations: inout Activations, inputGradient: Bool = true,
    bend: Activation? = nil
  ) {
    precondition(bend.map { !$0.needsInput } ?? true, "the input of the activation is gone")
    check(x, y, count, activations)
    unsafe gradients.values.withUnsafeMutableBufferPointer { slab in
      unsafe activations.withBoth { values, flow in
        let (x0, dy) = unsafe (values + x.offset, flow + y.offset)
        let gradient = unsafe slab.baseAddress.unsafelyUnwrapped
        if isCopied(count, atLeast: Self.largeWeight) {
          unsafe reel_product(
            outputs, inputs, count, dy, y.stride, 1, x0, x.stride, 0, nil, gradient + weight,
            inputs,
            precision.product(adding: true))
        } else {
          unsafe reel_linear_weight_gradient(
            count, inputs, outputs, dy, y.stride, x0, x.stride, gradient + weight)
        }
        if let bias { unsafe reel_column_sums(count, outputs, dy, y.stride, gradient + bias) }
      }
    }
    guard inputGradient else { return }
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe activations.withBoth { values, flow in
        let weight = unsafe slab.baseAddress.unsafelyUnwrapped + weight
        let (dx, dy) = unsafe (flow + x.offset, flow + y.offset)
        if isCopied(count) {
          unsafe reel_product(
            count, inputs, outputs, dy, y.stride, 0, weight, inputs, 0, nil, dx, x.stride,
            precision.product())
          if let bend {
            unsafe bend.backward(count * x.stride, from: values + x.offset, dx, into: dx)
          }
        } else {
          unsafe reel_linear_input_gradient(
            count, inputs, outputs, dy, y.stride, weight, dx, x.stride,
            bend == nil ? nil : values + x.offset, Int32(bend == .tanh ? REEL_TANH : REEL_RELU))
        }
      }
    }
  }

  private func check(_ x: Rows, _ y: Rows, _ count: Int, _ activations: Activations) {
    precondition(x.width == inputs && y.width == outputs, "a linear layer's rows have its widths")
    precondition(count >= 0 && count <= activations.capacity, "the rows fit the activations")
  }
}
