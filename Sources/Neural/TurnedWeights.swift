internal import CKernels

/// The weights of an MLP as products read them, in columns. Turned once after each change of the parameters,
/// they serve every batch until the next.
package struct TurnedWeights: Sendable {
  /// Aligned to cache lines, which vectors of sixteen bring about.
  fileprivate var values: [SIMD16<Float>]
  /// Where each layer's begin, in vectors.
  fileprivate let places: [Int]

  /// Room for the weights of an MLP, which are still to be turned.
  package init(of net: MLP) {
    var places: [Int] = []
    var count = 0
    for layer in net.layers {
      places.append(count)
      count += (reel_turned_room(layer.inputs, layer.outputs) + 15) / 16
    }
    self.places = places
    values = [SIMD16<Float>](repeating: SIMD16(), count: count)
  }
}

extension MLP {
  /// Turns the weights, as is needed whenever they have changed.
  package func turn(_ parameters: Parameters, into weights: inout TurnedWeights) {
    precondition(weights.places.count == layers.count, "the weights are this network's")
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe weights.values.withUnsafeMutableBytes { [places = weights.places] turned in
        let slab = unsafe slab.baseAddress.unsafelyUnwrapped
        let turned = unsafe turned.baseAddress.unsafelyUnwrapped
          .assumingMemoryBound(to: Float.self)
        for (layer, place) in zip(layers, places) {
          unsafe reel_turn(layer.inputs, layer.outputs, slab + layer.weight, turned + 16 * place)
        }
      }
    }
  }

  /// x (rows, first width) → y (rows, last width), by weights that were turned: the same numbers.
  package func forward(
    _ buffers: Buffers, rows count: Int, _ weights: TurnedWeights, _ parameters: Parameters,
    _ activations: inout Activations
  ) {
    precondition(weights.places.count == layers.count, "the weights are this network's")
    forward(buffers, rows: count, &activations) { index, activations, clamps in
      let (layer, x, y) = (layers[index], buffers.inputs[index], buffers.outputs[index])
      guard !layer.isCopied(count) else {
        return layer.forward(
          x, to: y, rows: count, parameters, &activations, clamping: clamps)
      }
      unsafe parameters.values.withUnsafeBufferPointer { slab in
        unsafe weights.values.withUnsafeBytes { turned in
          unsafe activations.withValues { values in
            let slab = unsafe slab.baseAddress.unsafelyUnwrapped
            let turned = unsafe turned.baseAddress.unsafelyUnwrapped
              .assumingMemoryBound(to: Float.self)
            unsafe reel_linear_turned(
              count, layer.inputs, layer.outputs, values + x.offset, x.stride,
              turned + 16 * weights.places[index], layer.bias.map { unsafe slab + $0 },
              values + y.offset, y.stride, clamps ? 1 : 0)
          }
        }
      }
    }
  }
}
