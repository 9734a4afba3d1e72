internal import CKernels

/// A block of rows within the activations: what one layer passes to the next.
@usableFromInline package struct Rows: Sendable, Equatable {
  /// Where the first row begins.
  @usableFromInline package let offset: Int
  /// How many numbers a row holds.
  @usableFromInline package let width: Int
  /// The distance between rows; the numbers beyond `width` are zero.
  @usableFromInline package let stride: Int
}

extension Rows {
  /// The rows without the first ones.
  package func dropping(_ rows: Int) -> Rows {
    Rows(offset: offset + rows * stride, width: width, stride: stride)
  }

  /// The row `index` of each sequence of `length` rows.
  package func each(_ index: Int, of length: Int) -> Rows {
    precondition((0..<length).contains(index), "the row is in the sequence")
    return Rows(offset: offset + index * stride, width: width, stride: length * stride)
  }
}

/// Everything between a network's input and its output, and the gradient of the loss with respect
/// to each of these numbers: two slabs, allocated once and used by every batch.
@usableFromInline package struct Activations: Sendable {
  /// The most rows that fit.
  @usableFromInline package let capacity: Int
  /// Vectors of sixteen numbers, which are aligned to cache lines.
  @usableFromInline var values: [SIMD16<Float>] = []
  @usableFromInline var gradients: [SIMD16<Float>] = []

  /// Whether a backward pass is possible.
  private let hasGradients: Bool

  /// Activations for up to `capacity` rows, without gradients where nothing is trained.
  package init(rows capacity: Int, hasGradients: Bool = true) {
    precondition(capacity > 0, "activations have space for a row")
    self.capacity = capacity
    self.hasGradients = hasGradients
    // Kernels read whole vectors, even beyond the last row.
    values = [SIMD16()]
    gradients = [SIMD16()]
  }

  /// Adds a block of rows. Their stride is a multiple of eight numbers, as vector instructions
  /// prefer, unless `dense`. `count` limits the space to that many rows.
  package mutating func add(width: Int, rows count: Int? = nil, dense: Bool = false) -> Rows {
    precondition(width > 0, "a row holds a number")
    let stride = dense ? width : (width + 7) & ~7
    let rows = Rows(offset: (values.count - 1) * 16, width: width, stride: stride)
    let more = (stride * (count ?? capacity) + 15) / 16
    values += repeatElement(SIMD16(), count: more)
    if hasGradients { gradients += repeatElement(SIMD16(), count: more) }
    return rows
  }

  /// A number of a block.
  @inlinable package subscript(rows: Rows, row: Int, column: Int) -> Float {
    get {
      let place = place(rows, row, column)
      return values[place >> 4][place & 15]
    }
    set {
      let place = place(rows, row, column)
      values[place >> 4][place & 15] = newValue
    }
  }

  /// The gradient of the loss with respect to a number of a block.
  @inlinable package subscript(gradient rows: Rows, row: Int, column: Int) -> Float {
    get {
      let place = place(rows, row, column)
      return gradients[place >> 4][place & 15]
    }
    set {
      let place = place(rows, row, column)
      gradients[place >> 4][place & 15] = newValue
    }
  }

  @inlinable func place(_ rows: Rows, _ row: Int, _ column: Int) -> Int {
    precondition(row >= 0 && row < capacity, "the row is in the block")
    precondition(column >= 0 && column < rows.width, "the column is in the block")
    return rows.offset + row * rows.stride + column
  }

  /// The first rows of a block, in one flat array.
  package func rows(_ block: Rows, _ count: Int) -> [Float] {
    (0..<count).flatMap { row in (0..<block.width).map { self[block, row, $0] } }
  }

  /// The gradients of the first rows of a block.
  package func gradients(_ block: Rows, _ count: Int) -> [Float] {
    (0..<count).flatMap { row in (0..<block.width).map { self[gradient: block, row, $0] } }
  }

  /// Copies rows into a block: row `r` becomes `source[indices[r]]` of the flat `source`.
  package mutating func gather(_ indices: [Int], of source: [Float], into block: Rows) {
    precondition(indices.count <= capacity, "the rows fit")
    let width = block.width
    let most = source.count / width
    unsafe source.withUnsafeBufferPointer { source in
      unsafe withValues { values in
        guard let from = source.baseAddress else { return }
        for (row, index) in indices.enumerated() {
          precondition(index >= 0 && index < most, "the row is in the source")
          unsafe (values + block.offset + row * block.stride)
            .update(from: from + index * width, count: width)
        }
      }
    }
  }

  /// Copies rows into a block: row `first + r` becomes the numbers of `source` from `starts[r]` on.
  package mutating func gather(
    from starts: [Int], rows count: Int, of source: [Float], into block: Rows, at first: Int = 0
  ) {
    precondition(count <= starts.count && first + count <= capacity, "the rows fit")
    let most = source.count - block.width
    precondition(
      starts.prefix(count).allSatisfy { $0 >= 0 && $0 <= most }, "the numbers are in the source")
    unsafe source.withUnsafeBufferPointer { source in
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe withValues { values in
          unsafe reel_gather(
            count, block.width, source.baseAddress, starts.baseAddress,
            values + block.offset + first * block.stride, block.stride)
        }
      }
    }
  }

  /// The sum over the first rows of one number per row, in the column `choices[r]`.
  package mutating func sum(_ block: Rows, rows count: Int, choosing choices: [Int]) -> Double {
    precondition(count <= min(capacity, choices.count), "a choice for every row")
    return unsafe withValues { values in
      var sum = 0.0
      for row in 0..<count {
        precondition(choices[row] >= 0 && choices[row] < block.width, "the column is in the block")
        unsafe sum += Double(values[block.offset + row * block.stride + choices[row]])
      }
      return sum
    }
  }

  /// The greatest number of each of some rows and its column, the first of equals.
  package mutating func greatest(
    _ block: Rows, from first: Int, rows count: Int, into greatest: inout [Float],
    _ columns: inout [Int]
  ) {
    precondition(first + count <= capacity, "the rows fit the activations")
    precondition(greatest.count >= count && columns.count >= count, "there is space for the result")
    unsafe withValues { values in
      for row in 0..<count {
        let numbers = unsafe values + block.offset + (first + row) * block.stride
        var (best, column) = unsafe (numbers[0], 0)
        for index in 1..<max(1, block.width) where unsafe !(numbers[index] <= best) {
          unsafe (best, column) = (numbers[index], index)
        }
        (greatest[row], columns[row]) = (best, column)
      }
    }
  }

  /// Copies the first `count` rows of the flat `source` into a block.
  package mutating func fill(_ block: Rows, with source: [Float], rows count: Int) {
    precondition(count <= capacity && source.count >= count * block.width, "the rows fit")
    unsafe source.withUnsafeBufferPointer { source in
      unsafe withValues { values in
        guard let from = source.baseAddress else { return }
        for row in 0..<count {
          unsafe (values + block.offset + row * block.stride)
            .update(from: from + row * block.width, count: block.width)
        }
      }
    }
  }

  /// The numbers in memory; a vector of sixteen floats has the layout of sixteen floats.
  mutating func withValues<Result>(
    _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    try unsafe values.withUnsafeMutableBytes {
      // Never empty: the initializer adds a vector.
      try unsafe body($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
    }
  }

  /// The numbers and their gradients in memory.
  mutating func withBoth<Result>(
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    precondition(hasGradients, "these activations have no gradients")
    return try unsafe values.withUnsafeMutableBytes { values in
      try unsafe gradients.withUnsafeMutableBytes { gradients in
        try unsafe body(
          values.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self),
          gradients.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
      }
    }
  }
}
