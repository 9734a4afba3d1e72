internal import Platform

/// An estimate with its 95 % confidence interval.
package struct Interval: Sendable, Equatable {
  package let estimate: Double
  package let low: Double
  package let high: Double

  /// An estimate and its bounds.
  package init(_ estimate: Double, from low: Double, to high: Double) {
    (self.estimate, self.low, self.high) = (estimate, low, high)
  }

  /// An estimate with bootstrap repetitions (Efron's percentile interval). Unlike Student's it never
  /// leaves the range of the data, such as below zero for a count.
  package init(_ estimate: Double, repetitions: [Double]) {
    let bounds = Statistics.quantiles([0.025, 0.975], of: repetitions)
    self.init(estimate, from: bounds[0], to: bounds[1])
  }

  /// The mean of a sample. The same sample always gives the same interval.
  package init(_ values: [Double]) {
    let mean = Statistics.mean(values)
    guard values.count > 1, values.allSatisfy(\.isFinite) else {
      self.init(mean, repetitions: [mean])
      return
    }
    let bootstrap = StratifiedBootstrap(runs: [values.count], repetitions: 2000)
    let means = bootstrap.results(of: 0) { counts in
      var sum = 0.0
      for (place, value) in values.enumerated() { sum += value * Double(counts[place]) }
      return sum / Double(values.count)
    }
    self.init(mean, repetitions: means)
  }
}

extension Interval {
  /// The same in another unit.
  package func scaled(by factor: Double) -> Interval {
    Interval(estimate * factor, from: low * factor, to: high * factor)
  }
}

/// The format of estimates in a column: as many decimals as tell them apart.
package struct IntervalColumn: Sendable {
  /// The number of decimals.
  package let digits: Int

  /// More decimals than these beyond the usual ones would only show noise.
  private static let mostFurtherDigits = 3

  /// A column; without a number of decimals to begin with, it is three for small numbers, else one.
  package init(_ intervals: [Interval], atLeast digits: Int? = nil) {
    let isSmall = intervals.allSatisfy { abs($0.high) < 10 }
    let fewest = digits ?? (isSmall ? 3 : 1)
    let means = intervals.map(\.estimate).sorted()
    let pairs =
      Array(zip(means, means.dropFirst()))
      + intervals.flatMap { [($0.low, $0.estimate), ($0.estimate, $0.high)] }
    let most = fewest + Self.mostFurtherDigits
    self.digits =
      (fewest..<most).first { digits in
        pairs.allSatisfy {
          // Differences below the rounding error do not count.
          abs($1 - $0) < 1e-6
            || NumberFormat.decimal($0, digits) != NumberFormat.decimal($1, digits)
        }
      } ?? most
  }

  /// `0.83 (0.79 to 0.86)`; an interval without width is just the number.
  package func text(_ interval: Interval) -> String {
    let (estimate, low, high) = (
      number(interval.estimate), number(interval.low), number(interval.high)
    )
    return interval.low < interval.high ? "\(estimate) (\(low) to \(high))" : estimate
  }

  private func number(_ value: Double) -> String { NumberFormat.decimal(value, digits) }
}

/// How many runs of each kind a conclusion needs.
package enum EnoughRuns {
  /// With fewer runs the interval is far too narrow: for normally distributed numbers it contains the true mean
  /// in 48 % of all cases for two of them, 75 % for three and 84 % for five.
  package static let fewest = 5
  /// With this many it is 91 %.
  package static let good = 10

  /// How many runs are enough, as text.
  package static var advice: String {
    "\(fewest) runs each are the least, \(good) are better"
  }
}
