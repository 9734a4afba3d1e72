import Glibc

/// The loss of proximal policy optimization, a step at a time, with its slopes.
package struct PPOLoss: Sendable, Equatable {
  /// How far a policy ratio may move from one (ε).
  package var clipRange: Float
  /// How far a value may move, in its own units; 0 for any.
  package var valueClip: Float

  /// A loss.
  package init(clipRange: Float, valueClip: Float = 0) {
    self.clipRange = clipRange
    self.valueClip = valueClip
  }

  /// What is summed up over a minibatch.
  struct Sums: Sendable, Equatable {
    var policy = 0.0
    var value = 0.0
    var entropy = 0.0
    /// Schulman's two estimates of how far the policy moved: −ln r, and r − 1 − ln r.
    var oldKL = 0.0
    var kl = 0.0
    /// How many ratios were clipped.
    var clipped = 0.0

    static func += (sums: inout Sums, other: Sums) {
      sums.policy += other.policy
      sums.value += other.value
      sums.entropy += other.entropy
      sums.oldKL += other.oldKL
      sums.kl += other.kl
      sums.clipped += other.clipped
    }
  }

  /// The clipped surrogate of a step whose probability had the logarithm `old` and now has `log`; and
  /// its slope along `log`.
  package func policy(
    log: Float, old: Float, advantage: Float
  ) -> (loss: Float, slope: Float) {
    let ratio = exp(log - old)
    let plain = -advantage * ratio
    let clipped = -advantage * max(1 - clipRange, min(1 + clipRange, ratio))
    // Written so that NaN stays NaN.
    return clipped > plain ? (clipped, 0) : (plain, plain)
  }

  /// Half the squared error of a value that was `old`, or of how far it may have moved, whichever is
  /// greater; and the slope along the value.
  package func value(
    _ value: Float, old: Float, return target: Float
  ) -> (loss: Float, slope: Float) {
    let error = value - target
    guard valueClip > 0 else { return (0.5 * error * error, error) }
    let move = value - old
    let kept = old + max(-valueClip, min(valueClip, move)) - target
    guard kept * kept > error * error else { return (0.5 * error * error, error) }
    return (0.5 * kept * kept, abs(move) < valueClip ? kept : 0)
  }
}
