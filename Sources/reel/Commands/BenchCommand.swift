import Benchmarks
import Platform
import Rollouts

/// Measures the speed of every room, each figure beside its limit.
struct BenchCommand: Command {
  static let name = "bench"
  static let summary = "measure the speed of every room, each figure beside its limit"
  static let group = CommandGroup.more
  static let examples = ["reel bench", "reel bench --only frames"]

  private let filter: String?
  private let repetitions: Int?

  init(_ arguments: inout Arguments) throws {
    filter = try arguments.option("--only", value: "WORD", help: "figures whose name contains it")
    repetitions = try arguments.count(
      "--repetitions", in: 1...100, help: "runs of each; the median counts (default 5)")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    let suite = Benchmark.suite.filter { filter.map($0.name.contains) ?? true }
    guard !suite.isEmpty else {
      throw Failure.usage(
        "no figure is named '\(filter ?? "")'",
        "there are " + Benchmark.suite.map(\.name).joined(separator: ", "))
    }
    defer { Scratch.clear() }
    var results: [JSON] = []
    var keepsAll = true
    for var benchmark in suite {
      if let repetitions { benchmark.repetitions = repetitions }
      let figure = try benchmark.median()
      let keeps = benchmark.keeps(figure)
      keepsAll = keepsAll && keeps
      let peer = benchmark.peerFigure()
      results.append(
        [
          "name": .string(benchmark.name), "figure": .number(figure),
          "unit": .string(benchmark.unit), "limit": .number(benchmark.limit),
          "ok": .bool(keeps), "peer": peer.map(JSON.number) ?? .null,
        ])
      if !console.isJSON { console.print(line(benchmark, figure, keeps, peer)) }
    }
    if console.isJSON { console.print(.array(results)) }
    return keepsAll ? .done : .failed
  }

  private func line(
    _ benchmark: Benchmark, _ figure: Double, _ keeps: Bool, _ peer: Double?
  ) -> String {
    let name = benchmark.name + String(repeating: " ", count: max(1, 44 - benchmark.name.count))
    let bound = "\(benchmark.isRate ? "≥" : "≤") \(shown(benchmark.limit))"
    let ratio =
      peer.map {
        "  \(NumberFormat.decimal(figure / $0, figure < 10 * $0 ? 1 : 0))× Python's \(shown($0))"
      }
      ?? ""
    return name + "\(shown(figure)) \(benchmark.unit)  (\(bound))  \(keeps ? "ok" : "MISSED")"
      + ratio
  }

  private func shown(_ value: Double) -> String {
    abs(value) >= 1000
      ? NumberFormat.count(Int(value)) : NumberFormat.decimal(value, value < 10 ? 2 : 1)
  }
}
