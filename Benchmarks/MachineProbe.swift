import CProbe
import Platform

/// What a machine can do at most, measured before anything else: a program's figure alone says little
/// if two machines of the same name differ by half.
package struct MachineProbe: Sendable {
  /// fp32 operations per second, two for each multiply-add, and bytes read from memory per second.
  package struct Rates: Sendable {
    package var arithmetic: Double
    package var memory: Double
  }

  /// One core while the others rest.
  package var one: Rates
  /// All cores at once, which share memory, and often more.
  package var all: Rates

  /// Measures for about a second.
  package init() {
    let cores = ThreadPool.processorCount
    // Larger than the caches; each thread reads its own part.
    let numbers = UnsafeMutableBufferPointer<Float>.allocate(capacity: 64 << 20)
    numbers.initialize(repeating: 1)
    defer { numbers.deallocate() }
    nonisolated(unsafe) let start = UnsafePointer(numbers.baseAddress)
    let part = numbers.count / cores
    let rounds = 4_000_000
    func rates(_ threads: Int) -> Rates {
      let operations = Double(threads * rounds * reel_probe_operations())
      return Rates(
        arithmetic: operations
          / Self.seconds(threads) { _ in _ = reel_probe_multiply_adds(rounds) },
        memory: Double(threads * part * 4)
          / Self.seconds(threads) { thread in
            guard let start else { return }
            _ = reel_probe_reading(start + thread * part, part)
          })
    }
    (one, all) = (rates(1), rates(cores))
  }

  /// The shortest of several times in which this many threads each do a piece of work.
  private static func seconds(
    _ threads: Int, _ work: @escaping @Sendable (_ thread: Int) -> Void
  ) -> Double {
    (0..<4).map { _ in
      let start = monotonicSeconds()
      let others = (1..<threads).compactMap { thread in SystemThread { work(thread) } }
      work(0)
      for other in others { other.join() }
      return monotonicSeconds() - start
    }.min() ?? .infinity
  }

  /// The probe as figures of its own.
  package var measurements: [Measurement] {
    func row(_ name: String, _ value: Double, _ unit: String) -> Measurement {
      Measurement(name: "the machine: \(name)", figure: value / 1e9, unit: unit)
    }
    return [
      row("multiply-adds in fp32, one core", one.arithmetic, "GFLOP/s"),
      row("multiply-adds in fp32, all cores at once", all.arithmetic, "GFLOP/s"),
      row("reading memory, one core", one.memory, "GB/s"),
      row("reading memory, all cores at once", all.memory, "GB/s"),
    ]
  }
}

/// The machine resources that one unit of a figure's work needs.
package enum MachineUse: Sendable {
  /// A rate of fp32 operations, on one core or on all.
  case arithmeticOfOne(Double)
  case arithmetic(Double)
  /// A rate of bytes read from memory, on all cores.
  case memory(Double)

  /// The name of the resource.
  var resource: String {
    switch self {
    case .arithmeticOfOne: "one core's multiply-adds"
    case .arithmetic: "all multiply-adds"
    case .memory: "all memory reading"
    }
  }

  /// The share of the machine's capacity that is used, from units per second or from microseconds per unit.
  func share(of figure: Double, isRate: Bool, _ machine: MachineProbe) -> Double {
    let units = isRate ? figure : 1e6 / figure
    return switch self {
    case .arithmeticOfOne(let operations): units * operations / machine.one.arithmetic
    case .arithmetic(let operations): units * operations / machine.all.arithmetic
    case .memory(let bytes): units * bytes / machine.all.memory
    }
  }
}
