/// One figure that is measured, and the limit that it must keep.
package struct Benchmark: Sendable {
  package var name: String
  package var unit: String
  /// What must be reached, or not exceeded.
  package var limit: Double
  /// Whether more is better.
  package var isRate: Bool
  /// How often it is measured; the median counts.
  package var repetitions = 5
  package var measure: @Sendable () throws -> Double

  /// A figure that must be at least `limit`.
  static func rate(
    _ name: String, _ unit: String, atLeast limit: Double,
    _ measure: @escaping @Sendable () throws -> Double
  ) -> Benchmark {
    Benchmark(name: name, unit: unit, limit: limit, isRate: true, measure: measure)
  }

  /// A figure that must be at most `limit`.
  static func cost(
    _ name: String, _ unit: String, atMost limit: Double,
    _ measure: @escaping @Sendable () throws -> Double
  ) -> Benchmark {
    Benchmark(name: name, unit: unit, limit: limit, isRate: false, measure: measure)
  }

  /// The median of several runs.
  package func median() throws -> Double {
    let figures = try (0..<repetitions).map { _ in try measure() }.sorted()
    return figures[figures.count / 2]
  }

  /// Whether a figure keeps the limit.
  package func keeps(_ figure: Double) -> Bool { isRate ? figure >= limit : figure <= limit }
}
