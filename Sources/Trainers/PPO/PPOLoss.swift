/// The loss of proximal policy optimization for a single step, with its derivatives.
package struct PPOLoss: Sendable, Equatable {
  /// How far a policy ratio may move from one (ε).
  package var clipRange: Float
  /// How far a value may move, in its own units; 0 for no limit.
  package var valueClip: Float

  /// A loss.
  package init(clipRange: Float, valueClip: Float = 0) {
    self.clipRange = clipRange
    self.valueClip = valueClip
  }

  /// The parts of the loss and related counts, summed over some steps.
  package struct Terms: Sendable, Equatable, BitwiseCopyable {
    package var policy = 0.0
    package var value = 0.0
    /// For a transformer that predicts where letters are.
    package var place = 0.0
    package var entropy = 0.0
    /// Schulman's two estimates of how far the policy moved: −ln r, and r − 1 − ln r.
    package var oldKL = 0.0
    package var kl = 0.0
    /// How many ratios were clipped.
    package var clipped = 0.0

    static func += (terms: inout Terms, other: Terms) {
      terms.policy += other.policy
      terms.value += other.value
      terms.place += other.place
      terms.entropy += other.entropy
      terms.oldKL += other.oldKL
      terms.kl += other.kl
      terms.clipped += other.clipped
    }

    static func / (terms: Terms, count: Double) -> Terms {
      Terms(
        policy: terms.policy / count, value: terms.value / count, place: terms.place / count,
        entropy: terms.entropy / count,
        oldKL: terms.oldKL / count, kl: terms.kl / count, clipped: terms.clipped / count)
    }
  }

  /// The clipped surrogate of a step that is now `ratio` times as probable as when it was taken,
  /// and its derivative with respect to the log probability.
  package func policy(ratio: Float, advantage: Float) -> (loss: Float, slope: Float) {
    let plain = -advantage * ratio
    let clipped = -advantage * max(1 - clipRange, min(1 + clipRange, ratio))
    // Written so that NaN stays NaN.
    return clipped > plain ? (clipped, 0) : (plain, plain)
  }

  /// Half the squared error of a value, or of the value clipped around `old`, whichever is greater;
  /// and the derivative with respect to the value.
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
