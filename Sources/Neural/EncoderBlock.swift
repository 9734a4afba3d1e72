/// A layer of a transformer that normalizes last, as the first one did and BERT does: norm(x +
/// attention x), then norm(x + mlp x) (Vaswani and others, https://arxiv.org/abs/1706.03762, section 3.1).
/// Every place sees all others.
package struct EncoderBlock: Sendable, Equatable {
  package let width: Int
  package let inner: Int
  package let activation: Activation
  package let attention: SelfAttention
  let project: Linear
  let norm1: LayerNorm
  let expand: Linear
  let shrink: Linear
  let norm2: LayerNorm

  /// What the tensors of a block are called, after its own name.
  package struct Names: Sendable {
    package var merge = "attention.qkv"
    package var project = "attention.out_lin"
    package var norm1 = "sa_layer_norm"
    package var expand = "ffn.lin1"
    package var shrink = "ffn.lin2"
    package var norm2 = "output_layer_norm"

    /// DistilBERT's names.
    package init() {}
  }

  /// Adds a block's tensors after a prefix.
  package init(
    _ name: String, width: Int, heads: Int, inner: Int, activation: Activation = .relu,
    epsilon: Float = 1e-5, names: Names = Names(), to layout: inout ParameterLayout
  ) {
    self.width = width
    self.inner = inner
    self.activation = activation
    attention = SelfAttention("\(name).\(names.merge)", width: width, heads: heads, to: &layout)
    project = Linear("\(name).\(names.project)", inputs: width, outputs: width, to: &layout)
    norm1 = LayerNorm("\(name).\(names.norm1)", width: width, epsilon: epsilon, to: &layout)
    expand = Linear("\(name).\(names.expand)", inputs: width, outputs: inner, to: &layout)
    shrink = Linear("\(name).\(names.shrink)", inputs: inner, outputs: width, to: &layout)
    norm2 = LayerNorm("\(name).\(names.norm2)", width: width, epsilon: epsilon, to: &layout)
  }

  /// Where a block's rows lie among the activations; all (B·T, …).
  package struct Path: Sendable, Equatable {
    package let attention: SelfAttention.Path
    let projected: Rows
    let added1: Rows
    let statistics1: LayerNorm.Statistics
    let middle: Rows
    let expanded: Rows
    let active: Rows
    let shrunk: Rows
    let added2: Rows
    let statistics2: LayerNorm.Statistics
    package let output: Rows

    package var input: Rows { attention.input }
  }

  /// Makes room for a block whose input is another's output.
  package func path(in memory: inout Activations, from input: Rows) -> Path {
    precondition(input.width == width, "the input has the block's width")
    return Path(
      attention: attention.path(in: &memory, from: input), projected: memory.add(width: width),
      added1: memory.add(width: width), statistics1: norm1.statistics(in: &memory),
      middle: memory.add(width: width), expanded: memory.add(width: inner),
      active: memory.add(width: inner), shrunk: memory.add(width: width),
      added2: memory.add(width: width), statistics2: norm2.statistics(in: &memory),
      output: memory.add(width: width))
  }

  /// Attention's shares, what it adds, what the activation gives, and what that adds may be dropped in part:
  /// four sites.
  package typealias Dropping = (Dropout, site: Int)

  /// x (B·T, D) → (B·T, D).
  package func forward(
    _ path: Path, sequences: Int, length: Int, crew: Crew? = nil, dropping: Dropping? = nil,
    _ parameters: Parameters, _ memory: inout Activations
  ) {
    let rows = sequences * length
    func drop(_ x: Rows, _ site: Int, _ memory: inout Activations) {
      guard let (dropout, first) = dropping else { return }
      dropout.forward(x, rows: rows, length: length, site: first + site, &memory)
    }
    attention.forward(
      path.attention, sequences: sequences, length: length, crew: crew, dropping: dropping,
      parameters, &memory)
    project.forward(path.attention.output, to: path.projected, rows: rows, parameters, &memory)
    drop(path.projected, 1, &memory)
    memory.sum(path.input, path.projected, to: path.added1, rows: rows)
    norm1.forward(
      path.added1, to: path.middle, keeping: path.statistics1, rows: rows, parameters, &memory)
    expand.forward(path.middle, to: path.expanded, rows: rows, parameters, &memory)
    activation.forward(path.expanded, to: path.active, rows: rows, &memory)
    drop(path.active, 2, &memory)
    shrink.forward(path.active, to: path.shrunk, rows: rows, parameters, &memory)
    drop(path.shrunk, 3, &memory)
    memory.sum(path.middle, path.shrunk, to: path.added2, rows: rows)
    norm2.forward(
      path.added2, to: path.output, keeping: path.statistics2, rows: rows, parameters, &memory)
  }

  /// From the gradient of the output, adds those of the parameters and replaces that of the input.
  package func backward(
    _ path: Path, sequences: Int, length: Int, dropping: Dropping? = nil, _ parameters: Parameters,
    into gradients: inout Parameters, _ memory: inout Activations
  ) {
    let rows = sequences * length
    func drop(_ x: Rows, _ site: Int, _ memory: inout Activations) {
      guard let (dropout, first) = dropping else { return }
      dropout.backward(x, rows: rows, length: length, site: first + site, &memory)
    }
    norm2.backward(
      path.added2, from: path.output, keeping: path.statistics2, rows: rows, parameters,
      into: &gradients, &memory)
    memory.copyGradients(path.added2, to: path.shrunk, rows: rows)
    drop(path.shrunk, 3, &memory)
    shrink.backward(
      path.active, from: path.shrunk, rows: rows, parameters, into: &gradients, &memory)
    drop(path.active, 2, &memory)
    activation.backward(path.expanded, from: path.active, rows: rows, &memory)
    expand.backward(
      path.middle, from: path.expanded, rows: rows, parameters, into: &gradients, &memory)
    memory.addGradients(path.added2, to: path.middle, rows: rows)
    norm1.backward(
      path.added1, from: path.middle, keeping: path.statistics1, rows: rows, parameters,
      into: &gradients, &memory)
    memory.copyGradients(path.added1, to: path.projected, rows: rows)
    drop(path.projected, 1, &memory)
    project.backward(
      path.attention.output, from: path.projected, rows: rows, parameters, into: &gradients,
      &memory)
    attention.backward(
      path.attention, sequences: sequences, length: length, dropping: dropping, parameters,
      into: &gradients, &memory)
    memory.addGradients(path.added1, to: path.input, rows: rows)
  }
}
