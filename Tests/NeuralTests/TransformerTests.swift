import Neural
import Rollouts
import TestSupport
import Testing

struct TransformerTests {
  private static let cases: [(name: String, probe: @Sendable () -> Probe)] = [
    ("attention", { .attention(width: 6, heads: 2, sequences: 2, length: 5) }),
    ("attention all", { .attention(width: 8, heads: 1, causal: false, sequences: 1, length: 7) }),
    ("attention long", { .attention(width: 4, heads: 2, sequences: 1, length: 130) }),
    ("block", { .block(width: 6, heads: 2, inner: 9, sequences: 2, length: 4) }),
    (
      "block without biases",
      {
        .block(width: 8, heads: 4, inner: 8, hasBias: false, sequences: 1, length: 5)
      }
    ),
  ]

  private static func reference(_ name: String) throws -> JSON {
    let all = try JSON(parsing: Repository.text("Tests/Reference/transformer.json"))
    return try #require(all[name], "\(name)")
  }

  @Test(arguments: cases.indices)
  func `attention and blocks compute what PyTorch does, forward and backward`(index: Int) throws {
    let (name, make) = Self.cases[index]
    var probe = make()
    try probe.expect(Self.reference(name), within: 1e-5, gradients: 2e-5)
  }

  @Test func `a GPT computes PyTorch's logits and gradients, its embedding tied to its head`()
    throws
  {
    let known = try Self.reference("gpt")
    var layout = ParameterLayout()
    let gpt = GPT(
      GPTShape(vocabulary: 7, context: 6, layers: 2, heads: 2, width: 8, inner: 12), to: &layout)
    var activations = Activations(rows: 10)
    let buffers = gpt.buffers(in: &activations)
    let logits = activations.add(width: 7)
    var parameters = Parameters(layout, seed: 1)
    for entry in layout.entries { parameters[entry.name] = try known.floats(entry.name) }
    let tokens = try known.floats("x").map { Int($0) }
    gpt.forward(buffers, tokens, length: 5, parameters, &activations)
    gpt.head.forward(buffers.output, to: logits, rows: 10, parameters, &activations)
    expectClose(activations.rows(logits, 10), try known.floats("y"), within: 2e-5, "logits")
    for (index, slope) in try known.floats("dy").enumerated() {
      activations[gradient: logits, index / 7, index % 7] = slope
    }
    var gradients = Parameters(zeros: layout)
    gpt.head.backward(
      buffers.output, from: logits, rows: 10, parameters, into: &gradients, &activations)
    gpt.backward(buffers, tokens, length: 5, parameters, into: &gradients, &activations)
    for entry in layout.entries {
      expectClose(
        gradients[entry.name], try known.floats("d" + entry.name), within: 5e-5, entry.name)
    }
  }

  @Test(arguments: [(1, 5), (0, 7), (3, 3)])
  func `a range of queries gives the same outputs as all queries do`(first: Int, end: Int) {
    let attention = Attention(width: 8, heads: 2)
    var activations = Activations(rows: 14)
    let qkv = activations.add(width: 24)
    let (whole, part) = (activations.add(width: 8), activations.add(width: 8))
    let kept = attention.statistics(in: &activations)
    activations.fill(qkv, with: noise(14 * 24), rows: 14)
    attention.forward(qkv, to: whole, keeping: kept, sequences: 2, length: 7, &activations)
    attention.forward(
      qkv, to: part, keeping: kept, sequences: 2, length: 7, queries: first..<end, &activations)
    let (all, some) = (activations.rows(whole, 14), activations.rows(part, 14))
    for row in 0..<14 where (first..<end).contains(row % 7) {
      expectClose(
        Array(some[row * 8..<row * 8 + 8]), Array(all[row * 8..<row * 8 + 8]), within: 1e-6,
        "\(row)")
    }
  }

  /// A small GPT over patches of two symbols, with room for a number of rows.
  private struct Patches {
    let gpt: GPT
    let parameters: Parameters
    var activations: Activations
    let buffers: GPT.Buffers
    static let length = 5

    init(sequences: Int, lastOnly: Bool) {
      var layout = ParameterLayout()
      gpt = GPT(
        GPTShape(
          vocabulary: 6, context: 6, layers: 2, heads: 2, width: 8, inner: 12, symbols: 2),
        to: &layout)
      parameters = Parameters(layout, seed: 5)
      activations = Activations(rows: sequences * Self.length)
      buffers = gpt.buffers(in: &activations, lastOnly: lastOnly)
    }

    mutating func read(_ symbols: [Int], from first: Int = 0) {
      gpt.forward(buffers, symbols, length: Self.length, from: first, parameters, &activations)
    }

