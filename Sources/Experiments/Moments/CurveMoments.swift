import Platform
import Recordings

extension RunCourse {
  /// Where a plateau of the mean return ended, and where the mean return collapsed.
  func curveMoments() -> [Moment] {
    let rated =
      ended.allSatisfy(\.return.isFinite) ? ended : ended.filter { $0.return.isFinite }
    guard let curve = ReturnCurve(rated.map(\.return)) else { return [] }
    func number(_ value: Double) -> String { NumberFormat.short(value) }
    /// The last episode in a mean.
    func episode(_ place: Int) -> Episode { rated[place + curve.window - 1] }
    let name = "The mean return of \(Self.count(curve.window, "episode"))"

    var moments: [Moment] = []
    if let plateau = curve.plateau {
      let length = Self.count(plateau.places.count, "episode")
      let lasting = NumberFormat.count(curve.lastingLength)
      moments.append(
        moment(
          .plateauEnded, in: episode(plateau.places.upperBound),
          value: plateau.risen - plateau.high,
          "\(name) had stayed between \(number(plateau.low)) and \(number(plateau.high)) for \(length);"
            + " within \(lasting) more it rose above \(number(plateau.risen)), where it stayed for at"
            + " least \(lasting)."))
    }
    if let collapse = curve.collapse {
      moments.append(
        moment(
          .collapse, in: episode(collapse.place), value: collapse.best - collapse.fallen,
          "\(name) had fallen from its best, \(number(collapse.best)) at episode"
            + " \(episode(collapse.peak).number), and did not rise above \(number(collapse.fallen)) for"
            + " at least \(Self.count(curve.lastingLength, "episode"))."))
    }
    return moments
  }
}
