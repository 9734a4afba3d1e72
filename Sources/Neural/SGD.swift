internal import CKernels

/// Steepest descent, with momentum if wanted: PyTorch's `SGD`.
package struct SGD: Sendable, Equatable {
  /// How much of the last step's velocity stays (μ).
  package let momentum: Double
  /// Whether a step was taken, before which there is no velocity.
  package private(set) var hasMoved = false
  /// The running sum of gradients; empty without momentum.
  package private(set) var velocity: Parameters

  /// Descent for the parameters of a layout.
  package init(_ layout: ParameterLayout, momentum: Double = 0) {
    precondition((0..<1).contains(momentum), "momentum is in 0 to 1")
    self.momentum = momentum
    velocity = Parameters(zeros: momentum > 0 ? layout : ParameterLayout())
  }

  /// Moves the parameters one step against the gradients.
  package mutating func step(
    _ parameters: inout Parameters, _ gradients: Parameters, rate: Double
  ) {
    let count = parameters.values.count
    precondition(
      gradients.values.count == count && (momentum == 0 || velocity.values.count == count),
      "an optimizer keeps to one layout")
    let isFirst: Int32 = hasMoved ? 0 : 1
    hasMoved = true
    unsafe parameters.values.withUnsafeMutableBufferPointer { p in
      unsafe gradients.values.withUnsafeBufferPointer { g in
        guard momentum > 0 else {
          return unsafe reel_descend(count, g.baseAddress, Float(rate), p.baseAddress)
        }
        unsafe velocity.values.withUnsafeMutableBufferPointer { velocity in
          unsafe reel_momentum(
            count, g.baseAddress, Float(momentum), Float(rate), isFirst, velocity.baseAddress,
            p.baseAddress)
        }
      }
    }
  }

  /// Goes on from a checkpoint's state.
  package mutating func restore(velocity: Parameters) {
    precondition(velocity.layout == self.velocity.layout, "one layout for all")
    self.velocity = velocity
    hasMoved = true
  }
}
