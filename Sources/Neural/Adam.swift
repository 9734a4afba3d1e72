internal import CKernels
import Glibc

/// Adam, and with `decay` AdamW (Kingma and Ba, https://arxiv.org/abs/1412.6980; Loshchilov and
/// Hutter, https://arxiv.org/abs/1711.05101), with PyTorch's arithmetic.
package struct Adam: Sendable, Equatable {
  /// The decay rate of the mean gradient (β₁).
  package var beta1: Double
  /// The decay rate of the mean square (β₂).
  package var beta2: Double
  /// Keeps the quotient finite (ε).
  package var epsilon: Double
  /// The share that parameters lose in each step, times the rate (λ); only for tensors that decay.
  package var decay: Double
  /// The number of steps so far (t).
  package private(set) var steps = 0
  /// The mean gradient (m) and the mean square (v).
  package private(set) var m: Parameters
  package private(set) var v: Parameters

  /// Adam for the parameters of a layout.
  package init(
    _ layout: ParameterLayout, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, decay: Double = 0
  ) {
    precondition(
      (0..<1).contains(beta1) && (0..<1).contains(beta2), "β₁ and β₂ are from 0 to below 1")
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.decay = decay
    m = Parameters(zeros: layout)
    v = m
  }

  /// Moves the parameters one step against the gradients times `scale`; only those in a stretch of
  /// the slab, if one is given.
  package mutating func step(
    _ parameters: inout Parameters, _ gradients: Parameters, rate: Double, scale: Float = 1,
    in stretch: Range<Int>? = nil
  ) {
    precondition(
      parameters.values.count == m.values.count && gradients.values.count == m.values.count,
      "an optimizer keeps to one layout")
    steps += 1
    let size = Float(rate / (1 - pow(beta1, Double(steps))))
    let root = Float(1 / (1 - pow(beta2, Double(steps))).squareRoot())
    let stretch = stretch ?? 0..<m.values.count
    guard decay > 0 else {
      return run(
        stretch, &parameters, gradients, scale: scale, size: size, root: root, decay: 0)
    }
    for group in m.layout.decayGroups {
      run(
        group.range.clamped(to: stretch), &parameters, gradients, scale: scale, size: size,
        root: root, decay: group.decays ? Float(rate * decay) : 0)
    }
  }

  private mutating func run(
    _ range: Range<Int>, _ parameters: inout Parameters, _ gradients: Parameters, scale: Float,
    size: Float, root: Float, decay: Float
  ) {
    unsafe parameters.values.withUnsafeMutableBufferPointer { p in
      unsafe gradients.values.withUnsafeBufferPointer { g in
        unsafe m.values.withUnsafeMutableBufferPointer { m in
          unsafe v.values.withUnsafeMutableBufferPointer { v in
            guard let p = p.baseAddress, let g = g.baseAddress, let m = m.baseAddress,
              let v = v.baseAddress
            else { return }
            let start = range.lowerBound
            unsafe reel_adam(
              range.count, g + start, scale, Float(1 - beta1), Float(beta2), Float(1 - beta2), size,
              root,
              Float(epsilon), decay, m + start, v + start, p + start)
          }
        }
      }
    }
  }

  /// Copies a stretch of another optimizer's moments, which must have made at least as many steps.
  package mutating func take(_ stretch: Range<Int>, from other: Adam) {
    steps = other.steps
    m.take(stretch, from: other.m)
    v.take(stretch, from: other.v)
  }

  /// Continues from a checkpoint's state.
  package mutating func restore(steps: Int, m: Parameters, v: Parameters) {
    precondition(m.layout == self.m.layout && v.layout == self.m.layout, "one layout for all")
    self.steps = steps
    self.m = m
    self.v = v
  }
}
