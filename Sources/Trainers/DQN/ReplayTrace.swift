/// One update of a DQN: the transitions that were drawn, what each was worth and should have been, and how far
/// that moved the network.
package struct ReplayTrace: Sendable, Equatable {
  package var rows: [Row]
  /// The mean loss of the rows.
  package var loss: Double
  /// The length of the gradient, before it was clipped.
  package var gradientNorm: Double
  /// How large Adam's steps were.
  package var learningRate: Double

  /// A remembered transition.
  package struct Row: Sendable, Equatable {
    /// The number of its step, as recordings count.
    package var step: Int
    package var action: Int
    /// What it earned; with n-step returns the discounted sum of its n rewards.
    package var reward: Float
    /// What the future counts: γ, or a power of it, or 0 behind a terminal step.
    package var discount: Float
    /// What the network said the action was worth.
    package var value: Float
    /// The action that is best in the next state, and what it is worth there.
    package var nextAction: Int
    package var nextValue: Float
    /// reward + discount · nextValue.
    package var target: Float
  }
}
