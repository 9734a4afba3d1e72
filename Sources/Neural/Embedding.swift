internal import CKernels

/// A learned row for each of a few symbols: (rows) of indices → (rows, width).
package struct Embedding: Sendable, Equatable {
  package let symbols: Int
  package let width: Int
  /// The offset of the table (symbols, width) in the slab of parameters.
  package let table: Int

  /// Adds the tensor `name.weight` to a layout; PyTorch initializes it from a normal distribution.
  package init(
    _ name: String, symbols: Int, width: Int, initializer: Initializer = .normal(deviation: 1),
    to layout: inout ParameterLayout
  ) {
    self.symbols = symbols
    self.width = width
    table = layout.add("\(name).weight", [symbols, width], initializer)
  }

  /// Sets row `r` of y (rows, width) to the sum of the table's rows `numbers[r · each ..< (r + 1) ·
  /// each]`, or adds that sum where `adding`. Negative indices are ignored.
  package func forward(
    _ numbers: some Collection<Int>, each: Int = 1, to y: Rows, adding: Bool = false,
    _ parameters: Parameters, _ activations: inout Activations
  ) {
    check(numbers, each, y, activations)
    unsafe parameters.values.withUnsafeBufferPointer { slab in
      unsafe activations.withValues { values in
        let table = unsafe slab.baseAddress.unsafelyUnwrapped + table
        if !adding {
          for row in 0..<numbers.count / each {
            unsafe (values + y.offset + row * y.stride).update(repeating: 0, count: width)
          }
        }
        for (index, number) in numbers.enumerated() where number >= 0 {
          unsafe reel_add(
            width, table + number * width, values + y.offset + index / each * y.stride)
        }
      }
    }
  }

  /// Adds each row of dy (rows, width) to the gradients of the table's rows that it was made from.
  package func backward(
    _ numbers: some Collection<Int>, each: Int = 1, from y: Rows,
    into gradients: inout Parameters, _ activations: inout Activations
  ) {
    check(numbers, each, y, activations)
    unsafe gradients.values.withUnsafeMutableBufferPointer { slab in
      unsafe activations.withBoth { _, flow in
        let table = unsafe slab.baseAddress.unsafelyUnwrapped + table
        for (index, number) in numbers.enumerated() where number >= 0 {
          unsafe reel_add(
            width, flow + y.offset + index / each * y.stride, table + number * width)
        }
      }
    }
  }

  private func check(
    _ numbers: some Collection<Int>, _ each: Int, _ y: Rows, _ activations: Activations
  ) {
    precondition(y.width == width, "an embedding's rows have its width")
    precondition(numbers.count <= each * activations.capacity, "the rows fit the activations")
    precondition(numbers.allSatisfy { $0 < symbols }, "the symbol is in the table")
  }
}
