import Rollouts

/// The mean and the variance of rows of numbers seen so far, column by column, without the numbers.
///
/// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
/// variances", 1979.
package struct RunningMoments: Sendable, Equatable {
  /// How many rows were seen.
  package var count = 0.0
  package var mean: [Double]
  package var variance: [Double]

  /// Nothing seen yet: a mean of 0 and a variance of 1.
  package init(width: Int) {
    mean = [Double](repeating: 0, count: width)
    variance = [Double](repeating: 1, count: width)
  }

  /// What was seen in between, as sums of the differences from the mean and of their squares.
  package struct Sums: Sendable, Equatable {
    package var count = 0.0
    package var sum: [Double]
    package var squares: [Double]

    /// Nothing.
    package init(width: Int) {
      sum = [Double](repeating: 0, count: width)
      squares = sum
    }

    /// Takes in one column's difference.
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

  /// Takes in rows whose differences from the present mean were summed up.
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

/// Shifts and scales observations by what was seen before the rollout, and takes in what is seen.
package struct ObservationScale: Sendable, Equatable {
  /// What was seen until the last update.
  package private(set) var moments: RunningMoments
  private var fresh: RunningMoments.Sums
  private let isActive: Bool
  private var means: [Float]
  private var factors: [Float]
  /// What is farther from the mean, in deviations, counts as this far.
  static let most: Float = 10

  /// A scale that changes nothing yet, or never does.
  package init(width: Int, isActive: Bool = true) {
    self.isActive = isActive
    moments = RunningMoments(width: width)
    fresh = RunningMoments.Sums(width: width)
    means = [Float](repeating: 0, count: width)
    factors = [Float](repeating: 1, count: width)
  }

  /// A scale of known moments.
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

  /// Scales the observation that stands at some places.
  package func apply(to numbers: inout [Float], at places: Range<Int>) {
    guard isActive else { return }
    for column in means.indices {
      let place = places.lowerBound + column
      let scaled = (numbers[place] - means[column]) * factors[column]
      numbers[place] = max(-Self.most, min(Self.most, scaled))
    }
  }

  /// Takes in the observation that begins at a place, as the world showed it, for the next rollouts.
  package mutating func count(_ shown: [Float], at place: Int = 0) {
    guard isActive else { return }
    fresh.count += 1
    for column in means.indices {
      fresh.add(Double(shown[place + column]) - moments.mean[column], column: column)
    }
  }

  /// Takes what was counted into the scale.
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

  /// The moments among a file's tensors.
  init(_ name: String, width: Int, from file: Safetensors) throws(SafetensorsError) {
    self.init(width: width)
    let count = try file.tensor("\(name).count").doubles()
    mean = try file.tensor("\(name).mean").doubles()
    variance = try file.tensor("\(name).variance").doubles()
    guard count.count == 1, mean.count == width, variance.count == width,
      (count + mean + variance).allSatisfy(\.isFinite), count[0] >= 0,
      variance.allSatisfy({ $0 >= 0 })
    else { throw SafetensorsError("the tensors \(name).… are no moments of \(width) numbers") }
    self.count = count[0]
  }
}
