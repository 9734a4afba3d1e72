import Neural
import Raster
import Replay
import Rollouts

/// A transformer's parts on numbers like noise: what goes in, what comes out, and who looked at whom.
struct TransformerDemo {
  /// What `reel explore` calls it.
  static let word = "transformer"

  private static let (sequences, length, width, heads, inner) = (2, 10, 64, 4, 128)

  private let seed: UInt64
  private let parameters: Int
  private let single: [[Float]]
  private let several: [[[Float]]]
  private let mean: Float
  private let deviation: Float

  init(seed: UInt64) {
    self.seed = seed
    let (length, width) = (Self.length, Self.width)
    var layout = ParameterLayout()
    let alone = SelfAttention("attention", width: width, to: &layout)
    let block = EncoderBlock(
      "block", width: width, heads: Self.heads, inner: Self.inner, to: &layout)
    let parameters = Parameters(layout, seed: seed)
    var memory = Activations(rows: Self.sequences * length, hasGradients: false)
    let input = memory.add(width: width)
    let path = alone.path(in: &memory, from: input)
    let blockPath = block.path(in: &memory, from: input)
    var stream = Stream(seed: seed, purpose: .world)
    let noise = (0..<Self.sequences * length * width).map { _ in
      // The sum of twelve even numbers is nearly a bell curve's.
      (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &stream) }
    }
    memory.fill(input, with: noise, rows: Self.sequences * length)
    alone.forward(path, sequences: Self.sequences, length: length, parameters, &memory)
    block.forward(blockPath, sequences: Self.sequences, length: length, parameters, &memory)
    func maps(_ layer: SelfAttention, _ path: SelfAttention.Path) -> [[[Float]]] {
      let rows = (0..<length).map { layer.shares(path, of: $0, length: length, &memory) }
      return (0..<layer.attention.heads).map { head in rows.map { $0[head] } }
    }
    single = maps(alone, path)[0]
    several = maps(block.attention, blockPath.attention)
    let output = memory.rows(blockPath.output, Self.sequences * length)
    let mean = output.reduce(0, +) / Float(output.count)
    self.mean = mean
    deviation =
      (output.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(output.count)).squareRoot()
    self.parameters = layout.count
  }

  private var shape: String { "(\(Self.sequences), \(Self.length), \(Self.width))" }

  var text: String {
    """
    a transformer's parts: \(Self.sequences) sequences of \(Self.length) places, \(Self.width) numbers \
    each, drawn from a bell curve (seed \(seed))

    single-head self-attention: softmax(QKᵀ/√\(Self.width)) V
      in \(shape)  →  out \(shape)
      shares of a place's attention add up to 1; the greatest of the first sequence is \
    \(decimal(Double(single.joined().max() ?? 0), 3))

    encoder block, post-LN: \(Self.heads) heads of \(Self.width / Self.heads), add & norm, \
    \(Self.width) → \(Self.inner) → \(Self.width) with ReLU, add & norm
      in \(shape)  →  out \(shape)
      every place normalized: mean \(decimal(Double(mean), 3)), deviation \
    \(decimal(Double(deviation), 3))

    \(parameters) parameters in both
    """
  }

  var json: JSON {
    let shape: JSON = [.integer(Self.sequences), .integer(Self.length), .integer(Self.width)]
    func array(_ map: [[Float]]) -> JSON {
      .array(map.map { .array($0.map { .number(Double($0)) }) })
    }
    return [
      "input_shape": shape, "output_shape": shape, "heads": .integer(Self.heads),
      "inner": .integer(Self.inner), "parameters": .integer(parameters),
      "output_mean": .number(Double(mean)), "output_deviation": .number(Double(deviation)),
      "single_head": array(single), "block_heads": .array(several.map(array)),
    ]
  }

  /// Who looked at whom in the first sequence: of single-head attention, then of the block's heads.
  var picture: AttentionPicture {
    AttentionPicture(
      layers: [[single] + several], tokens: [], title: "Who looks at whom",
      subtitle: "untrained, \(Self.length) places of the first sequence: "
        + "single-head attention, then the encoder block's \(Self.heads) heads",
      columnNames: ["one head"] + (1...Self.heads).map { "block, head \($0)" }, rowName: "",
      size: 1200, theme: .light)
  }
}
