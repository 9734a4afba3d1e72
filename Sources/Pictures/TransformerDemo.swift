import Neural
import Platform
import Raster
package import Replay
package import Rollouts

/// A transformer's parts on random numbers: the input, the output, and the attention.
package struct TransformerDemo {
  /// Its name among the subjects that can be explored.
  package static let word = "transformer"

  private static let (sequences, length, width, heads, inner) = (2, 10, 64, 4, 128)

  private let seed: UInt64
  private let parameters: Int
  private let single: [[Float]]
  private let several: [[[Float]]]
  private let mean: Float
  private let deviation: Float

  /// A demonstration with a seed's numbers.
  package init(seed: UInt64) {
    self.seed = seed
    let (length, width) = (Self.length, Self.width)
    var layout = ParameterLayout()
    let alone = SelfAttention("attention", width: width, to: &layout)
    let block = EncoderBlock(
      "block", width: width, heads: Self.heads, inner: Self.inner, to: &layout)
    let parameters = Parameters(layout, seed: seed)
    var activations = Activations(rows: Self.sequences * length, hasGradients: false)
    let input = activations.add(width: width)
    let buffers = alone.buffers(in: &activations, from: input)
    let blockBuffers = block.buffers(in: &activations, from: input)
    var stream = Stream(seed: seed, purpose: .world)
    let noise = (0..<Self.sequences * length * width).map { _ in
      // The sum of twelve uniform numbers is nearly normally distributed.
      (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &stream) }
    }
    activations.fill(input, with: noise, rows: Self.sequences * length)
    alone.forward(buffers, sequences: Self.sequences, length: length, parameters, &activations)
    block.forward(blockBuffers, sequences: Self.sequences, length: length, parameters, &activations)
    func maps(_ layer: SelfAttention, _ buffers: SelfAttention.Buffers) -> [[[Float]]] {
      let rows = (0..<length).map { layer.shares(buffers, of: $0, length: length, &activations) }
      return (0..<layer.attention.heads).map { head in rows.map { $0[head] } }
    }
    single = maps(alone, buffers)[0]
    several = maps(block.attention, blockBuffers.attention)
    let output = activations.rows(blockBuffers.output, Self.sequences * length)
    let mean = output.reduce(0, +) / Float(output.count)
    self.mean = mean
    deviation =
      (output.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(output.count)).squareRoot()
    self.parameters = layout.count
  }

  private var shape: String { "(\(Self.sequences), \(Self.length), \(Self.width))" }

  /// The parts as text.
  package var text: String {
    """
    a transformer's parts: \(Self.sequences) sequences of \(Self.length) places, \(Self.width) numbers \
    each, drawn from a bell curve (seed \(seed))

    single-head self-attention: softmax(QKᵀ/√\(Self.width)) V
      in \(shape)  →  out \(shape)
      shares of a place's attention add up to 1; the greatest of the first sequence is \
    \(NumberFormat.decimal(Double(single.joined().max() ?? 0), 3))

    encoder block, post-LN: \(Self.heads) heads of \(Self.width / Self.heads), add & norm, \
    \(Self.width) → \(Self.inner) → \(Self.width) with ReLU, add & norm
      in \(shape)  →  out \(shape)
      every place normalized: mean \(NumberFormat.decimal(Double(mean), 3)), deviation \
    \(NumberFormat.decimal(Double(deviation), 3))

    \(parameters) parameters in both
    """
  }

  /// The parts as JSON.
  package var json: JSON {
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

  /// The attention in the first sequence: of single-head attention, then of the block's heads.
  package var picture: AttentionPicture {
    AttentionPicture(
      layers: [[single] + several], tokens: [], title: "Who looks at whom",
      subtitle: "untrained, \(Self.length) places of the first sequence: "
        + "single-head attention, then the encoder block's \(Self.heads) heads",
      columnNames: ["one head"] + (1...Self.heads).map { "block, head \($0)" }, rowName: "",
      size: 1200, theme: .light)
  }
}
