package import Rollouts

/// A recorded value represents itself, since nothing more is known about a foreign world.
extension Value: Recordable {
  package var recorded: Value { self }
  package init?(recorded: Value) { self = recorded }
}
