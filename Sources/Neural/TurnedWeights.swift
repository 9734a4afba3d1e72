internal import CKernels

/// The transposed weights of an MLP, as products read them. They are transposed once after each
/// change of the parameters, and serve every batch until the next.
package struct TurnedWeights: Sendable {
  /// Vectors of sixteen numbers, which are aligned to cache lines.
  fileprivate var values: [SIMD16<Float>]
  /// The offset of each layer, in vectors.
  fileprivate let places: [Int]

  /// Space for the weights of an MLP, not yet transposed.
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
  /// Transposes the weights, as is necessary whenever they have changed.
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

  /// x (rows, first width) → y (rows, last width), using transposed weights: the same numbers.
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
