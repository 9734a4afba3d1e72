import CKernels
import Neural
import Rollouts
import Testing

struct ProductTests {
  /// A linear layer in double precision, as plain as possible.
  struct Plain {
    let (rows, inputs, outputs): (Int, Int, Int)
    let (x, weight, bias, dy): ([Float], [Float], [Float], [Float])

    func y(_ r: Int, _ o: Int) -> Double {
      (0..<inputs).reduce(Double(bias[o])) {
        $0 + Double(x[r * inputs + $1]) * Double(weight[o * inputs + $1])
      }
    }
    func dx(_ r: Int, _ i: Int) -> Double {
      (0..<outputs).reduce(0) {
        $0 + Double(dy[r * outputs + $1]) * Double(weight[$1 * inputs + i])
      }
    }
    func dweight(_ o: Int, _ i: Int) -> Double {
      (0..<rows).reduce(0) { $0 + Double(dy[$1 * outputs + o]) * Double(x[$1 * inputs + i]) }
    }
    func dbias(_ o: Int) -> Double {
      (0..<rows).reduce(0) { $0 + Double(dy[$1 * outputs + o]) }
    }
  }

  static func expectPlain(rows: Int, inputs: Int, outputs: Int) {
    var probe = Probe.linear(rows: rows, inputs: inputs, outputs: outputs)
    let (x, dy) = (noise(rows * inputs, inputs), noise(rows * outputs, outputs))
    let plain = Plain(
      rows: rows, inputs: inputs, outputs: outputs, x: x, weight: probe.parameters["l.weight"],
      bias: probe.parameters["l.bias"], dy: dy)
    func all(_ rows: Int, _ columns: Int, _ at: (Int, Int) -> Double) -> [Float] {
      (0..<rows).flatMap { row in (0..<columns).map { Float(at(row, $0)) } }
    }
    let shape = "\(rows)×\(inputs)→\(outputs)"
    expectClose(probe.output(x), all(rows, outputs, plain.y), within: 1e-5, "y \(shape)")
    let (gradients, dx) = probe.gradients(dy)
    expectClose(dx, all(rows, inputs, plain.dx), within: 1e-5, "dx \(shape)")
    expectClose(
      gradients["l.weight"], all(outputs, inputs, plain.dweight), within: 2e-5, "dW \(shape)")
    expectClose(
      gradients["l.bias"], (0..<outputs).map { Float(plain.dbias($0)) }, within: 2e-5,
      "db \(shape)")
  }

  @Test func `products of every small shape are those of plain sums`() {
    var stream = Stream(seed: 8, purpose: .map)
    for _ in 0..<400 {
      Self.expectPlain(
        rows: .random(in: 1...40, using: &stream), inputs: .random(in: 1...70, using: &stream),
        outputs: .random(in: 1...70, using: &stream))
    }
  }

  @Test(arguments: [
    (300, 300, 40), (3, 600, 5), (600, 3, 40), (520, 17, 33), (1, 256, 300), (260, 9, 257),
    // Large enough to be copied.
    (40, 330, 330), (2100, 40, 51), (7, 800, 760), (270, 400, 330),
  ])
  func `products of larger shapes are those of plain sums`(rows: Int, inputs: Int, outputs: Int) {
    Self.expectPlain(rows: rows, inputs: inputs, outputs: outputs)
  }

  /// c (m, n) = a b + bias, added to what is there, at one level of processors.
  static func product(
    _ level: Int32, _ m: Int, _ n: Int, _ k: Int, turned: (Bool, Bool) = (false, false),
    rounding: Bool = false, _ a: [Float], _ b: [Float], _ bias: [Float], _ c: [Float]
  ) -> [Float] {
    var c = c
    reel_product_at(
      level, m, n, k, a, turned.0 ? m : k, turned.0 ? 1 : 0, b, turned.1 ? k : n,
      turned.1 ? 1 : 0, bias, &c, n, Int32(REEL_ADDS | (rounding ? REEL_ROUNDS : 0)))
    return c
  }

  @Test func `large products are plain sums at every level, bit for bit the same where fused`() {
    var stream = Stream(seed: 9, purpose: .map)
    let best = reel_level()
    for round in 0..<60 {
      let sizes = (0..<3).map { _ in Int.random(in: 1...(round < 50 ? 80 : 600), using: &stream) }
      let (m, n, k) = (sizes[0], sizes[1], sizes[2])
      let turned = (round & 1 == 1, round & 2 == 2)
      let (a, b, bias, c) = (noise(m * k, 1), noise(n * k, 2), noise(n, 3), noise(m * n, 4))
      let exact = (0..<m * n).map { place in
        let (row, column) = place.quotientAndRemainder(dividingBy: n)
        return (0..<k).reduce(Double(bias[column]) + Double(c[place])) {
          $0 + Double(a[turned.0 ? $1 * m + row : row * k + $1])
            * Double(b[turned.1 ? column * k + $1 : $1 * n + column])
        }
      }
      let levels = [0, 3, 4].filter { $0 <= best }.map {
        Self.product($0, m, n, k, turned: turned, a, b, bias, c)
      }
      for numbers in levels {
        expectClose(numbers, exact.map { Float($0) }, within: 3e-5, "\(m)×\(n)×\(k)")
      }
      #expect(best < 4 || levels[1] == levels[2], "\(m)×\(n)×\(k) at levels 3 and 4")
    }
  }

