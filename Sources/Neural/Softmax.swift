internal import CKernels

/// Shares that sum to one: e to the power of each number, divided by their sum.
package enum Softmax {
  /// y (rows, width) = softmax of each row of x (rows, width); both may be the same block.
  package static func forward(
    _ x: Rows, to y: Rows, rows count: Int, _ activations: inout Activations
  ) {
    check(x, y, count, activations)
    unsafe activations.withValues { values in
      unsafe reel_softmax(count, x.width, values + x.offset, x.stride, values + y.offset, y.stride)
    }
  }

  /// Replaces dx (rows, width), from the output of the forward pass.
  package static func backward(
    _ x: Rows, from y: Rows, rows count: Int, _ activations: inout Activations
  ) {
    check(x, y, count, activations)
    unsafe activations.withBoth { values, flow in
      unsafe reel_softmax_gradient(
        count, x.width, values + y.offset, y.stride, flow + y.offset, y.stride, flow + x.offset,
        x.stride)
    }
  }

  /// The softmax of some numbers.
  package static func shares(of numbers: [Float]) -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: numbers.count) { shares, filled in
      unsafe numbers.withUnsafeBufferPointer { numbers in
        guard let from = numbers.baseAddress, let to = shares.baseAddress else { return }
        unsafe reel_softmax(1, numbers.count, from, numbers.count, to, numbers.count)
      }
      filled = numbers.count
    }
  }

  private static func check(_ x: Rows, _ y: Rows, _ count: Int, _ activations: Activations) {
    precondition(x.width == y.width, "softmax keeps the shape")
    precondition(count >= 0 && count <= activations.capacity, "the rows fit the activations")
  }
}

/// −ln of the share that softmax gives to the correct column, PyTorch's `CrossEntropyLoss`.
package struct CrossEntropy: Sendable, Equatable {
  /// The loss.
  package init() {}

  /// The mean loss of logits (rows, width) against each row's correct column; a row whose target is
  /// nil does not count. Sets the logits' gradients.
  package func mean(
    _ y: Rows, rows count: Int, targets: [Int?], _ activations: inout Activations
  ) -> Double {
    precondition(count <= activations.capacity && targets.count >= count, "a target for every row")
    let counted = targets[..<count].count { $0 != nil }
    guard counted > 0 else {
      activations.clearGradients(y, rows: count)
      return 0
    }
    return sum(y, rows: count, targets: targets, weight: 1 / Float(counted), &activations)
      / Double(counted)
  }

  /// The sum of the losses of logits (rows, width); sets the logits' gradients to those of that sum, times
  /// a weight.
  package func sum(
    _ y: Rows, rows count: Int, targets: [Int?], weight: Float, _ activations: inout Activations
  ) -> Double {
    precondition(count <= activations.capacity && targets.count >= count, "a target for every row")
    return unsafe activations.withBoth { values, flow in
      var sum = 0.0
      for row in 0..<count {
        let place = y.offset + row * y.stride
        let shares = unsafe flow + place
        guard let target = targets[row] else {
          unsafe shares.update(repeating: 0, count: y.width)
          continue
        }
        precondition(target >= 0 && target < y.width, "the column is in the block")
        unsafe sum += reel_cross_entropy(y.width, values + place, target, weight, shares)
      }
      return sum
    }
  }
}
