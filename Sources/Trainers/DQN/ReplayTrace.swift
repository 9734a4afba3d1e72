/// One update of a DQN: the drawn transitions, their values and targets, and the size of the
/// gradient.
package struct ReplayTrace: Sendable, Equatable {
  package var rows: [Row]
  /// The mean loss of the rows.
  package var loss: Double
  /// The norm of the gradient before clipping.
  package var gradientNorm: Double
  /// Adam's learning rate.
  package var learningRate: Double

  /// A stored transition.
  package struct Row: Sendable, Equatable {
    /// The number of its step in the recording.
    package var step: Int
    package var action: Int
    /// Its reward; with n-step returns, the discounted sum of its n rewards.
    package var reward: Float
    /// The factor of the future value: γ, or a power of it, or 0 after a terminal step.
    package var discount: Float
    /// The network's value of the action.
    package var value: Float
    /// The best action in the next state, and its value there.
    package var nextAction: Int
    package var nextValue: Float
    /// reward + discount · nextValue.
    package var target: Float
  }
}
