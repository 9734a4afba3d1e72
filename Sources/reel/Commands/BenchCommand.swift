import Benchmarks
import Platform
import Rollouts

/// Measures the speed of every part, each figure beside its peer and its limit.
struct BenchCommand: Command {
  static let name = "bench"
  static let summary = "measure the speed of every part, beside its peer and its limit"
  static let group = CommandGroup.more
  static let examples = [
    "reel bench", "reel bench --only frames", "reel bench --json > bench.json",
    "reel bench --table bench.json",
  ]

  private let filter: String?
  private let repetitions: Int?
  private let table: String?

  init(_ arguments: inout Arguments) throws {
    filter = try arguments.option(
      "--only", value: "WORD", help: "only figures whose name contains WORD")
    repetitions = try arguments.count(
      "--repetitions", in: 1...100, help: "runs of each; the median is reported (default 5)")
    table = try arguments.option(
      "--table", value: "FILE", help: "measure nothing; print a run's JSON as a table")
    arguments.jsonFlag()
  }

  func run(_ console: Console) throws -> ExitCode {
    if let table {
      console.print(try Self.markdown(of: table))
      return .done
    }
    let suite = Benchmark.suite.filter { filter.map($0.name.contains) ?? true }
    guard !suite.isEmpty else {
      throw Failure.usage(
        "no figure is named '\(filter ?? "")'",
        "choose from " + Benchmark.suite.map(\.name).joined(separator: ", "))
    }
    defer { Scratch.clear() }
    let machine = MachineProbe()
    var results = machine.measurements
    func show(_ result: Measurement) {
      // A run takes long, so a saved JSON file shows how far it has come.
      console.isJSON ? console.note(result.line) : console.print(result.line)
    }
    results.forEach(show)
    for var benchmark in suite {
      if let repetitions { benchmark.repetitions = repetitions }
      let result = try benchmark.measurement(on: machine)
      results.append(result)
      show(result)
    }
    if console.isJSON { console.print(.array(results.map(\.json))) }
    return results.allSatisfy(\.isKept) ? .done : .failed
  }

  private static func markdown(of path: String) throws -> String {
    let bytes = try Files.contents(of: path, limit: 16 << 20)
    guard let table = BenchmarkTable.markdown(of: String(decoding: bytes, as: UTF8.self)) else {
      throw Failure.failed("\(path) is not what reel bench --json printed")
    }
    return table
  }
}
