import Neural
import Platform
import Rollouts
import Testing

struct PolicyHeadTests {
  /// A head's output rows with everything it works on.
  struct Bench {
    var activations = Activations(rows: 6)
    let y: Rows
    let head: PolicyHead
    var parameters: Parameters
    var logs = [Float](repeating: 0, count: 6)
    var entropies = [Float](repeating: 0, count: 6)

    init(isReal: Bool, outputs: Int) {
      var layout = ParameterLayout()
      let place = layout.add("log_std", [outputs], .zeros)
      head = isReal ? .gaussian(logDeviations: place) : .categorical
      y = activations.add(width: outputs, dense: true)
      parameters = Parameters(zeros: layout)
      parameters.values = noise(outputs, 8)
      activations.fill(y, with: noise(6 * outputs, 9).map { 2 * $0 }, rows: 6)
    }

    mutating func findLogProbabilities(of actions: [Float]) {
      head.logProbabilities(
        y, rows: 6, of: actions, parameters, &activations, into: &logs, entropies: &entropies)
    }
  }

  static func actions(isReal: Bool, outputs: Int) -> [Float] {
    isReal ? noise(6 * outputs, 10).map { 2 * $0 } : (0..<6).map { Float($0 % outputs) }
  }

  @Test(arguments: [(false, 1), (false, 5), (true, 1), (true, 3)])
  func `the gradients equal the slopes that small steps measure`(isReal: Bool, outputs: Int) {
    var bench = Bench(isReal: isReal, outputs: outputs)
    let actions = Self.actions(isReal: isReal, outputs: outputs)
    let (slopes, entropySlope) = (noise(6, 11), Float(0.3))
    func loss(_ bench: Bench) -> Double {
      var bench = bench
      bench.findLogProbabilities(of: actions)
      return (0..<6).reduce(0) {
        $0 + Double(slopes[$1] * bench.logs[$1] + entropySlope * bench.entropies[$1])
      }
    }
    bench.findLogProbabilities(of: actions)
    var gradients = Parameters(zeros: bench.parameters.layout)
    bench.head.backward(
      bench.y, rows: 6, of: actions, logs: bench.logs, entropies: bench.entropies,
      slopes: slopes, entropySlope: entropySlope, bench.parameters, into: &gradients,
      &bench.activations)
    var measured: [Float] = []
    for row in 0..<6 {
      for column in 0..<outputs {
        var (up, down) = (bench, bench)
        up.activations[up.y, row, column] += 0.01
        down.activations[down.y, row, column] -= 0.01
        measured.append(Float((loss(up) - loss(down)) / 0.02))
      }
    }
    expectClose(bench.activations.gradients(bench.y, 6), measured, within: 2e-3, "output")
    measured = (0..<outputs).map { column in
      var (up, down) = (bench, bench)
      up.parameters.values[column] += 0.01
      down.parameters.values[column] -= 0.01
      return Float((loss(up) - loss(down)) / 0.02)
    }
    expectClose(gradients.values, measured, within: 2e-3, "log σ")
  }

  @Test func `actions are drawn in proportion to their probabilities`() {
    var bench = Bench(isReal: false, outputs: 4)
    var counts = [Double](repeating: 0, count: 4)
    let generator = Generator(seed: 2)
    var action: [Float] = [0]
    for t in 0..<40_000 {
      let draws = generator.draws(for: .policy, episode: 1, t: t)
      bench.head.draw(
        bench.y, row: 2, bench.parameters, bench.activations, draws, into: &action, at: 0)
      counts[Int(action[0])] += 1 / 40_000
    }
    for choice in 0..<4 {
      bench.findLogProbabilities(of: [Float](repeating: Float(choice), count: 6))
      #expect(abs(counts[choice] - Double(bench.logs[2]).exponential) < 0.01)
    }
    bench.head.choose(bench.y, row: 2, bench.activations, into: &action, at: 0)
    #expect(counts[Int(action[0])] == counts.max())
  }

  @Test func `continuous actions are drawn from their normal distributions`() {
    let bench = Bench(isReal: true, outputs: 3)
    let generator = Generator(seed: 2)
    var action: [Float] = [0, 0, 0]
    var (sums, squares) = ([0.0, 0, 0], [0.0, 0, 0])
    let count = 40_000
    for t in 0..<count {
      let draws = generator.draws(for: .policy, episode: 1, t: t)
      bench.head.draw(
        bench.y, row: 1, bench.parameters, bench.activations, draws, into: &action, at: 0)
      for column in 0..<3 {
        let z = Double(action[column] - bench.activations[bench.y, 1, column])
        sums[column] += z
        squares[column] += z * z
      }
    }
    for column in 0..<3 {
      let deviation = Double(bench.parameters.values[column]).exponential
      #expect(abs(sums[column] / Double(count)) < 0.02 * deviation)
      #expect(abs((squares[column] / Double(count)).squareRoot() / deviation - 1) < 0.02)
    }
    bench.head.choose(bench.y, row: 1, bench.activations, into: &action, at: 0)
    #expect(action == (0..<3).map { bench.activations[bench.y, 1, $0] })
  }

  @Test(arguments: [1, 2, 5])
  func `a pool does every piece once, again and again`(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let tally = Tally()
    for round in 1...3000 {
      let count = round % 7
      pool.run(count) { tally.add($0 + 1, to: $0) }
      #expect(tally.take() == (0..<count).map { $0 + 1 } + [Int](repeating: 0, count: 7 - count))
    }
  }

  /// Numbers that threads write in parallel, each its own.
  private final class Tally: @unchecked Sendable {
    private let places: UnsafeMutablePointer<Int> = .allocate(capacity: 7)

    init() { places.initialize(repeating: 0, count: 7) }
    deinit { places.deallocate() }

    func add(_ number: Int, to place: Int) { places[place] += number }

    func take() -> [Int] {
      let taken = (0..<7).map { places[$0] }
      places.update(repeating: 0, count: 7)
      return taken
    }
  }
}

extension Double {
  /// e to the power of a number, by its series: enough for a test.
  fileprivate var exponential: Double {
    var (sum, term) = (1.0, 1.0)
    for index in 1..<60 {
      term *= self / Double(index)
      sum += term
    }
    return sum
  }
}
