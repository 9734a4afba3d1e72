import Platform
import Recordings

extension RunCourse {
  /// Moments in a network's metrics: the largest TD loss, and the largest fall of its mean Q-value.
  func metricMoments() throws -> [Moment] {
    [try largestLoss(), try largestFall()].compactMap(\.self)
  }

  private func largestLoss() throws -> Moment? {
    let points = try points(of: "losses/td_loss")
    guard let largest = points.max(by: { $0.value < $1.value }), points.count > 1 else {
      return nil
    }
    let median = points.map(\.value).sorted()[(points.count - 1) / 2]
    return try moment(
      .largestTDLoss, at: largest.step - 1, value: largest.value,
      "The TD loss was \(NumberFormat.short(largest.value)), the largest of"
        + " \(Self.count(points.count, "point")); their median is \(NumberFormat.short(median)).")
  }

  private func largestFall() throws -> Moment? {
    let points = try points(of: "losses/q_values")
    let falls = zip(points, points.dropFirst())
    guard
      let (before, after) = falls.max(by: { $0.0.value - $0.1.value < $1.0.value - $1.1.value }),
      before.value > after.value
    else { return nil }
    return try moment(
      .largestQValuesDrop, at: after.step - 1, value: before.value - after.value,
      "The mean Q-value fell from \(NumberFormat.short(before.value)) to"
        + " \(NumberFormat.short(after.value)) within"
        + " \(Self.count(after.step - before.step, "step")), the largest fall between two points.")
  }

  /// The numeric points of a metric up to the end of the search.
  private func points(of name: String) throws -> [(step: Int, value: Double)] {
    let series = try recording.metric(name)
    return zip(series.steps, series.values).filter { $0.0 > 0 && $0.0 <= steps && $0.1.isFinite }
  }
}
