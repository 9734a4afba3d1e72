internal import CKernels
internal import Rollouts

/// A network's numbers in one slab. Gradients have the same form, and so has a target network: a
/// copy.
package struct Parameters: Sendable, Equatable {
  /// Which tensor lies where.
  package let layout: ParameterLayout
  /// All numbers, as the layout orders them.
  package var values: [Float]

  /// First numbers, which follow from the seed; each tensor has a stream of its own, so that changing
  /// one changes no other.
  package init(_ layout: ParameterLayout, seed: UInt64) {
    self.layout = layout
    values = []
    values.reserveCapacity(layout.count)
    for (index, entry) in layout.entries.enumerated() {
      var stream = Stream(seed: seed, purpose: .parameters, part: index)
      values += entry.initializer.draw(entry.shape, from: &stream)
    }
  }

  /// Zeros: gradients before anything was added to them.
  package init(zeros layout: ParameterLayout) {
    self.layout = layout
    values = [Float](repeating: 0, count: layout.count)
  }

  /// The numbers of one tensor.
  package subscript(_ name: String) -> [Float] {
    get { Array(values[range(name)]) }
    set {
      precondition(newValue.count == range(name).count, "a tensor keeps its size")
      values.replaceSubrange(range(name), with: newValue)
    }
  }

  private func range(_ name: String) -> Range<Int> {
    guard let entry = layout.entry(name) else {
      preconditionFailure("there is no parameter \(name)")
    }
    return entry.range
  }

  /// Sets every number to zero, as gradients are before a backward pass.
  package mutating func clear() {
    for index in values.indices { values[index] = 0 }
  }

  /// Adds another slab's numbers: how the gradients of several shards become one.
  package mutating func add(_ other: Parameters) {
    precondition(other.values.count == values.count, "slabs of one layout are added")
    unsafe values.withUnsafeMutableBufferPointer { into in
      unsafe other.values.withUnsafeBufferPointer {
        unsafe reel_add($0.count, $0.baseAddress, into.baseAddress)
      }
    }
  }

  /// Multiplies every number.
  package mutating func scale(by factor: Float) {
    unsafe values.withUnsafeMutableBufferPointer {
      unsafe reel_scale($0.count, factor, $0.baseAddress)
    }
  }

  /// The Euclidean length of all numbers together.
  package var norm: Double {
    unsafe values.withUnsafeBufferPointer {
      unsafe reel_squares($0.count, $0.baseAddress).squareRoot()
    }
  }

  /// Shortens all numbers together to a greatest length, and returns the length before: PyTorch's
  /// `clip_grad_norm_`.
  package mutating func clip(toNorm greatest: Double) -> Double {
    let norm = norm
    // PyTorch's own guard against dividing by nothing.
    let factor = greatest / (norm + 1e-6)
    if factor < 1 { scale(by: Float(factor)) }
    return norm
  }

  /// Whether every number is one: neither infinite nor NaN.
  package var isFinite: Bool { norm.isFinite }
}
