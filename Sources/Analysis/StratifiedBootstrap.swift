import Platform
import Rollouts
import Synchronization

/// Resamples runs with replacement, separately for each task, and computes a
/// statistic of each sample: this shows its uncertainty.
///
/// Efron, "Bootstrap methods: another look at the jackknife", 1979. Each repetition has its own random
/// numbers, so that the result does not depend on the number of cores.
package struct StratifiedBootstrap: Sendable {
  private let strata: [Stratum]
  private let count: Int
  private let repetitions: Int
  private let part: Int

  /// The runs of one task.
  private struct Stratum {
    var first: Int
    var count: Int
    /// How many runs one random word can choose with a bias below 2⁻²⁸.
    var picksPerWord: Int
  }

  /// A bootstrap of a number of runs on each task. Those with another `part` are independent of it.
  package init(runs: [Int], repetitions: Int, part: Int = 0) {
    precondition(repetitions > 0 && runs.allSatisfy { $0 > 0 }, "something to draw from, and often")
    var first = 0
    strata = runs.map { count in
      defer { first += count }
      var (picks, combinations) = (1, count)
      while combinations < 1 << 36 / max(2, count), picks < count {
        combinations *= max(2, count)
        picks += 1
      }
      return Stratum(first: first, count: count, picksPerWord: picks)
    }
    count = first
    self.repetitions = repetitions
    self.part = part
  }

  /// Fixed, so that the work is divided in the same way everywhere.
  private static let shards = 16

  /// Threads that are kept, because there are many short calls. One call at a time uses them.
  private static let pool = Mutex(ThreadPool(threads: min(shards, ThreadPool.processorCount)))

  /// The `statistic` of each repetition; it receives how often each run was drawn.
  func results<Result: Sendable>(
    of blank: Result, _ statistic: @escaping @Sendable (UnsafeBufferPointer<Int32>) -> Result
  ) -> [Result] {
    Array(unsafeUninitializedCapacity: repetitions) { results, filled in
      results.initialize(repeating: blank)
      nonisolated(unsafe) let results = results
      let (count, repetitions) = (count, repetitions)
      Self.pool.withLock { pool in
        pool.run(Self.shards) { shard in
          let range =
            repetitions * shard / Self.shards..<repetitions * (shard + 1) / Self.shards
          withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { counts in
            for repetition in range {
              draw(repetition, into: counts)
              results[repetition] = statistic(UnsafeBufferPointer(counts))
            }
          }
        }
      }
      filled = repetitions
    }
  }

  /// Counts how often each run is drawn in a repetition.
  private func draw(_ repetition: Int, into counts: UnsafeMutableBufferPointer<Int32>) {
    counts.initialize(repeating: 0)
    let generator = Generator(seed: UInt64(part))
    var block = SIMD4<UInt32>()
    var words = 0
    strata.withUnsafeBufferPointer { strata in
      for stratum in strata {
        let size = UInt64(stratum.count)
        var left = stratum.count
        while left > 0 {
          if words & 1 == 0 {
            block = generator.block(.evaluation, episode: repetition, quarter: words >> 1)
          }
          var word =
            words & 1 == 0
            ? UInt64(block.x) << 32 | UInt64(block.y) : UInt64(block.z) << 32 | UInt64(block.w)
          words &+= 1
          let picks = min(left, stratum.picksPerWord)
          for _ in 0..<picks {
            // The integer part chooses a run, the fraction the next one.
            let product = word.multipliedFullWidth(by: size)
            counts[stratum.first &+ Int(truncatingIfNeeded: product.high)] &+= 1
            word = product.low
          }
          left -= picks
        }
      }
    }
  }
}
