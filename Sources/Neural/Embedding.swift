/// A learned row for each of a few symbols: (rows) of numbers → (rows, width).
package struct Embedding: Sendable, Equatable {
  package let symbols: Int
  package let width: Int
  /// Where the table (symbols, width) begins in the slab of parameters.
  package let table: Int

  /// Adds the tensor `name.weight` to a layout; PyTorch draws it from the bell curve.
  package init(
    _ name: String, symbols: Int, width: Int, initializer: Initializer = .normal(deviation: 1),
    to layout: inout ParameterLayout
  ) {
    self.symbols = symbols
    self.width = width
    table = layout.add("\(name).weight", [symbols, width], initializer)
  }

  /// Row `r` of y (rows, width) becomes the table's row `symbols[r]`, or is added where `adding`.
  package func forward(
    _ numbers: [Int], to y: Rows, adding: Bool = false, _ parameters: Parameters,
    _ memory: inout Activations
  ) {
    check(numbers, y, memory)
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe memory.withValues { values in
        let table = unsafe slab.baseAddress.unsafelyUnwrapped + table
        for (row, number) in numbers.enumerated() {
          let (from, to) = unsafe (table + number * width, values + y.offset + row * y.stride)
          if adding {
            for column in 0..<width { unsafe to[column] += from[column] }
          } else {
            unsafe to.update(from: from, count: width)
          }
        }
      }
    }
  }

  /// Adds each row of dy (rows, width) to the gradient of the table's row that it came from.
  package func backward(
    _ numbers: [Int], from y: Rows, into gradients: inout Parameters,
    _ memory: inout Activations
  ) {
    check(numbers, y, memory)
    unsafe gradients.values.withUnsafeMutableBufferPointer { slab in
      unsafe memory.withBoth { _, flow in
        let table = unsafe slab.baseAddress.unsafelyUnwrapped + table
        for (row, number) in numbers.enumerated() {
          let (from, to) = unsafe (flow + y.offset + row * y.stride, table + number * width)
          for column in 0..<width { unsafe to[column] += from[column] }
        }
      }
    }
  }

  private func check(_ numbers: [Int], _ y: Rows, _ memory: Activations) {
    precondition(y.width == width, "an embedding's rows have its width")
    precondition(numbers.count <= memory.capacity, "the rows fit the activations")
    precondition(numbers.allSatisfy { $0 >= 0 && $0 < symbols }, "there is such a symbol")
  }
}
