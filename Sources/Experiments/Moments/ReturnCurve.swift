/// The moving mean of the returns, and where it changed for good.
///
/// All thresholds are relative to the curve itself: to its `range`, and to `chance`, the standard error of such
/// a mean.
struct ReturnCurve {
  /// A long flat stretch, after which the curve rose.
  struct Plateau: Equatable {
    /// The indices of its first and last mean.
    var places: ClosedRange<Int>
    /// The least and the greatest mean on it.
    var low: Double
    var high: Double
    /// The level that the curve stayed above later.
    var risen: Double
  }

  /// A lasting fall.
  struct Collapse: Equatable {
    /// The index of the best mean before it, and the first from which on the curve stayed down.
    var peak: Int
    var place: Int
    /// The best mean before it, and the best while it stayed down.
    var best: Double
    var fallen: Double
  }

  /// The fewest episodes that make a curve.
  static let fewest = 100

  /// How many places of the series each mean is of: an episode each, or of very many several.
  let window: Int
  /// The mean of every `window` neighbours: the first is that of episodes 0 to `window` - 1.
  let means: [Double]
  /// The difference between the greatest and the least mean.
  let range: Double
  /// The standard error of a mean, estimated from the differences between neighbours.
  let chance: Double
  /// How many means the curve must have been flat, and how many a change must last.
  let flatLength: Int
  let lastingLength: Int

  /// The curve of some returns; nil if they are too few, or if chance alone explains their differences.
  init?(_ series: ReturnSeries) {
    let returns = series.means
    let count = returns.count
    guard count >= Self.fewest else { return nil }
    window = max(10, count / 25)
    (flatLength, lastingLength) = (count / 5, count / 10)
    var means: [Double] = []
    var sum = returns[..<window].reduce(0, +)
    for end in window...count {
      means.append(sum / Double(window))
      if end < count { sum += returns[end] - returns[end - window] }
    }
    self.means = means
    let (low, high) = (means.min() ?? 0, means.max() ?? 0)
    range = high - low
    chance =
      (series.squares / Double(2 * (series.count - 1)) / Double(window * series.length))
      .squareRoot()
    // Sums are rounded, so equal returns can have means that differ slightly.
    guard range > 10 * chance, range > 1e-9 * max(abs(low), abs(high)) else { return nil }
  }

  /// The plateau with the highest rise after it; of equal rises the last flat stretch counts.
  var plateau: Plateau? {
    let lows = Self.least(of: means, width: flatLength)
    let highs = Self.greatest(of: means, width: flatLength)
    let later = Self.least(of: means, width: lastingLength)
    var found: (end: Int, rise: Double)?
    for first in lows.indices {
      let end = first + flatLength - 1
      guard later.indices.contains(end + lastingLength) else { break }
      let rise = later[end + lastingLength] - highs[first]
      if highs[first] - lows[first] <= flatness, rise >= max(range / 5, 4 * chance),
        rise >= found?.rise ?? 0
      {
        found = (end, rise)
      }
    }
    guard let found else { return nil }
    let end = found.end
    var plateau = Plateau(
      places: end...end, low: means[end], high: means[end], risen: later[end + lastingLength])
    while let before = means[..<plateau.places.lowerBound].last {
      let (low, high) = (min(plateau.low, before), max(plateau.high, before))
      guard high - low <= flatness else { break }
      (plateau.low, plateau.high) = (low, high)
      plateau.places = plateau.places.lowerBound - 1...end
    }
    return plateau
  }

  /// How much the curve may vary and still count as flat.
  private var flatness: Double { max(range / 10, 4 * chance) }

  /// The deepest collapse: a fall from the best so far by at least half the range that lasted.
  var collapse: Collapse? {
    let later = Self.greatest(of: means, width: lastingLength)
    var found: (collapse: Collapse, depth: Double)?
    // The first index since the present peak from which on the curve stayed down.
    var current: Collapse?
    var peak = 0
    for place in later.indices {
      if means[place] > means[peak] { (peak, current) = (place, nil) }
      let depth = means[peak] - later[place]
      guard depth >= range / 2 else { continue }
      let collapse =
        current
        ?? Collapse(peak: peak, place: place, best: means[peak], fallen: later[place])
      current = collapse
      if depth > found?.depth ?? 0 { found = (collapse, depth) }
    }
    return found?.collapse
  }

  /// The minimum of each `width` neighbours, indexed by the first.
  static func least(of values: [Double], width: Int) -> [Double] {
    greatest(of: values.map { -$0 }, width: width).map { -$0 }
  }

  /// The maximum of each `width` neighbours, indexed by the first.
  static func greatest(of values: [Double], width: Int) -> [Double] {
    var result: [Double] = []
    // The indices of values that can still become the maximum: each smaller than the one before.
    var candidates: [Int] = []
    var first = 0
    for place in values.indices {
      while candidates.count > first, let last = candidates.last, values[last] <= values[place] {
        candidates.removeLast()
      }
      candidates.append(place)
      if candidates[first] + width <= place { first += 1 }
      if place >= width - 1 { result.append(values[candidates[first]]) }
    }
    return result
  }
}
