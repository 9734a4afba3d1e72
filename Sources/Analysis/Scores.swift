/// The scores of one algorithm: several runs on each of several tasks.
package struct Scores: Sendable, Equatable {
  /// Every score, task by task.
  package let values: [Double]
  /// Where each task's scores begin in `values`, and the end.
  package let bounds: [Int]

  /// The scores of each task; tasks may have different numbers of runs.
  package init(tasks: [[Double]]) {
    precondition(
      !tasks.isEmpty && tasks.allSatisfy { !$0.isEmpty }, "scores of at least one run on each task")
    values = tasks.flatMap(\.self)
    bounds = tasks.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  /// The number of tasks.
  package var taskCount: Int { bounds.count - 1 }
  /// The number of runs of each task.
  package var runCounts: [Int] { zip(bounds.dropFirst(), bounds).map { $0 - $1 } }
  /// The scores of one task.
  package func task(_ task: Int) -> ArraySlice<Double> { values[bounds[task]..<bounds[task + 1]] }
}

/// An aggregate: one number for all scores.
///
/// Agarwal and others, "Deep reinforcement learning at the edge of the statistical precipice",
/// NeurIPS 2021; the values are those of its library, rliable.
package enum Aggregate: String, Sendable, CaseIterable {
  /// The mean of the middle half of all scores of all tasks.
  case interquartileMean = "iqm"
  /// The mean over tasks of their means.
  case mean
  /// The median over tasks of their means.
  case median
  /// How far scores stay below the optimum on average; what is above it counts as the optimum.
  case optimalityGap = "optimality_gap"

  /// Its readable name.
  package var name: String {
    switch self {
    case .interquartileMean: "IQM"
    case .mean: "Mean"
    case .median: "Median"
    case .optimalityGap: "Optimality gap"
    }
  }

  /// Whether higher numbers are better.
  package var growsWithSuccess: Bool { self != .optimalityGap }

  /// The number of some scores.
  package func value(of scores: Scores, optimum: Double) -> Double {
    let counts = [Int32](repeating: 1, count: scores.values.count)
    return counts.withUnsafeBufferPointer {
      AggregateKernel(scores, optimum: optimum).values($0)[self.place]
    }
  }

  var place: Int {
    switch self {
    case .interquartileMean: 0
    case .mean: 1
    case .median: 2
    case .optimalityGap: 3
    }
  }
}

/// Computes all aggregates of scores with weights.
struct AggregateKernel: Sendable {
  private let values: [Double]
  private let bounds: [Int]
  /// The sorted values, and the place of each in `values`.
  private let sorted: [Double]
  private let order: [Int32]
  private let clipped: [Double]
  private let optimum: Double

  init(_ scores: Scores, optimum: Double) {
    values = scores.values
    bounds = scores.bounds
    let places = scores.values.indices.sorted { scores.values[$0] < scores.values[$1] }
    sorted = places.map { scores.values[$0] }
    order = places.map(Int32.init)
    clipped = scores.values.map { min($0, optimum) }
    self.optimum = optimum
  }

  /// The aggregates, in order. Nothing is sorted again: with sorted values, their counts
  /// determine the middle half.
  func values(_ counts: UnsafeBufferPointer<Int32>) -> SIMD4<Double> {
    let (mean, median, gap) = taskMeans(counts)
    return SIMD4(middleMean(counts), mean, median, gap)
  }

  private func middleMean(_ counts: UnsafeBufferPointer<Int32>) -> Double {
    let low = Int32(counts.count / 4)
    let high = Int32(counts.count) - low
    return sorted.withUnsafeBufferPointer { sorted in
      order.withUnsafeBufferPointer { order in
        var (rank, passed) = (0, counts[Int(order[0])])
        while passed <= low {
          rank &+= 1
          passed &+= counts[Int(order[rank])]
        }
        // The first one in the middle half may begin before it, the last may end after it.
        var sum = Double(min(passed, high) &- low) * sorted[rank]
        while passed < high {
          rank &+= 1
          let count = counts[Int(order[rank])]
          sum += Double(min(count, high &- passed)) * sorted[rank]
          passed &+= count
        }
        return sum / Double(high - low)
      }
    }
  }

  /// The mean and the median of the tasks' means, and the optimality gap.
  private func taskMeans(
    _ counts: UnsafeBufferPointer<Int32>
  ) -> (mean: Double, median: Double, gap: Double) {
    let tasks = bounds.count - 1
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: tasks) { means in
      values.withUnsafeBufferPointer { values in
        clipped.withUnsafeBufferPointer { clipped in
          bounds.withUnsafeBufferPointer { bounds in
            var (total, all) = (0.0, 0.0)
            for task in 0..<tasks {
              var (sum, reached) = (0.0, 0.0)
              for place in bounds[task]..<bounds[task + 1] {
                let count = Double(counts[place])
                sum += values[place] * count
                reached += clipped[place] * count
              }
              all += reached
              let mean = sum / Double(bounds[task + 1] - bounds[task])
              total += mean
              // Tasks are few, so insertion sort is enough.
              var place = task
              while place > 0, means[place - 1] > mean {
                means[place] = means[place - 1]
                place -= 1
              }
              means[place] = mean
            }
            let median = (means[(tasks - 1) / 2] + means[tasks / 2]) / 2
            return (total / Double(tasks), median, optimum - all / Double(counts.count))
          }
        }
      }
    }
  }
}
