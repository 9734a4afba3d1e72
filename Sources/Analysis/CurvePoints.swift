import Recordings

/// The points of a curve: one for each episode, but at most `most`. A longer run is cut into stretches; each keeps its
/// first and last episode, and those with the least and the greatest return and average.
struct CurvePoints {
  private(set) var episodes: [EpisodeOutcome] = []
  private(set) var average: [Double] = []
  private(set) var best: [Double] = []
  /// How many episodes each point represents, and how many had ended with it; empty if all have a point.
  private(set) var weights: [Int] = []
  private(set) var places: [Int] = []

  private struct Point {
    var episode: EpisodeOutcome
    var average: Double
    var best: Double
  }

  private var mean: MovingAverage
  private var top = -Double.infinity
  /// The number of episodes in a stretch, and the points of the current one.
  private let length: Int
  private var stretch: [Point] = []
  private var rest: Int
  private let count: Int

  /// The most points that a stretch keeps.
  private static let shown = 6

  /// The points of a curve of `count` episodes.
  init(of count: Int, most: Int, window: Int) {
    mean = MovingAverage(window: window)
    (self.count, rest) = (count, count)
    let stretches = max(1, most / Self.shown)
    length = count <= most ? 1 : (count + stretches - 1) / stretches
  }

  /// Adds the next episode.
  mutating func add(_ episode: EpisodeOutcome) {
    top = max(top, episode.totalReturn)
    let point = Point(episode: episode, average: mean.add(episode.totalReturn), best: top)
    rest -= 1
    if length == 1 { return keep(point) }
    stretch.append(point)
    if stretch.count == length || rest == 0 { endStretch() }
  }

  private mutating func keep(_ point: Point) {
    episodes.append(point.episode)
    average.append(point.average)
    best.append(point.best)
  }

  private mutating func endStretch() {
    let returns = stretch.map(\.episode.totalReturn)
    let ends = [0, stretch.count - 1]
    let kept = Set(ends + Self.extremes(returns) + Self.extremes(stretch.map(\.average))).sorted()
    let before = count - rest - stretch.count
    for place in kept {
      keep(stretch[place])
      places.append(before + place + 1)
    }
    // Each episode counts towards the kept one with the nearest return.
    var counts = kept.map { _ in 0 }
    for value in returns {
      var (nearest, least) = (0, Double.infinity)
      for index in kept.indices where abs(returns[kept[index]] - value) < least {
        (nearest, least) = (index, abs(returns[kept[index]] - value))
      }
      counts[nearest] += 1
    }
    weights += counts
    stretch.removeAll(keepingCapacity: true)
  }

  /// The indices of the least and the greatest number; NaN is neither, unless there is nothing else.
  private static func extremes(_ values: [Double]) -> [Int] {
    var (least, greatest) = (0, 0)
    for (place, value) in values.enumerated() {
      if value < values[least] || values[least].isNaN { least = place }
      if value > values[greatest] || values[greatest].isNaN { greatest = place }
    }
    return [least, greatest]
  }
}
