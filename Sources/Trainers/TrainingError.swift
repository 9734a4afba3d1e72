/// Why training could not go on.
package struct TrainingError: Error, Equatable, CustomStringConvertible {
  /// A sentence for people.
  package let description: String

  /// An error with its sentence.
  package init(_ description: String) { self.description = description }

  /// Something became infinite or no number at all.
  package static func notFinite(step: Int, metric: String, value: Double, lookAt setting: String)
    -> TrainingError
  {
    TrainingError(
      "training stopped at step \(step): \(metric) is \(value), no finite number; look at \(setting)"
    )
  }
}
