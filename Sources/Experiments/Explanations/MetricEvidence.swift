import Platform
import Recordings
import Rollouts

extension Recording {
  /// A metric's first, middle and last point, as one line; no line if it was never recorded.
  func points(of name: String) throws -> [String] {
    let series = try metric(name)
    let last = series.values.count - 1
    guard last >= 0 else { return [] }
    var places = [0, last / 2, last]
    if last < 2 { places = Array(0...last) }
    let points = places.map {
      "\(NumberFormat.exact(series.values[$0])) at step \(series.steps[$0])"
    }
    return ["\(name): " + points.joined(separator: ", ")]
  }

  /// How many checkpoints there are, and how large the last one is.
  func checkpointsText(_ last: Checkpoint) throws -> String {
    let steps = try checkpointSteps()
    return "\(steps.count) \(steps.count == 1 ? "checkpoint" : "checkpoints"), the last after "
      + "\(NumberFormat.count(steps.last ?? 0)) steps: \(NumberFormat.bytes(last.parameters.count))"
  }
}
