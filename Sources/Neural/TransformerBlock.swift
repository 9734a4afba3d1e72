/// A layer of a transformer that normalizes first, as GPT-2 does: x + attention(norm x), then
/// x + mlp(norm x) with GELU between its two linear layers.
package struct TransformerBlock: Sendable, Equatable {
  package let width: Int
  package let inner: Int
  package let attention: Attention
  let norm1: LayerNorm
  let merge: Linear
  let project: Linear
  let norm2: LayerNorm
  let expand: Linear
  let shrink: Linear

  /// Adds a block's tensors after a prefix, under nanoGPT's names. `residual` draws the weights of the
  /// two layers that are added to what flows by.
  package init(
    _ name: String, width: Int, heads: Int, inner: Int, hasBias: Bool = true, isCausal: Bool = true,
    weight: Initializer, residual: Initializer, to layout: inout ParameterLayout
  ) {
    self.width = width
    self.inner = inner
    attention = Attention(width: width, heads: heads, isCausal: isCausal)
    func linear(_ part: String, _ inputs: Int, _ outputs: Int, _ weight: Initializer) -> Linear {
      Linear(
        "\(name).\(part)", inputs: inputs, outputs: outputs, hasBias: hasBias, weight: weight,
        bias: .zeros, to: &layout)
    }
    norm1 = LayerNorm("\(name).ln_1", width: width, hasBias: hasBias, to: &layout)
    merge = linear("attn.c_attn", width, 3 * width, weight)
    project = linear("attn.c_proj", width, width, residual)
    norm2 = LayerNorm("\(name).ln_2", width: width, hasBias: hasBias, to: &layout)
    expand = linear("mlp.c_fc", width, inner, weight)
    shrink = linear("mlp.c_proj", inner, width, residual)
  }

  /// Where a block's rows lie among the activations; all (B·T, …).
  package struct Path: Sendable, Equatable {
    /// What flows in, between, and out: (D).
    package let input: Rows
    let middle: Rows
    package let output: Rows
    let normal1: Rows
    let statistics1: LayerNorm.Statistics
    package let qkv: Rows
    package let attended: Rows
    package let attentionStatistics: Rows
    let projected: Rows
    let normal2: Rows
    let statistics2: LayerNorm.Statistics
    let expanded: Rows
    let active: Rows
    let shrunk: Rows
  }

  /// Makes room for a block whose input is another's output.
  package func path(in memory: inout Activations, from input: Rows) -> Path {
    precondition(input.width == width, "the input has the block's width")
    return Path(
      input: input, middle: memory.add(width: width), output: memory.add(width: width),
      normal1: memory.add(width: width), statistics1: norm1.statistics(in: &memory),
      qkv: memory.add(width: 3 * width), attended: memory.add(width: width),
      attentionStatistics: attention.statistics(in: &memory),
      projected: memory.add(width: width), normal2: memory.add(width: width),
      statistics2: norm2.statistics(in: &memory), expanded: memory.add(width: inner),
      active: memory.add(width: inner), shrunk: memory.add(width: width))
  }

  /// x (B·T, D) → (B·T, D).
  package func forward(
    _ path: Path, sequences: Int, length: Int, _ parameters: Parameters,
    _ memory: inout Activations
  ) {
    let rows = sequences * length
    norm1.forward(
      path.input, to: path.normal1, keeping: path.statistics1, rows: rows, parameters, &memory)
    merge.forward(path.normal1, to: path.qkv, rows: rows, parameters, &memory)
    attention.forward(
      path.qkv, to: path.attended, keeping: path.attentionStatistics, sequences: sequences,
      length: length, &memory)
    project.forward(path.attended, to: path.projected, rows: rows, parameters, &memory)
    memory.sum(path.input, path.projected, to: path.middle, rows: rows)
    norm2.forward(
      path.middle, to: path.normal2, keeping: path.statistics2, rows: rows, parameters, &memory)
    expand.forward(path.normal2, to: path.expanded, rows: rows, parameters, &memory)
    Activation.gelu.forward(path.expanded, to: path.active, rows: rows, &memory)
    shrink.forward(path.active, to: path.shrunk, rows: rows, parameters, &memory)
    memory.sum(path.middle, path.shrunk, to: path.output, rows: rows)
  }

  /// From the gradient of the output, adds those of the parameters and replaces that of the input.
  package func backward(
    _ path: Path, sequences: Int, length: Int, _ parameters: Parameters,
    into gradients: inout Parameters, _ memory: inout Activations
  ) {
    let rows = sequences * length
    memory.copyGradients(path.output, to: path.shrunk, rows: rows)
    shrink.backward(
      path.active, from: path.shrunk, rows: rows, parameters, into: &gradients, &memory)
    Activation.gelu.backward(path.expanded, from: path.active, rows: rows, &memory)
    expand.backward(
      path.normal2, from: path.expanded, rows: rows, parameters, into: &gradients, &memory)
    norm2.backward(
      path.middle, from: path.normal2, keeping: path.statistics2, rows: rows, parameters,
      into: &gradients, &memory)
    memory.addGradients(path.output, to: path.middle, rows: rows)

    memory.copyGradients(path.middle, to: path.projected, rows: rows)
    project.backward(
      path.attended, from: path.projected, rows: rows, parameters, into: &gradients, &memory)
    attention.backward(
      path.qkv, from: path.attended, keeping: path.attentionStatistics, sequences: sequences,
      length: length, &memory)
    merge.backward(path.normal1, from: path.qkv, rows: rows, parameters, into: &gradients, &memory)
    norm1.backward(
      path.input, from: path.normal1, keeping: path.statistics1, rows: rows, parameters,
      into: &gradients, &memory)
    memory.addGradients(path.middle, to: path.input, rows: rows)
  }
}
