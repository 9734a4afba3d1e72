/// Statistics of a list of numbers, and moving ones.
package enum Statistics {
  /// The arithmetic mean; NaN for an empty list.
  package static func mean(_ values: some Collection<Double>) -> Double {
    guard !values.isEmpty else { return .nan }
    var sum = CompensatedSum()
    for value in values { sum.add(value) }
    return sum.value / Double(values.count)
  }

  /// The standard deviation of a sample (divided by n − 1); 0 for fewer than two numbers.
  package static func standardDeviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = mean(values)
    var sum = CompensatedSum()
    for value in values { sum.add((value - mean) * (value - mean)) }
    return (sum.value / Double(values.count - 1)).squareRoot()
  }

  /// The quantiles at some shares, interpolated linearly; NaN for an empty list. Only as much is
  /// sorted as they need.
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
      // The values after it are not lower, so the next one is their minimum.
      let high = values[(below + 1)...].min() ?? low
      return low + (high - low) * (place - Double(below))
    }
  }

  /// The number that sorting would put at an index; those before it are not higher, those after it not lower.
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

  /// The maximum so far.
  package static func runningBest(_ values: [Double]) -> [Double] {
    var best = -Double.infinity
    return values.map { value in
      best = max(best, value)
      return best
    }
  }
}

/// The mean of the last numbers of a sequence.
package struct MovingAverage: Sendable {
  private let window: Int
  private var sum = CompensatedSum()
  /// The numbers in the window, and the index of the oldest once it is full.
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

/// A sum that also keeps the rounding error, so that adding and subtracting a number changes nothing.
///
/// Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
package struct CompensatedSum: Sendable {
  private var sum = 0.0
  private var lost = 0.0

  /// An empty sum.
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
