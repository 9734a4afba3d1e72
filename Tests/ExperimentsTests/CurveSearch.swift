/// The definitions of docs/moments.md, written for clarity, not for speed.
struct CurveSearch {
  private let means: [Double]
  private let window: Int
  private let flat: Int
  private let lasting: Int
  private let range: Double
  private let chance: Double

  init(_ returns: [Double]) {
    let count = returns.count
    let window = max(10, count / 25)
    means = (0...count - window).map { first in
      returns[first..<first + window].reduce(0, +) / Double(window)
    }
    (self.window, flat, lasting) = (window, count / 5, count / 10)
    range = (means.max() ?? 0) - (means.min() ?? 0)
    let jumps = (1..<count).map { returns[$0] - returns[$0 - 1] }
    let variance = jumps.map { $0 * $0 }.reduce(0, +) / Double(jumps.count) / 2
    chance = (variance / Double(window)).squareRoot()
  }

  private var isMoreThanChance: Bool { range > 10 * chance }

  /// The episode that ends the flat stretch, counted from 1, and how far the curve rose.
  func plateau() -> (episode: Int, rise: Double)? {
    guard isMoreThanChance else { return nil }
    let flatness = max(range / 10, 4 * chance)
    var best: (end: Int, rise: Double)?
    for end in means.indices where end + 1 >= flat && end + 2 * lasting - 1 < means.count {
      let before = means[end + 1 - flat...end]
      let after = means[end + lasting..<end + 2 * lasting]
      guard let low = before.min(), let high = before.max(), let risen = after.min() else {
        continue
      }
      let isFlat = high - low <= flatness
      if isFlat, risen - high >= max(range / 5, 4 * chance), risen - high >= best?.rise ?? 0 {
        best = (end, risen - high)
      }
    }
    guard let end = best?.end else { return nil }
    // All of the plateau, back to where the curve was not flat yet.
    func spread(_ first: Int) -> Double {
      (means[first...end].max() ?? 0) - (means[first...end].min() ?? 0)
    }
    let first = (0...end).first { spread($0) <= flatness } ?? end
    let risen = means[end + lasting..<end + 2 * lasting].min() ?? 0
    return (end + window, risen - (means[first...end].max() ?? 0))
  }

  /// The first episode of the deepest collapse, and how far the curve fell at once.
  func collapse() -> (episode: Int, fall: Double)? {
    guard isMoreThanChance else { return nil }
    func peak(_ place: Int) -> Int {
      (0...place).first { means[$0] == means[...place].max() } ?? 0
    }
    func fall(_ place: Int) -> Double {
      means[peak(place)] - (means[place..<place + lasting].max() ?? 0)
    }
    let fallen = (0...means.count - lasting).filter { fall($0) >= range / 2 }
    guard let deepest = fallen.max(by: { fall($0) < fall($1) }),
      let first = fallen.first(where: { peak($0) == peak(deepest) })
    else { return nil }
    return (first + window, fall(first))
  }
}
