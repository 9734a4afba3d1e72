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
  package mutating func clear() { clear(0..<values.count) }

  /// Sets a stretch of the slab to zero.
  package mutating func clear(_ stretch: Range<Int>) {
    precondition(stretch.upperBound <= values.count, "the slab has such a stretch")
    unsafe values.withUnsafeMutableBufferPointer {
      unsafe $0.extracting(stretch).update(repeating: 0)
    }
  }

  /// Takes over a stretch of another slab.
  package mutating func take(_ stretch: Range<Int>, from other: Parameters) {
    values.replaceSubrange(stretch, with: other.values[stretch])
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
  package var norm: Double { squares(0..<values.count).squareRoot() }

  /// The sum of the squares of a stretch of the slab.
  package func squares(_ stretch: Range<Int>) -> Double {
    unsafe values.withUnsafeBufferPointer { values in
      let stretch = values.extracting(stretch)
      return unsafe reel_squares(stretch.count, stretch.baseAddress)
    }
  }

  /// Shortens all numbers together to a greatest length, and returns the length before: PyTorch's
  /// `clip_grad_norm_`.
  package mutating func clip(toNorm greatest: Double) -> Double {
    let norm = norm
    let factor = Self.factor(clipping: norm, to: greatest)
    if factor < 1 { scale(by: factor) }
    return norm
  }

  /// What numbers of some length are multiplied by to have at most another.
  package static func factor(clipping norm: Double, to greatest: Double) -> Float {
    // PyTorch's own guard against dividing by nothing.
    Float(min(1, greatest / (norm + 1e-6)))
  }

  /// Whether every number is one: neither infinite nor NaN.
  package var isFinite: Bool { norm.isFinite }
}
