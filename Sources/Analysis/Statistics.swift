/// What a list of numbers says as a whole, and running views of it.
package enum Statistics {
  /// The arithmetic mean; NaN of nothing.
  package static func mean(_ values: some Collection<Double>) -> Double {
    guard !values.isEmpty else { return .nan }
    var sum = CompensatedSum()
    for value in values { sum.add(value) }
    return sum.value / Double(values.count)
  }

  /// The standard deviation of a sample (divided by n − 1); 0 of fewer than two numbers.
  package static func standardDeviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = mean(values)
    var sum = CompensatedSum()
    for value in values { sum.add((value - mean) * (value - mean)) }
    return (sum.value / Double(values.count - 1)).squareRoot()
  }

  /// The numbers below which shares of all lie, between neighbours by proportion; NaN of nothing. Nothing is
  /// sorted beyond what they need.
  ///
  /// R's type 7, as NumPy's `quantile`: Hyndman and Fan, "Sample quantiles in statistical packages".
  package static func quantiles(_ shares: [Double], of values: [Double]) -> [Double] {
    guard !values.isEmpty else { return shares.map { _ in .nan } }
    var values = values
    return shares.map { share in
      let place = max(0, min(1, share)) * Double(values.count - 1)
      let below = Int(place)
      let low = select(below, in: &values)
      guard below + 1 < values.count else { return low }
      // Whatever stands behind is not less, so that the next one is the least of it.
      let high = values[(below + 1)...].min() ?? low
      return low + (high - low) * (place - Double(below))
    }
  }

  /// The number that sorting would put at a place; those before it are not more, those behind not less.
  ///
  /// Hoare, "Algorithm 65: Find", 1961.
  private static func select(_ place: Int, in values: inout [Double]) -> Double {
    values.withUnsafeMutableBufferPointer { values in
      var (low, high) = (0, values.count - 1)
      while low < high {
        let middle = values[low + (high - low) / 2]
        var (left, right) = (low, high)
        while left <= right {
          while values[left] < middle { left += 1 }
          while values[right] > middle { right -= 1 }
          guard left <= right else { break }
          values.swapAt(left, right)
          left += 1
          right -= 1
        }
        if place <= right {
          high = right
        } else if place >= left {
          low = left
        } else {
          break
        }
      }
      return values[place]
    }
  }

  /// The mean of each number and up to `window` − 1 before it; the window grows at the start.
  package static func movingAverage(_ values: [Double], window: Int) -> [Double] {
    var average = MovingAverage(window: window)
    return values.map { average.add($0) }
  }

  /// The greatest number so far.
  package static func runningBest(_ values: [Double]) -> [Double] {
    var best = -Double.infinity
    return values.map { value in
      best = max(best, value)
      return best
    }
  }
}

/// The mean of the last numbers of a list that need not be kept.
package struct MovingAverage: Sendable {
  private let window: Int
  private var sum = CompensatedSum()
  /// The numbers in the window, and the place of the oldest once it is full.
  private var last: [Double] = []
  private var oldest = 0

  /// A mean of up to `window` numbers.
  package init(window: Int) {
    precondition(window > 0, "a window holds at least one number")
    self.window = window
  }

  /// Adds a number, and returns the mean of it and up to `window` − 1 before it.
  package mutating func add(_ value: Double) -> Double {
    sum.add(value)
    if last.count < window {
      last.append(value)
    } else {
      sum.add(-last[oldest])
      last[oldest] = value
      oldest = oldest + 1 == window ? 0 : oldest + 1
    }
    return sum.value / Double(last.count)
  }
}

/// A sum that also keeps what rounding cut off, so that adding and taking away leaves no trace.
///
/// Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
package struct CompensatedSum: Sendable {
  private var sum = 0.0
  private var lost = 0.0

  /// A sum of nothing.
  package init() {}

  /// The sum.
  package var value: Double { sum + lost }

  /// Adds a number.
  package mutating func add(_ value: Double) {
    let total = sum + value
    lost += abs(sum) >= abs(value) ? (sum - total) + value : (value - total) + sum
    sum = total
  }
}
