internal import CKernels

/// Huber's loss divided by β, PyTorch's `SmoothL1Loss`: |d| − β/2, but d²/2β where |d| < β.
package struct SmoothL1: Sendable, Equatable {
  /// Below this difference the loss is a parabola (β).
  package var beta: Float

  /// A loss with its β.
  package init(beta: Float = 1) {
    precondition(beta >= 0, "β is not negative")
    self.beta = beta
  }

  /// The mean loss of outputs (rows, width) against targets of the same shape; sets the outputs'
  /// gradients.
  package func mean(
    _ y: Rows, rows count: Int, targets: [Float], _ activations: inout Activations
  ) -> Double {
    unsafe activations.compare(y, rows: count, targets: targets) { numbers, x, target, weight, dx in
      unsafe reel_smooth_l1(numbers, x, target, beta, weight, dx)
    }
  }

  /// The mean loss over the first rows of one output per row, `choices[r]`, against `targets[r]`;
  /// the other outputs' gradients are zero.
  package func mean(
    _ y: Rows, rows count: Int, choosing choices: [Int], targets: [Float],
    _ activations: inout Activations
  ) -> Double {
    activations.compare(y, rows: count, choosing: choices, targets: targets) { d, slope in
      guard abs(d) < beta else {
        slope = d.isNaN ? d : d < 0 ? -1 : 1
        return abs(d) - 0.5 * beta
      }
      slope = d / beta
      return 0.5 * d * d / beta
    }
  }
}

/// The square of the difference, PyTorch's `MSELoss`.
package struct SquaredError: Sendable, Equatable {
  /// The loss.
  package init() {}

  /// The mean loss of outputs (rows, width) against targets of the same shape; sets the outputs'
  /// gradients.
  package func mean(
    _ y: Rows, rows count: Int, targets: [Float], _ activations: inout Activations
  ) -> Double {
    unsafe activations.compare(y, rows: count, targets: targets) { numbers, x, target, weight, dx in
      unsafe reel_squared_error(numbers, x, target, weight, dx)
    }
  }

  /// The mean loss over the first rows of one output per row, `choices[r]`, against `targets[r]`;
  /// the other outputs' gradients are zero.
  package func mean(
    _ y: Rows, rows count: Int, choosing choices: [Int], targets: [Float],
    _ activations: inout Activations
  ) -> Double {
    activations.compare(y, rows: count, choosing: choices, targets: targets) { d, slope in
      slope = 2 * d
      return d * d
    }
  }
}

extension Activations {
  /// Sets the gradients of a block's first rows to zero.
  package mutating func clearGradients(_ block: Rows, rows count: Int) {
    precondition(count <= capacity, "the rows fit the activations")
    unsafe withBoth { _, flow in
      unsafe (flow + block.offset).update(repeating: 0, count: count * block.stride)
    }
  }

  /// The mean over rows of a loss of one output per row.
  @inline(__always)
  fileprivate mutating func compare(
    _ y: Rows, rows count: Int, choosing choices: [Int], targets: [Float],
    _ loss: (Float, inout Float) -> Float
  ) -> Double {
    precondition(count > 0 && count <= capacity, "the rows fit the activations")
    precondition(choices.count >= count && targets.count >= count, "a choice for every row")
    let weight = 1 / Float(count)
    clearGradients(y, rows: count)
    return unsafe withBoth { values, flow in
      var sum = 0.0
      for row in 0..<count {
        precondition(choices[row] >= 0 && choices[row] < y.width, "the column is in the block")
        let place = y.offset + row * y.stride + choices[row]
        var slope: Float = 0
        unsafe sum += Double(loss(values[place] - targets[row], &slope))
        unsafe flow[place] = slope * weight
      }
      return sum / Double(count)
    }
  }

  /// The mean of a loss over the rows of a block.
  fileprivate mutating func compare(
    _ y: Rows, rows count: Int, targets: [Float],
    _ loss: (
      Int, UnsafePointer<Float>, UnsafePointer<Float>, Float, UnsafeMutablePointer<Float>
    ) -> Double
  ) -> Double {
    precondition(count > 0 && count <= capacity, "the rows fit the activations")
    precondition(targets.count >= count * y.width, "a target for every output")
    let weight = 1 / Float(count * y.width)
    return unsafe withBoth { values, flow in
      unsafe targets.withUnsafeBufferPointer { targets in
        let target = unsafe targets.baseAddress.unsafelyUnwrapped
        var sum = 0.0
        // Rows without gaps can be treated as one long row.
        let (rows, width) = y.stride == y.width ? (1, count * y.width) : (count, y.width)
        for row in 0..<rows {
          let place = y.offset + row * y.stride
          unsafe sum += loss(width, values + place, target + row * width, weight, flow + place)
        }
        return sum / Double(count * y.width)
      }
    }
  }
}
