import Neural
import Rollouts
import Testing

struct ProductTests {
  /// A linear layer in double precision, as plainly as can be.
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
    // Large enough for OpenBLAS.
    (40, 330, 330), (2100, 40, 51), (7, 800, 760),
  ])
  func `products of larger shapes are those of plain sums`(rows: Int, inputs: Int, outputs: Int) {
    Self.expectPlain(rows: rows, inputs: inputs, outputs: outputs)
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
