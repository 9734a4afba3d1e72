package import Platform

/// Attention of a sequence to itself: every position's query, key and value are linear functions of
/// its input. With one head, this is the paper's formula alone, softmax(QKᵀ/√D) V (Vaswani and
/// others, section 3.2.1).
package struct SelfAttention: Sendable, Equatable {
  package let attention: Attention
  let merge: Linear

  /// Adds the three linear layers, stacked into one: `name.weight` (3 D, D) and `name.bias`.
  package init(
    _ name: String, width: Int, heads: Int = 1, isCausal: Bool = false,
    to layout: inout ParameterLayout
  ) {
    attention = Attention(width: width, heads: heads, isCausal: isCausal)
    merge = Linear(name, inputs: width, outputs: 3 * width, to: &layout)
  }

  /// The blocks of rows among the activations; all (B·T, …).
  package struct Buffers: Sendable, Equatable {
    /// The input: (D).
    package let input: Rows
    package let qkv: Rows
    /// The output: (D).
    package let output: Rows
    let statistics: Rows
  }

  /// Allocates rows for a layer.
  package func buffers(in activations: inout Activations, from input: Rows) -> Buffers {
    Buffers(
      input: input, qkv: activations.add(width: merge.outputs),
      output: activations.add(width: input.width),
      statistics: attention.statistics(in: &activations))
  }

  /// x (B·T, D) → (B·T, D).
  package func forward(
    _ buffers: Buffers, sequences: Int, length: Int, pool: ThreadPool? = nil,
    dropping: (Dropout, site: Int)? = nil, _ parameters: Parameters,
    _ activations: inout Activations
  ) {
    merge.forward(
      buffers.input, to: buffers.qkv, rows: sequences * length, parameters, &activations)
    attention.forward(
      buffers.qkv, to: buffers.output, keeping: buffers.statistics, sequences: sequences,
      length: length,
      pool: pool, dropping: dropping, &activations)
  }

  /// From the gradient of the output, adds the parameters' gradients and replaces the input's.
  package func backward(
    _ buffers: Buffers, sequences: Int, length: Int, dropping: (Dropout, site: Int)? = nil,
    _ parameters: Parameters, into gradients: inout Parameters, _ activations: inout Activations
  ) {
    attention.backward(
      buffers.qkv, from: buffers.output, keeping: buffers.statistics, sequences: sequences,
      length: length,
      dropping: dropping, &activations)
    merge.backward(
      buffers.input, from: buffers.qkv, rows: sequences * length, parameters, into: &gradients,
      &activations)
  }

  /// How much a position of the first sequence attended to each position, head by head.
  package func shares(
    _ buffers: Buffers, of place: Int, length: Int, _ activations: inout Activations
  ) -> [[Float]] {
    attention.shares(buffers.qkv, of: place, length: length, &activations)
  }
}
