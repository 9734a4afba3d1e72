internal import CKernels
package import Platform

/// y = x Wᵀ + b, as PyTorch stores it: weight (out, in), bias (out).
package struct Linear: Sendable, Equatable {
  package let inputs: Int
  package let outputs: Int
  /// Where the weight and the bias begin in the slab of parameters.
  package let weight: Int
  package let bias: Int?

  /// Adds a layer's tensors `name.weight` and `name.bias` to a layout.
  package init(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true,
    weight: Initializer? = nil, bias: Initializer? = nil, to layout: inout ParameterLayout
  ) {
    let usual = Initializer.linear(inputs: inputs)
    self.inputs = inputs
    self.outputs = outputs
    self.weight = layout.add("\(name).weight", [outputs, inputs], weight ?? usual)
    self.bias = hasBias ? layout.add("\(name).bias", [outputs], bias ?? usual) : nil
  }

  /// A layer without bias whose weight another layer has already added, as a tied head's is.
  package init(sharing weight: Int, inputs: Int, outputs: Int) {
    (self.inputs, self.outputs, self.weight) = (inputs, outputs, weight)
    bias = nil
  }

  /// Above this many multiplications, measured, OpenBLAS is worth its preparation.
  private static let large = 1 << 22

  func isLarge(_ count: Int) -> Bool { count * inputs * outputs >= Self.large }

  /// x (rows, inputs) → y (rows, outputs), and ReLU of that where `clamping`, which costs nothing here.
  /// A pool shares out the rows.
  package func forward(
    _ x: Rows, to y: Rows, rows count: Int, pool: ThreadPool? = nil, _ parameters: Parameters,
    _ activations: inout Activations, clamping: Bool = false
  ) {
    check(x, y, count, activations)
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe activations.withValues { values in
        let parameters = unsafe slab.baseAddress.unsafelyUnwrapped
        let bias = unsafe bias.map { unsafe parameters + $0 }
        if isLarge(count) {
          nonisolated(unsafe) let (values, weight) = unsafe (values, parameters + weight)
          nonisolated(unsafe) let bias = unsafe bias
          pool.share(rows: count) { [self] rows in
            let from = unsafe values + x.dropping(rows.lowerBound).offset
            let to = unsafe values + y.dropping(rows.lowerBound).offset
            if let bias = unsafe bias {
              for row in 0..<rows.count {
                unsafe (to + row * y.stride).update(from: bias, count: outputs)
              }
            }
            unsafe BLAS.product(
              rows.count, outputs, inputs, from, x.stride, transposed: false, weight, inputs,
              transposed: true, to, y.stride, adding: bias != nil)
            if clamping { unsafe reel_relu(rows.count * y.stride, to, to) }
          }
        } else {
          unsafe reel_linear(
            count, inputs, outputs, values + x.offset, x.stride, parameters + weight, bias,
            values + y.offset, y.stride, clamping ? 1 : 0)
        }
      }
    }
  }

  /// A single row x (1, inputs) → y (1, outputs): the weight is read once, by a pool where there is one.
  /// Each number is a sum of its own, so that the pool changes none.
  package func next(
    _ x: Rows, to y: Rows, pool: ThreadPool?, _ parameters: Parameters,
    _ activations: inout Activations
  ) {
    check(x, y, 1, activations)
    // So many outputs are worth a thread's while.
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
  /// unless nobody asks for it. Where x came out of ReLU or tanh, `bend` takes dx through that as well.
  package func backward(
    _ x: Rows, from y: Rows, rows count: Int, _ parameters: Parameters,
    into gradients: inout Parameters, _ activations: inout Activations, inputGradient: Bool = true,
    bend: Activation? = nil
  ) {
    precondition(bend.map { !$0.needsInput } ?? true, "what x was before is gone")
    check(x, y, count, activations)
    unsafe gradients.values.withUnsafeMutableBufferPointer { slab in
      unsafe activations.withBoth { values, flow in
        let (x0, dy) = unsafe (values + x.offset, flow + y.offset)
        let gradient = unsafe slab.baseAddress.unsafelyUnwrapped
        if isLarge(count) {
          unsafe BLAS.product(
            outputs, inputs, count, dy, y.stride, transposed: true, x0, x.stride,
            transposed: false, gradient + weight, inputs, adding: true)
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
        if isLarge(count) {
          unsafe BLAS.product(
            count, inputs, outputs, dy, y.stride, transposed: false, weight, inputs,
            transposed: false, dx, x.stride, adding: false)
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
