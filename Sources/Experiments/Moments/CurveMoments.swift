import Platform
import Recordings

extension RunCourse {
  /// Where a plateau of the mean return ended, and where the mean return collapsed.
  func curveMoments(_ returns: ReturnSeries) throws -> [Moment] {
    guard let curve = ReturnCurve(returns) else { return [] }
    func number(_ value: Double) -> String { NumberFormat.short(value) }
    /// The last episode in a mean.
    func episode(_ place: Int) throws -> Episode {
      try recording.episode(returns.numbers[place + curve.window - 1])
    }
    func episodes(_ places: Int) -> Int { places * returns.length }
    let name = "The mean return of \(Self.count(episodes(curve.window), "episode"))"
    let lastingLength = episodes(curve.lastingLength)

    var moments: [Moment] = []
    if let plateau = curve.plateau {
      let length = Self.count(episodes(plateau.places.count), "episode")
      let lasting = NumberFormat.count(lastingLength)
      moments.append(
        moment(
          .plateauEnded, in: try episode(plateau.places.upperBound),
          value: plateau.risen - plateau.high,
          "\(name) had stayed between \(number(plateau.low)) and \(number(plateau.high)) for \(length);"
            + " within \(lasting) more it rose above \(number(plateau.risen)), where it stayed for at"
            + " least \(lasting)."))
    }
    if let collapse = curve.collapse {
      moments.append(
        moment(
          .collapse, in: try episode(collapse.place), value: collapse.best - collapse.fallen,
          "\(name) had fallen from its best, \(number(collapse.best)) at episode"
            + " \(returns.numbers[collapse.peak + curve.window - 1]), and did not rise above \(number(collapse.fallen)) for"
            + " at least \(Self.count(lastingLength, "episode"))."))
    }
    return moments
  }
}
