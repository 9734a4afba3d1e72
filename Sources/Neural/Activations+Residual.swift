internal import CKernels
internal import Platform

extension Activations {
  /// z (rows, width) = x + y; all three have the same layout. A pool shares the rows.
  mutating func sum(_ x: Rows, _ y: Rows, to z: Rows, rows count: Int, pool: ThreadPool? = nil) {
    check(x, z, count)
    check(y, z, count)
    unsafe withValues { values in
      nonisolated(unsafe) let values = unsafe values
      pool.share(rows: count) { rows in
        let first = rows.lowerBound * x.stride
        let to = unsafe values + z.offset + first
        unsafe to.update(from: values + x.offset + first, count: rows.count * x.stride)
        unsafe reel_add(rows.count * x.stride, values + y.offset + first, to)
      }
    }
  }

  /// dy (rows, width) = dx.
  package mutating func copyGradients(_ x: Rows, to y: Rows, rows count: Int) {
    check(x, y, count)
    unsafe withBoth { _, flow in
      unsafe (flow + y.offset).update(from: flow + x.offset, count: count * x.stride)
    }
  }

  /// dy (rows, width) += dx.
  package mutating func addGradients(_ x: Rows, to y: Rows, rows count: Int) {
    check(x, y, count)
    unsafe withBoth { _, flow in
      unsafe reel_add(count * x.stride, flow + x.offset, flow + y.offset)
    }
  }

  /// y (rows, width) = x, whatever the strides of either.
  mutating func copy(_ x: Rows, to y: Rows, rows count: Int) {
    precondition(x.width == y.width && count <= capacity, "both have the same shape")
    unsafe withValues { values in
      for row in 0..<count {
        unsafe (values + y.offset + row * y.stride)
          .update(from: values + x.offset + row * x.stride, count: x.width)
      }
    }
  }

  /// dy (rows, width) = dx, or += dx, whatever the strides of either.
  mutating func scatterGradients(_ x: Rows, to y: Rows, rows count: Int, adding: Bool) {
    precondition(x.width == y.width && count <= capacity, "both have the same shape")
    unsafe withBoth { _, flow in
      for row in 0..<count {
        let (from, to) = unsafe (
          flow + x.offset + row * x.stride, flow + y.offset + row * y.stride
        )
        if adding {
          unsafe reel_add(x.width, from, to)
        } else {
          unsafe to.update(from: from, count: x.width)
        }
      }
    }
  }

  private func check(_ x: Rows, _ y: Rows, _ count: Int) {
    precondition(x.width == y.width && x.stride == y.stride, "both have the same shape")
    precondition(count >= 0 && count <= capacity, "the rows fit the activations")
  }
}
