internal import CKernels
internal import Rollouts

/// A network's numbers in one slab. Gradients have the same form, and so has a target network,
/// which is a copy.
package struct Parameters: Sendable, Equatable {
  /// The positions of the tensors.
  package let layout: ParameterLayout
  /// All numbers, in the order of the layout.
  package var values: [Float]

  /// Initial numbers from a seed. Each tensor has its own random stream, so changing one changes no
  /// other.
  package init(_ layout: ParameterLayout, seed: UInt64) {
    self.layout = layout
    values = []
    values.reserveCapacity(layout.count)
    for (index, entry) in layout.entries.enumerated() {
      var stream = Stream(seed: seed, purpose: .parameters, part: index)
      values += entry.initializer.draw(entry.shape, from: &stream)
    }
  }

  /// Zeros, as for gradients before anything is added.
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

  /// Copies a stretch of another slab.
  package mutating func take(_ stretch: Range<Int>, from other: Parameters) {
    values.replaceSubrange(stretch, with: other.values[stretch])
  }

  /// Adds another slab's numbers, for example to combine the gradients of several shards.
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

  /// The Euclidean norm of all numbers.
  package var norm: Double { squares(0..<values.count).squareRoot() }

  /// The sum of the squares of a stretch of the slab.
  package func squares(_ stretch: Range<Int>) -> Double {
    unsafe values.withUnsafeBufferPointer { values in
      let stretch = values.extracting(stretch)
      return unsafe reel_squares(stretch.count, stretch.baseAddress)
    }
  }

  /// Scales all numbers to at most a given norm and returns the norm before: PyTorch's
  /// `clip_grad_norm_`.
  package mutating func clip(toNorm greatest: Double) -> Double {
    let norm = norm
    let factor = Self.factor(clipping: norm, to: greatest)
    if factor < 1 { scale(by: factor) }
    return norm
  }

  /// The factor that reduces a norm to at most another.
  package static func factor(clipping norm: Double, to greatest: Double) -> Float {
    // PyTorch's own guard against division by zero.
    Float(min(1, greatest / (norm + 1e-6)))
  }

  /// Whether every number is finite: neither infinite nor NaN.
  package var isFinite: Bool { norm.isFinite }
}
