internal import CKernels
package import Platform

/// Each row shifted and scaled to mean 0 and variance 1, then by a learned gain and bias (Ba and
/// others, https://arxiv.org/abs/1607.06450).
package struct LayerNorm: Sendable, Equatable {
  package let width: Int
  /// Added to the variance (ε).
  package let epsilon: Float
  let gain: Int
  let bias: Int?

  /// Adds a layer's tensors `name.weight` and `name.bias` to a layout.
  package init(
    _ name: String, width: Int, hasBias: Bool = true, epsilon: Float = 1e-5,
    to layout: inout ParameterLayout
  ) {
    self.width = width
    self.epsilon = epsilon
    gain = layout.add("\(name).weight", [width], .constant(1))
    bias = hasBias ? layout.add("\(name).bias", [width], .zeros) : nil
  }

  /// Allocates what the backward pass needs: a row's mean and 1 / its standard deviation.
  package func statistics(in activations: inout Activations) -> Statistics {
    Statistics(
      mean: activations.add(width: 1, dense: true), scale: activations.add(width: 1, dense: true))
  }

  /// What the backward pass needs for every row.
  package struct Statistics: Sendable, Equatable {
    let mean: Rows
    let scale: Rows

    func dropping(_ rows: Int) -> Statistics {
      Statistics(mean: mean.dropping(rows), scale: scale.dropping(rows))
    }
  }

  /// x (rows, width) → y (rows, width). A pool shares the rows.
  package func forward(
    _ x: Rows, to y: Rows, keeping statistics: Statistics, rows count: Int, pool: ThreadPool? = nil,
    _ parameters: Parameters, _ activations: inout Activations
  ) {
    check(x, y, count, activations)
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe activations.withValues { values in
        nonisolated(unsafe) let values = unsafe values
        nonisolated(unsafe) let parameters = unsafe slab.baseAddress.unsafelyUnwrapped
        pool.share(rows: count) { [self] rows in
          let (x, y) = (x.dropping(rows.lowerBound), y.dropping(rows.lowerBound))
          let statistics = statistics.dropping(rows.lowerBound)
          unsafe reel_layer_norm(
            rows.count, width, values + x.offset, x.stride, parameters + gain,
            bias.map { unsafe parameters + $0 }, epsilon, values + y.offset, y.stride,
            values + statistics.mean.offset, values + statistics.scale.offset)
        }
      }
    }
  }

  /// Adds the gradients of gain and bias; replaces dx (rows, width).
  package func backward(
    _ x: Rows, from y: Rows, keeping statistics: Statistics, rows count: Int,
    _ parameters: Parameters, into gradients: inout Parameters, _ activations: inout Activations
  ) {
    check(x, y, count, activations)
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe gradients.values.withUnsafeMutableBufferPointer { into in
        unsafe activations.withBoth { values, flow in
          let gradient = unsafe into.baseAddress.unsafelyUnwrapped
          unsafe reel_layer_norm_gradient(
            count, width, values + x.offset, x.stride, slab.baseAddress.unsafelyUnwrapped + gain,
            values + statistics.mean.offset, values + statistics.scale.offset, flow + y.offset,
            y.stride, flow + x.offset, x.stride, gradient + gain,
            bias.map { unsafe gradient + $0 })
        }
      }
    }
  }

  private func check(_ x: Rows, _ y: Rows, _ count: Int, _ activations: Activations) {
    precondition(x.width == width && y.width == width, "a normalized row has the layer's width")
    precondition(count >= 0 && count <= activations.capacity, "the rows fit the activations")
  }
}
