/// Asks a trainer for the numbers with which it learns from some steps, in every update of the
/// network that uses or follows them.
///
///     var callbacks = TrainingCallbacks()
///     callbacks.tracing = UpdateTracing(steps: [5000]) { step, trace in traces.append(trace) }
///
/// Tracing does not change what is learned.
package struct UpdateTracing {
  /// The numbers of the steps in the recording.
  package let steps: Set<Int>
  let onUpdate: (_ step: Int, UpdateTrace) -> Void

  /// `onUpdate` is called for every update of each of the steps, in order.
  package init(steps: Set<Int>, onUpdate: @escaping (_ step: Int, UpdateTrace) -> Void) {
    (self.steps, self.onUpdate) = (steps, onUpdate)
  }
}

/// How a network was updated, with all numbers of the update.
package enum UpdateTrace: Sendable {
  /// From stored transitions, as in a DQN.
  case replay(ReplayTrace)
  /// From the rollout that contains the step, as in PPO.
  case rollout(RolloutTrace)
  /// From a batch of a text.
  case text(TextTrace)
}