    /// Gradients if only the last places' outputs have a slope.
    mutating func gradients(_ symbols: [Int], rows: [Int]) -> [Float] {
      var gradients = Parameters(zeros: parameters.layout)
      for row in 0..<symbols.count / 2 {
        for column in 0..<8 { activations[gradient: buffers.output, row, column] = 0 }
      }
      for (index, row) in rows.enumerated() {
        for column in 0..<8 {
          activations[gradient: buffers.output, row, column] = Float(index + column) / 8 - 0.5
        }
      }
      gpt.backward(
        buffers, symbols, length: Self.length, parameters, into: &gradients, &activations)
      return gradients.values
    }
  }

  /// Two symbols at each place: one of 0…2, one of 3…5.
  private static func symbols(_ sequences: Int, salt: Int = 0) -> [Int] {
    (0..<sequences * Patches.length * 2).map { ($0 * 7 + salt) % 3 + $0 % 2 * 3 }
  }

  @Test func `if only the last places are computed, they and all gradients are the same`() {
    let symbols = Self.symbols(3)
    var (whole, last) = (
      Patches(sequences: 3, lastOnly: false), Patches(sequences: 3, lastOnly: true)
    )
    whole.read(symbols)
    last.read(symbols)
    let all = whole.activations.rows(whole.buffers.output, 15)
    let some = last.activations.rows(last.buffers.output, 3)
    for sequence in 0..<3 {
      let row = (sequence * 5 + 4) * 8
      expectClose(
        Array(some[sequence * 8..<sequence * 8 + 8]), Array(all[row..<row + 8]), within: 1e-6,
        "\(sequence)")
    }
    expectClose(
      last.gradients(symbols, rows: [0, 1, 2]), whole.gradients(symbols, rows: [4, 9, 14]),
      within: 2e-6, "gradients")
  }

  @Test(arguments: 0..<5, [false, true])
  func `the places before the first change need not be read again`(first: Int, lastOnly: Bool) {
    let symbols = Self.symbols(1)
    var changed = symbols
    for index in (2 * first)..<10 { changed[index] = (changed[index] % 3 + 1) % 3 + index % 2 * 3 }
    var (again, anew) = (
      Patches(sequences: 1, lastOnly: lastOnly), Patches(sequences: 1, lastOnly: lastOnly)
    )
    again.read(symbols)
    again.read(changed, from: first)
    anew.read(changed)
    let rows = lastOnly ? 1 : 5
    expectClose(
      again.activations.rows(again.buffers.output, rows),
      anew.activations.rows(anew.buffers.output, rows),
      within: 1e-6, "output")
  }

  @Test func `a place does not depend on what comes after it`() {
    var probe = Probe.block(width: 8, heads: 2, inner: 16, sequences: 1, length: 9)
    var input = noise(9 * 8)
    let before = probe.output(input)
    for index in 6 * 8..<9 * 8 { input[index] += 1 }
    let after = probe.output(input)
    #expect(before.prefix(6 * 8) == after.prefix(6 * 8))
    #expect(before.suffix(8) != after.suffix(8))
  }
}

extension Probe {
  static func attention(
    width: Int, heads: Int, causal: Bool = true, sequences: Int, length: Int
  ) -> Probe {
    Probe(rows: sequences * length, inputs: 3 * width, outputs: width) { _, activations, x, y in
      let attention = Attention(width: width, heads: heads, isCausal: causal)
      let kept = attention.statistics(in: &activations)
      return (
        {
          attention.forward(x, to: y, keeping: kept, sequences: sequences, length: length, &$1)
        },
        {
          attention.backward(x, from: y, keeping: kept, sequences: sequences, length: length, &$2)
        }
      )
    }
  }

  static func block(
    width: Int, heads: Int, inner: Int, hasBias: Bool = true, sequences: Int, length: Int
  ) -> Probe {
    var layout = ParameterLayout()
    var activations = Activations(rows: sequences * length)
    let block = TransformerBlock(
      "l", width: width, heads: heads, inner: inner, hasBias: hasBias, to: &layout
    ) { _, _ in .normal(deviation: 0.3) }
    let buffers = block.buffers(in: &activations, from: activations.add(width: width))
    return Probe(
      parameters: Parameters(layout, seed: 11), activations: activations, x: buffers.input,
      y: buffers.output,
      rows: sequences * length,
      forward: { block.forward(buffers, sequences: sequences, length: length, $0, &$1) },
      backward: {
        block.backward(buffers, sequences: sequences, length: length, $0, into: &$1, &$2)
      })
  }
}
