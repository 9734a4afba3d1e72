import Glibc

/// How large a step of learning is, by the number of steps taken before it.
package enum LearningRate: Sendable, Equatable {
  case constant(Double)
  /// From one value at step 0 to another at step `steps`, and that from then on.
  case linear(from: Double, to: Double, steps: Int)
  /// Rising evenly for `warmUp` steps, then down half a cosine until step `steps`, then `to`: the
  /// schedule of GPT's training.
  case cosine(from: Double, to: Double, warmUp: Int, steps: Int)

  /// The rate of a step; steps count from 0.
  package func value(step: Int) -> Double {
    switch self {
    case .constant(let value):
      return value
    case .linear(let from, let to, let steps):
      guard step < steps else { return to }
      return from + (to - from) * Double(step) / Double(steps)
    case .cosine(let from, let to, let warmUp, let steps):
      if step < warmUp { return from * Double(step + 1) / Double(warmUp + 1) }
      guard step < steps else { return to }
      let share = Double(step - warmUp) / Double(steps - warmUp)
      return to + (from - to) * 0.5 * (1 + cos(.pi * share))
    }
  }
}
