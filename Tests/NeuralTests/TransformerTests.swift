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
  func `there and back, attention and blocks compute what PyTorch does`(index: Int) throws {
    let (name, make) = Self.cases[index]
    let known = try Self.reference(name)
    var probe = make()
    for entry in probe.parameters.layout.entries {
      probe.parameters[entry.name] = try known.floats(String(entry.name.dropFirst(2)))
    }
    expectClose(probe.output(try known.floats("x")), try known.floats("y"), within: 1e-5, "y")
    let (gradients, dx) = probe.gradients(try known.floats("dy"))
    expectClose(dx, try known.floats("dx"), within: 2e-5, "dx")
    for entry in gradients.layout.entries {
      let key = "d" + entry.name.dropFirst(2)
      expectClose(gradients[entry.name], try known.floats(key), within: 2e-5, key)
    }
  }

  @Test func `a GPT computes PyTorch's logits and gradients, its embedding tied to its head`()
    throws
  {
    let known = try Self.reference("gpt")
    var layout = ParameterLayout()
    let gpt = GPT(
      GPTShape(vocabulary: 7, context: 6, layers: 2, heads: 2, width: 8, inner: 12), to: &layout)
    var memory = Activations(rows: 10)
    let path = gpt.path(in: &memory)
    let logits = memory.add(width: 7)
    var parameters = Parameters(layout, seed: 1)
    for entry in layout.entries { parameters[entry.name] = try known.floats(entry.name) }
    let tokens = try known.floats("x").map { Int($0) }
    gpt.forward(path, tokens, length: 5, parameters, &memory)
    gpt.head.forward(path.output, to: logits, rows: 10, parameters, &memory)
    expectClose(memory.rows(logits, 10), try known.floats("y"), within: 2e-5, "logits")
    for (index, slope) in try known.floats("dy").enumerated() {
      memory[gradient: logits, index / 7, index % 7] = slope
    }
    var gradients = Parameters(zeros: layout)
    gpt.head.backward(
      path.output, from: logits, rows: 10, parameters, into: &gradients, &memory)
    gpt.backward(path, tokens, length: 5, parameters, into: &gradients, &memory)
    for entry in layout.entries {
      expectClose(
        gradients[entry.name], try known.floats("d" + entry.name), within: 5e-5, entry.name)
    }
  }

  @Test(arguments: [(1, 5), (0, 7), (3, 3)])
  func `some queries alone give what all give at their places`(first: Int, end: Int) {
    let attention = Attention(width: 8, heads: 2)
    var memory = Activations(rows: 14)
    let qkv = memory.add(width: 24)
    let (whole, part) = (memory.add(width: 8), memory.add(width: 8))
    let kept = attention.statistics(in: &memory)
    memory.fill(qkv, with: noise(14 * 24), rows: 14)
    attention.forward(qkv, to: whole, keeping: kept, sequences: 2, length: 7, &memory)
    attention.forward(
      qkv, to: part, keeping: kept, sequences: 2, length: 7, queries: first..<end, &memory)
    let (all, some) = (memory.rows(whole, 14), memory.rows(part, 14))
    for row in 0..<14 where (first..<end).contains(row % 7) {
      expectClose(
        Array(some[row * 8..<row * 8 + 8]), Array(all[row * 8..<row * 8 + 8]), within: 1e-6,
        "\(row)")
    }
  }

  /// A small GPT over patches of two symbols, with room for so many rows.
  private struct Patches {
    let gpt: GPT
    let parameters: Parameters
    var memory: Activations
    let path: GPT.Path
    static let length = 5

    init(sequences: Int, lastOnly: Bool) {
      var layout = ParameterLayout()
      gpt = GPT(
        GPTShape(
          vocabulary: 6, context: 6, layers: 2, heads: 2, width: 8, inner: 12, symbols: 2),
        to: &layout)
      parameters = Parameters(layout, seed: 5)
      memory = Activations(rows: sequences * Self.length)
      path = gpt.path(in: &memory, lastOnly: lastOnly)
    }

    mutating func read(_ symbols: [Int], from first: Int = 0) {
      gpt.forward(path, symbols, length: Self.length, from: first, parameters, &memory)
    }

    /// Gradients where only the last places' outputs have a slope.
    mutating func gradients(_ symbols: [Int], rows: [Int]) -> [Float] {
      var gradients = Parameters(zeros: parameters.layout)
      for row in 0..<symbols.count / 2 {
        for column in 0..<8 { memory[gradient: path.output, row, column] = 0 }
      }
      for (index, row) in rows.enumerated() {
        for column in 0..<8 {
          memory[gradient: path.output, row, column] = Float(index + column) / 8 - 0.5
        }
      }
      gpt.backward(path, symbols, length: Self.length, parameters, into: &gradients, &memory)
      return gradients.values
    }
  }

  /// Two symbols at each place: one of 0…2, one of 3…5.
  private static func symbols(_ sequences: Int, salt: Int = 0) -> [Int] {
    (0..<sequences * Patches.length * 2).map { ($0 * 7 + salt) % 3 + $0 % 2 * 3 }
  }

  @Test func `where only last places are asked for, they and all gradients are the same`() {
    let symbols = Self.symbols(3)
    var (whole, last) = (
      Patches(sequences: 3, lastOnly: false), Patches(sequences: 3, lastOnly: true)
    )
    whole.read(symbols)
    last.read(symbols)
    let all = whole.memory.rows(whole.path.output, 15)
    let some = last.memory.rows(last.path.output, 3)
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
  func `what stands before the first change need not be read again`(first: Int, lastOnly: Bool) {
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
      again.memory.rows(again.path.output, rows), anew.memory.rows(anew.path.output, rows),
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
    Probe(rows: sequences * length, inputs: 3 * width, outputs: width) { _, memory, x, y in
      let attention = Attention(width: width, heads: heads, isCausal: causal)
      let kept = attention.statistics(in: &memory)
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
    var memory = Activations(rows: sequences * length)
    let block = TransformerBlock(
      "l", width: width, heads: heads, inner: inner, hasBias: hasBias, to: &layout
    ) { _, _ in .normal(deviation: 0.3) }
    let path = block.path(in: &memory, from: memory.add(width: width))
    return Probe(
      parameters: Parameters(layout, seed: 11), memory: memory, x: path.input, y: path.output,
      rows: sequences * length,
      forward: { block.forward(path, sequences: sequences, length: length, $0, &$1) },
      backward: {
        block.backward(path, sequences: sequences, length: length, $0, into: &$1, &$2)
      })
  }
}
