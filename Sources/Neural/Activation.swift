internal import CKernels
package import Platform

/// The function between two linear layers, applied to each number.
package enum Activation: String, Sendable, CaseIterable {
  /// max(0, x)
  case relu
  case tanh
  /// x Φ(x), exact (Hendrycks and Gimpel, https://arxiv.org/abs/1606.08415).
  case gelu
  /// The tanh approximation that GPT-2 uses: off by up to .0005.
  case geluTanh = "gelu_tanh"

  /// Whether the backward pass needs the input; the others only need the output, and so may work in
  /// place.
  package var needsInput: Bool { self == .gelu || self == .geluTanh }

  /// x (rows, width) → y (rows, width); x and y may be the same block unless the input is needed
  /// later. A pool shares the rows.
  package func forward(
    _ x: Rows, to y: Rows, rows count: Int, pool: ThreadPool? = nil,
    _ activations: inout Activations
  ) {
    check(x, y, count, activations)
    unsafe activations.withValues { values in
      nonisolated(unsafe) let values = unsafe values
      pool.share(rows: count) { [self] rows in
        // The numbers between the rows are zero, and every activation keeps them zero.
        let numbers = rows.count * x.stride
        let from = unsafe values + x.dropping(rows.lowerBound).offset
        let to = unsafe values + y.dropping(rows.lowerBound).offset
        switch self {
        case .relu: unsafe reel_relu(numbers, from, to)
        case .tanh: unsafe reel_tanh(numbers, from, to)
        case .gelu: unsafe reel_gelu(numbers, from, to)
        case .geluTanh: unsafe reel_gelu_tanh(numbers, from, to)
        }
      }
    }
  }

  /// Replaces dx (rows, width) with dy times the derivative.
  package func backward(_ x: Rows, from y: Rows, rows count: Int, _ activations: inout Activations)
  {
    check(x, y, count, activations)
    let numbers = count * x.stride
    unsafe activations.withBoth { values, flow in
      let (dx, dy) = unsafe (flow + x.offset, flow + y.offset)
      switch self {
      case .relu, .tanh: unsafe backward(numbers, from: values + y.offset, dy, into: dx)
      case .gelu: unsafe reel_gelu_gradient(numbers, values + x.offset, dy, dx)
      case .geluTanh: unsafe reel_gelu_tanh_gradient(numbers, values + x.offset, dy, dx)
      }
    }
  }

  /// dx = dy times the derivative, computed from the output (y).
  func backward(
    _ numbers: Int, from y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>
  ) {
    precondition(!needsInput, "the output is not enough")
    if self == .relu {
      unsafe reel_relu_gradient(numbers, y, dy, dx)
    } else {
      unsafe reel_tanh_gradient(numbers, y, dy, dx)
    }
  }

  private func check(_ x: Rows, _ y: Rows, _ count: Int, _ activations: Activations) {
    precondition(x.width == y.width && x.stride == y.stride, "an activation keeps the shape")
    precondition(!needsInput || x != y, "this activation needs its input in the backward pass")
    precondition(count >= 0 && count <= activations.capacity, "the rows fit the activations")
  }
}