  @Test func `rounded products are those of rounded factors, bit for bit at every level`() {
    /// The nearest number with eight bits, ties to even.
    func rounded(_ x: Float) -> Float {
      let bits = x.bitPattern
      return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
    }
    var stream = Stream(seed: 10, purpose: .map)
    for _ in 0..<40 {
      let sizes = (0..<3).map { _ in Int.random(in: 1...300, using: &stream) }
      let (m, n, k) = (sizes[0], sizes[1], sizes[2])
      let (a, b, bias, c) = (noise(m * k, 1), noise(n * k, 2), noise(n, 3), noise(m * n, 4))
      for level in [0, 3, 4] as [Int32] where level <= reel_level() {
        let found = Self.product(level, m, n, k, rounding: true, a, b, bias, c)
        let expected = Self.product(level, m, n, k, a.map(rounded), b.map(rounded), bias, c)
        #expect(found == expected, "\(m)×\(n)×\(k) at level \(level)")
      }
      // Products of eight bits each are exact, so fusing makes no difference.
      #expect(
        Self.product(0, m, n, k, rounding: true, a, b, bias, c)
          == Self.product(reel_level(), m, n, k, rounding: true, a, b, bias, c))
    }
    // What bfloat16 cannot hold stays as it is, or becomes 0.
    let odd: [Float] = [.nan, .infinity, -.infinity, .leastNonzeroMagnitude, -0.0, 3e38]
    let kept = odd.map { Self.product(0, 1, 1, 1, rounding: true, [$0], [1], [0], [0])[0] }
    #expect(kept[0].isNaN && kept[1] == .infinity && kept[2] == -.infinity)
    #expect(kept[3] == 0 && kept[4] == 0 && abs(kept[5] / 3e38 - 1) < 0.004)
  }

  @Test(arguments: [(70, 600, 90), (13, 257, 65), (300, 40, 520)])
  func `copied factors give the same bits as factors that are read in place`(
    rows: Int, inputs: Int, outputs: Int
  ) {
    // Rows are a multiple of eight apart, as in activations.
    let (wide, across) = ((inputs + 7) & ~7, (outputs + 7) & ~7)
    let (x, weight, bias) = (
      noise(rows * wide + 8, 1), noise(inputs * outputs, 2), noise(outputs, 3)
    )
    var (plain, packed) = (
      [Float](repeating: 0, count: rows * across + 8), [Float](repeating: 0, count: rows * outputs)
    )
    reel_linear(rows, inputs, outputs, x, wide, weight, bias, &plain, across, 0)
    reel_product(rows, outputs, inputs, x, wide, 0, weight, inputs, 1, bias, &packed, outputs, 0)
    for row in 0..<rows {
      #expect(
        Array(plain[row * across..<row * across + outputs])
          == Array(packed[row * outputs..<(row + 1) * outputs]))
    }
  }

  @Test(arguments: [[5, 30, 30, 3], [11, 256, 3], [10, 64, 64, 1]])
  func `a batch gives what its rows give alone, bit for bit`(widths: [Int]) {
    let (rows, last) = (37, widths[widths.count - 1])
    let x = noise(rows * widths[0])
    var batch = Probe.mlp(rows: rows, widths: widths)
    let together = batch.output(x)
    var single = Probe.mlp(rows: 1, widths: widths)
    for row in 0..<rows {
      let alone = single.output(Array(x[row * widths[0]..<(row + 1) * widths[0]]))
      #expect(alone == Array(together[row * last..<(row + 1) * last]))
    }
  }

  @Test func `rows are gathered by number`() {
    var activations = Activations(rows: 3)
    let block = activations.add(width: 3)
    activations.gather([2, 0, 2], of: [0, 1, 2, 10, 11, 12, 20, 21, 22], into: block)
    #expect(activations.rows(block, 3) == [20, 21, 22, 0, 1, 2, 20, 21, 22])
  }

  @Test func `gradients are added to what is there`() {
    var probe = Probe.linear(rows: 4, inputs: 6, outputs: 5)
    let dy = noise(20, 1)
    _ = probe.output(noise(24))
    let once = probe.gradients(dy).parameters
    var twice = once
    probe.backward(probe.parameters, &twice, &probe.activations)
    expectClose(twice.values, once.values.map { 2 * $0 }, within: 1e-6, "twice")
  }
}
