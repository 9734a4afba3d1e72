import Rollouts

/// The running mean and variance of rows of numbers, column by column, without storing the rows.
///
/// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
/// variances", 1979.
package struct RunningMoments: Sendable, Equatable {
  /// How many rows were seen.
  package var count = 0.0
  package var mean: [Double]
  package var variance: [Double]

  /// No rows yet: a mean of 0 and a variance of 1.
  package init(width: Int) {
    mean = [Double](repeating: 0, count: width)
    variance = [Double](repeating: 1, count: width)
  }

  /// New rows, as sums of the differences from the mean and of their squares.
  package struct Sums: Sendable, Equatable {
    package var count = 0.0
    package var sum: [Double]
    package var squares: [Double]

    /// No rows.
    package init(width: Int) {
      sum = [Double](repeating: 0, count: width)
      squares = sum
    }

    /// Adds one column's difference.
    @inline(__always)
    package mutating func add(_ difference: Double, column: Int) {
      sum[column] += difference
      squares[column] += difference * difference
    }

    mutating func clear() {
      count = 0
      for column in sum.indices { (sum[column], squares[column]) = (0, 0) }
    }
  }

  /// Adds rows whose differences from the current mean were summed.
  package mutating func add(_ rows: Sums) {
    guard rows.count > 0 else { return }
    let total = count + rows.count
    for column in mean.indices {
      let shift = rows.sum[column] / rows.count
      let spread = max(0, rows.squares[column] - shift * rows.sum[column])
      let all =
        variance[column] * count + spread + shift * shift * count * rows.count / total
      mean[column] += shift * rows.count / total
      variance[column] = all / total
    }
    count = total
  }
}

/// Shifts and scales observations by the statistics from before the rollout, and collects new
/// statistics.
package struct ObservationScale: Sendable, Equatable {
  /// The statistics up to the last update.
  package private(set) var moments: RunningMoments
  private var fresh: RunningMoments.Sums
  private let isActive: Bool
  private var means: [Float]
  private var factors: [Float]
  /// Observations farther from the mean than this, in standard deviations, are clipped.
  static let most: Float = 10

  /// A scale without statistics, which changes nothing yet, or never will.
  package init(width: Int, isActive: Bool = true) {
    self.isActive = isActive
    moments = RunningMoments(width: width)
    fresh = RunningMoments.Sums(width: width)
    means = [Float](repeating: 0, count: width)
    factors = [Float](repeating: 1, count: width)
  }

  /// A scale with known statistics.
  init(_ moments: RunningMoments, isActive: Bool = true) {
    self.init(width: moments.mean.count, isActive: isActive)
    self.moments = moments
    prepare()
  }

  /// Observes a state, scaled.
  func observe<W: ObservableWorld>(_ state: W.State, in world: W, into numbers: inout [Float]) {
    var values = numbers.mutableSpan
    world.observe(state, into: &values)
    apply(to: &numbers, at: numbers.indices)
  }

  /// Scales the observation at some offsets.
  package func apply(to numbers: inout [Float], at places: Range<Int>) {
    guard isActive else { return }
    for column in means.indices {
      let place = places.lowerBound + column
      let scaled = (numbers[place] - means[column]) * factors[column]
      numbers[place] = max(-Self.most, min(Self.most, scaled))
    }
  }

  /// Adds the unscaled observation at an offset to the statistics for the next rollouts.
  package mutating func count(_ shown: [Float], at place: Int = 0) {
    guard isActive else { return }
    fresh.count += 1
    for column in means.indices {
      fresh.add(Double(shown[place + column]) - moments.mean[column], column: column)
    }
  }

  /// Makes the collected statistics part of the scale.
  package mutating func update() {
    moments.add(fresh)
    fresh.clear()
    prepare()
  }

  private mutating func prepare() {
    guard isActive, moments.count > 0 else { return }
    for column in means.indices {
      means[column] = Float(moments.mean[column])
      factors[column] = Float(1 / (moments.variance[column] + 1e-8).squareRoot())
    }
  }
}

// MARK: Checkpoints

extension ObservationScale {
  static var tensorName: String { "observation" }
}

extension RunningMoments {
  /// The moments as tensors `name.count`, `name.mean` and `name.variance`.
  func tensors(_ name: String) -> [Tensor] {
    [
      Tensor("\(name).count", doubles: [count], shape: [1]),
      Tensor("\(name).mean", doubles: mean, shape: [mean.count]),
      Tensor("\(name).variance", doubles: variance, shape: [variance.count]),
    ]
  }

  /// The moments in a file's tensors.
  init(_ name: String, width: Int, from file: Safetensors) throws(SafetensorsError) {
    self.init(width: width)
    let count = try file.tensor("\(name).count").doubles()
    mean = try file.tensor("\(name).mean").doubles()
    variance = try file.tensor("\(name).variance").doubles()
    guard count.count == 1, mean.count == width, variance.count == width,
      (count + mean + variance).allSatisfy(\.isFinite), count[0] >= 0,
      variance.allSatisfy({ $0 >= 0 })
    else { throw SafetensorsError("the tensors \(name).… are not moments of \(width) numbers") }
    self.count = count[0]
  }
}
