package import Rollouts

/// A recorded value stands for itself: of a world that this program does not know, no more is known.
extension Value: Recordable {
  package var recorded: Value { self }
  package init?(recorded: Value) { self = recorded }
}
