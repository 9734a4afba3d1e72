/// Asks a trainer how it learns from some steps: with what numbers, in every update of the network that they take
/// part in or bring about.
///
///     var callbacks = TrainingCallbacks()
///     callbacks.tracing = UpdateTracing(steps: [5000]) { step, trace in traces.append(trace) }
///
/// What was learned is the same, traced or not.
package struct UpdateTracing {
  /// The numbers of the steps, as recordings count.
  package let steps: Set<Int>
  let onUpdate: (_ step: Int, UpdateTrace) -> Void

  /// `onUpdate` hears every update of each of the steps, in order.
  package init(steps: Set<Int>, onUpdate: @escaping (_ step: Int, UpdateTrace) -> Void) {
    (self.steps, self.onUpdate) = (steps, onUpdate)
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
