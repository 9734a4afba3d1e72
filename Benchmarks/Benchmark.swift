import Glibc

/// One figure that is measured, and the limit that it must keep.
package struct Benchmark: Sendable {
  package var name: String
  package var unit: String
  /// What must be reached, or not exceeded.
  package var limit: Double
  /// Whether more is better.
  package var isRate: Bool
  /// How often it is measured; the median counts.
  package var repetitions: Int
  package var measure: @Sendable () throws -> Double
  /// What `Benchmarks/peers/peers.py` calls the usual Python way to do the same.
  package var peer: String?

  /// A figure that must be at least `limit`.
  static func rate(
    _ name: String, _ unit: String, atLeast limit: Double, repetitions: Int = 5,
    peer: String? = nil, _ measure: @escaping @Sendable () throws -> Double
  ) -> Benchmark {
    Benchmark(
      name: name, unit: unit, limit: limit, isRate: true, repetitions: repetitions,
      measure: measure, peer: peer)
  }

  /// A figure that must be at most `limit`.
  static func cost(
    _ name: String, _ unit: String, atMost limit: Double, repetitions: Int = 5,
    _ measure: @escaping @Sendable () throws -> Double
  ) -> Benchmark {
    Benchmark(
      name: name, unit: unit, limit: limit, isRate: false, repetitions: repetitions,
      measure: measure)
  }

  /// The median of several runs.
  package func median() throws -> Double {
    let figures = try (0..<repetitions).map { _ in try measure() }.sorted()
    return figures[figures.count / 2]
  }

  /// The peer's figure; nil where it is not installed.
  package func peerFigure() -> Double? {
    guard let peer,
      let output = popen("python3 Benchmarks/peers/peers.py \(peer) 2>/dev/null", "r")
    else { return nil }
    defer { pclose(output) }
    var line = [CChar](repeating: 0, count: 64)
    guard fgets(&line, 64, output) != nil else { return nil }
    return Double(
      String(decoding: line.map { UInt8(bitPattern: $0) }.prefix { $0 > 32 }, as: UTF8.self))
  }

  /// Whether a figure keeps the limit.
  package func keeps(_ figure: Double) -> Bool { isRate ? figure >= limit : figure <= limit }
}
