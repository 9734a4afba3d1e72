/// Why training cannot continue.
package struct TrainingError: Error, Equatable, CustomStringConvertible {
  /// A message for people.
  package let description: String

  /// An error with a message.
  package init(_ description: String) { self.description = description }

  /// A number became infinite or NaN.
  package static func notFinite(step: Int, metric: String, value: Double, lookAt setting: String)
    -> TrainingError
  {
    TrainingError(
      "training stopped at step \(step): \(metric) is \(value), not a finite number; check \(setting)"
    )
  }
}
