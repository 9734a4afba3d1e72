import Raster

extension [Point] {
  /// How many points a smooth curve has per place.
  static let pointsOfPlace = 4

  /// A curve through some places (Catmull–Rom).
  var smoothed: [Point] {
    var points: [Point] = []
    for index in indices.dropLast() {
      let before = self[Swift.max(0, index - 1)]
      let (start, end) = (self[index], self[index + 1])
      let after = self[Swift.min(count - 1, index + 2)]
      for part in 0..<Self.pointsOfPlace {
        let share = Double(part) / Double(Self.pointsOfPlace)
        func blend(_ p: Double, _ q: Double, _ r: Double, _ s: Double) -> Double {
          let (cubic, square) = (3 * q - p - 3 * r + s, 2 * p - 5 * q + 4 * r - s)
          return q + share * (r - p + share * (square + share * cubic)) / 2
        }
        points.append(
          Point(
            blend(before.x, start.x, end.x, after.x), blend(before.y, start.y, end.y, after.y)))
      }
    }
    return points + suffix(1)
  }
}
