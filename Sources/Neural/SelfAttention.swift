/// Attention of a sequence to itself: every place's query, key and value are linear in what stands there.
/// With one head it is the formula of the paper alone, softmax(QKᵀ/√D) V (Vaswani and others, section 3.2.1).
package struct SelfAttention: Sendable, Equatable {
  package let attention: Attention
  let merge: Linear

  /// Adds the three linear layers, one below the other, as one: `name.weight` (3 D, D) and `name.bias`.
  package init(
    _ name: String, width: Int, heads: Int = 1, isCausal: Bool = false,
    to layout: inout ParameterLayout
  ) {
    attention = Attention(width: width, heads: heads, isCausal: isCausal)
    merge = Linear(name, inputs: width, outputs: 3 * width, to: &layout)
  }

  /// Where a layer's rows lie among the activations; all (B·T, …).
  package struct Path: Sendable, Equatable {
    /// What flows in: (D).
    package let input: Rows
    package let qkv: Rows
    /// What flows out: (D).
    package let output: Rows
    let statistics: Rows
  }

  /// Makes room for a layer that looks at some rows.
  package func path(in memory: inout Activations, from input: Rows) -> Path {
    Path(
      input: input, qkv: memory.add(width: merge.outputs), output: memory.add(width: input.width),
      statistics: attention.statistics(in: &memory))
  }

  /// x (B·T, D) → (B·T, D).
  package func forward(
    _ path: Path, sequences: Int, length: Int, crew: Crew? = nil,
    dropping: (Dropout, site: Int)? = nil, _ parameters: Parameters, _ memory: inout Activations
  ) {
    merge.forward(path.input, to: path.qkv, rows: sequences * length, parameters, &memory)
    attention.forward(
      path.qkv, to: path.output, keeping: path.statistics, sequences: sequences, length: length,
      crew: crew, dropping: dropping, &memory)
  }

  /// From the gradient of the output, adds those of the parameters and replaces that of the input.
  package func backward(
    _ path: Path, sequences: Int, length: Int, dropping: (Dropout, site: Int)? = nil,
    _ parameters: Parameters, into gradients: inout Parameters, _ memory: inout Activations
  ) {
    attention.backward(
      path.qkv, from: path.output, keeping: path.statistics, sequences: sequences, length: length,
      dropping: dropping, &memory)
    merge.backward(
      path.input, from: path.qkv, rows: sequences * length, parameters, into: &gradients, &memory)
  }

  /// How much a place of the first sequence looked at each, head by head.
  package func shares(
    _ path: Path, of place: Int, length: Int, _ memory: inout Activations
  ) -> [[Float]] {
    attention.shares(path.qkv, of: place, length: length, &memory)
  }
}
