/// Asks a trainer how it learns from one step: with what numbers, in every update of the network that the step
/// takes part in or brings about.
///
///     var callbacks = TrainingCallbacks()
///     callbacks.tracing = UpdateTracing(step: 5000) { traces.append($0) }
///
/// What was learned is the same, traced or not.
package struct UpdateTracing {
  /// The number of the step, as recordings count.
  package let step: Int
  let onUpdate: (UpdateTrace) -> Void

  /// `onUpdate` hears every update, in order.
  package init(step: Int, onUpdate: @escaping (UpdateTrace) -> Void) {
    (self.step, self.onUpdate) = (step, onUpdate)
  }
}

/// How a network learned, with all numbers that the update computed.
package enum UpdateTrace: Sendable {
  /// From remembered transitions, as a DQN does.
  case replay(ReplayTrace)
  /// From the rollout that the step is a part of, as PPO does.
  case rollout(RolloutTrace)
  /// From a batch of a text.
  case text(TextTrace)
}
