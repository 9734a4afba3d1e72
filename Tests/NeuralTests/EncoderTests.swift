import Glibc
import Neural
import Rollouts
import TestSupport
import Testing

struct EncoderTests {
  /// Numbers that look like noise, which both sides can make (Tests/Reference/language_reference.py).
  private func wave(_ count: Int, _ part: Int) -> [Float] {
    (0..<count).map { i in
      let x = Double(i)
      return Float(0.5 * sin(0.7 + 1.3 * x + 0.11 * x * x + Double(part)))
    }
  }

  private func known(_ name: String) throws -> JSON {
    let all = try JSON(parsing: Repository.text("Tests/Reference/language.json"))
    return try #require(all["layers"]?[name])
  }

  @Test func `self-attention of one head is the paper's formula, forward and backward`() throws {
    let known = try known("attention")
    var layout = ParameterLayout()
    var activations = Activations(rows: 12)
    let x = activations.add(width: 8)
    let layer = SelfAttention("a", width: 8, to: &layout)
    let buffers = layer.buffers(in: &activations, from: x)
    var parameters = Parameters(layout, seed: 1)
    parameters["a.weight"] = wave(24 * 8, 1)
    parameters["a.bias"] = wave(24, 2)
    activations.fill(x, with: wave(96, 0), rows: 12)
    layer.forward(buffers, sequences: 2, length: 6, parameters, &activations)
    expectClose(activations.rows(buffers.output, 12), try known.floats("y"), within: 1e-5, "y")
    for (index, slope) in wave(96, 3).enumerated() {
      activations[gradient: buffers.output, index / 8, index % 8] = slope
    }
    var gradients = Parameters(zeros: layout)
    layer.backward(
      buffers, sequences: 2, length: 6, parameters, into: &gradients, &activations)
    expectClose(activations.gradients(x, 12), try known.floats("dx"), within: 2e-5, "dx")
  }

  @Test func `an encoder block is PyTorch's, forward and backward`() throws {
    let known = try known("encoder")
    var layout = ParameterLayout()
    var activations = Activations(rows: 12)
    let x = activations.add(width: 8)
    var names = EncoderBlock.Names()
    (names.merge, names.project) = ("self_attn.in_proj", "self_attn.out_proj")
    (names.expand, names.shrink) = ("linear1", "linear2")
    (names.norm1, names.norm2) = ("norm1", "norm2")
    let block = EncoderBlock("b", width: 8, heads: 2, inner: 12, names: names, to: &layout)
    let buffers = block.buffers(in: &activations, from: x)
    var parameters = Parameters(layout, seed: 1)
    let order = try #require(known["names"]?.list).compactMap(\.text)
    // PyTorch joins these two words with an underscore.
    func ours(_ name: String) -> String { "b." + name.replacing("in_proj_", with: "in_proj.") }
    #expect(Set(order.map(ours)) == Set(layout.entries.map(\.name)))
    for (part, name) in order.enumerated() {
      parameters[ours(name)] = wave(try #require(layout.entry(ours(name))).count, part)
    }
    activations.fill(x, with: wave(96, 20), rows: 12)
    block.forward(buffers, sequences: 2, length: 6, parameters, &activations)
    expectClose(activations.rows(buffers.output, 12), try known.floats("y"), within: 1e-5, "y")
    for (index, slope) in wave(96, 21).enumerated() {
      activations[gradient: buffers.output, index / 8, index % 8] = slope
    }
    var gradients = Parameters(zeros: layout)
    block.backward(buffers, sequences: 2, length: 6, parameters, into: &gradients, &activations)
    expectClose(activations.gradients(x, 12), try known.floats("dx"), within: 5e-5, "dx")
    for (name, expected) in zip(order, try #require(known["gradients"]?.list)) {
      let numbers = try #require(expected.list).map { Float($0.double ?? .nan) }
      expectClose(gradients[ours(name)], numbers, within: 5e-5, name)
    }
  }

  @Test func `dropout is the same for a batch and for its parts, and has the right gradient`() {
    let block = TransformerProbe(rate: 0.2)
    let (whole, first, second) = (block.output(0..<4), block.output(0..<2), block.output(2..<4))
    #expect(whole == first + second)
    #expect(whole != TransformerProbe(rate: 0).output(0..<4))
    #expect(block.slopeMatches(), "the gradient is that of what was computed")
  }
}

/// A block with dropout over four sequences, run in parts.
private struct TransformerProbe {
  let rate: Double
  private let width = 8
  private let length = 5

  func output(_ sequences: Range<Int>) -> [Float] {
    run(sequences, nudging: nil, by: 0).output
  }

  /// Whether a small change of an input changes the sum of the outputs as the gradient says.
  func slopeMatches() -> Bool {
    let (slope, step) = (run(0..<4, nudging: nil, by: 0).slope, Float(1e-2))
    return [3, 77, 120].allSatisfy { place in
      let more = run(0..<4, nudging: place, by: step).output.map(Double.init).reduce(0, +)
      let less = run(0..<4, nudging: place, by: -step).output.map(Double.init).reduce(0, +)
      let measured = Float(more - less) / (2 * step)
      return abs(measured - slope[place]) < 0.01 * max(1, abs(measured))
    }
  }

  private func run(
    _ sequences: Range<Int>, nudging place: Int?, by step: Float
  ) -> (output: [Float], slope: [Float]) {
    var layout = ParameterLayout()
    var activations = Activations(rows: 4 * length)
    let x = activations.add(width: width)
    let block = TransformerBlock("b", width: width, heads: 2, inner: 16, to: &layout) { _, _ in
      .normal(deviation: 0.4)
    }
    let buffers = block.buffers(in: &activations, from: x)
    var input = noise(4 * length * width)
    if let place { input[place] += step }
    let rows = sequences.count * length
    let first = sequences.lowerBound * length * width
    activations.fill(x, with: Array(input[first..<first + rows * width]), rows: rows)
    let dropping = Dropout(
      rate: rate, Generator(seed: 3), step: 1, firstSequence: sequences.lowerBound
    ).map { ($0, site: 0) }
    let parameters = Parameters(layout, seed: 2)
    block.forward(
      buffers, sequences: sequences.count, length: length, dropping: dropping, parameters,
      &activations)
    let output = activations.rows(buffers.output, rows)
    for row in 0..<rows {
      for column in 0..<width { activations[gradient: buffers.output, row, column] = 1 }
    }
    var gradients = Parameters(zeros: layout)
    block.backward(
      buffers, sequences: sequences.count, length: length, dropping: dropping, parameters,
      into: &gradients, &activations)
    return (output, activations.gradients(x, rows))
  }
}
