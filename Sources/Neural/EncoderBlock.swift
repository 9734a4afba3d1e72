package import Platform

/// A transformer layer that normalizes last, as in the original transformer and BERT: norm(x +
/// attention x), then norm(x + mlp x) (Vaswani and others, https://arxiv.org/abs/1706.03762,
/// section 3.1). Every position sees all others.
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

  /// The names of a block's tensors, after its own name.
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

  /// The blocks of rows among the activations; all (B·T, …).
  package struct Buffers: Sendable, Equatable {
    package let attention: SelfAttention.Buffers
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

  /// Allocates rows for a block whose input is another block's output.
  package func buffers(in activations: inout Activations, from input: Rows) -> Buffers {
    precondition(input.width == width, "the input has the block's width")
    return Buffers(
      attention: attention.buffers(in: &activations, from: input),
      projected: activations.add(width: width),
      added1: activations.add(width: width), statistics1: norm1.statistics(in: &activations),
      middle: activations.add(width: width), expanded: activations.add(width: inner),
      active: activations.add(width: inner), shrunk: activations.add(width: width),
      added2: activations.add(width: width), statistics2: norm2.statistics(in: &activations),
      output: activations.add(width: width))
  }

  /// Dropout has four sites: attention's shares, attention's output, the activation's output, and
  /// the MLP's output.
  package typealias Dropping = (Dropout, site: Int)

  /// x (B·T, D) → (B·T, D).
  package func forward(
    _ buffers: Buffers, sequences: Int, length: Int, pool: ThreadPool? = nil,
    dropping: Dropping? = nil,
    _ parameters: Parameters, _ activations: inout Activations
  ) {
    let rows = sequences * length
    func drop(_ x: Rows, _ site: Int, _ activations: inout Activations) {
      guard let (dropout, first) = dropping else { return }
      dropout.forward(x, rows: rows, length: length, site: first + site, &activations)
    }
    attention.forward(
      buffers.attention, sequences: sequences, length: length, pool: pool, dropping: dropping,
      parameters, &activations)
    project.forward(
      buffers.attention.output, to: buffers.projected, rows: rows, parameters, &activations)
    drop(buffers.projected, 1, &activations)
    activations.sum(buffers.input, buffers.projected, to: buffers.added1, rows: rows)
    norm1.forward(
      buffers.added1, to: buffers.middle, keeping: buffers.statistics1, rows: rows, parameters,
      &activations)
    expand.forward(buffers.middle, to: buffers.expanded, rows: rows, parameters, &activations)
    activation.forward(buffers.expanded, to: buffers.active, rows: rows, &activations)
    drop(buffers.active, 2, &activations)
    shrink.forward(buffers.active, to: buffers.shrunk, rows: rows, parameters, &activations)
    drop(buffers.shrunk, 3, &activations)
    activations.sum(buffers.middle, buffers.shrunk, to: buffers.added2, rows: rows)
    norm2.forward(
      buffers.added2, to: buffers.output, keeping: buffers.statistics2, rows: rows, parameters,
      &activations)
  }

  /// From the gradient of the output, adds the parameters' gradients and replaces the input's.
  package func backward(
    _ buffers: Buffers, sequences: Int, length: Int, dropping: Dropping? = nil,
    _ parameters: Parameters,
    into gradients: inout Parameters, _ activations: inout Activations
  ) {
    let rows = sequences * length
    func drop(_ x: Rows, _ site: Int, _ activations: inout Activations) {
      guard let (dropout, first) = dropping else { return }
      dropout.backward(x, rows: rows, length: length, site: first + site, &activations)
    }
    norm2.backward(
      buffers.added2, from: buffers.output, keeping: buffers.statistics2, rows: rows, parameters,
      into: &gradients, &activations)
    activations.copyGradients(buffers.added2, to: buffers.shrunk, rows: rows)
    drop(buffers.shrunk, 3, &activations)
    shrink.backward(
      buffers.active, from: buffers.shrunk, rows: rows, parameters, into: &gradients, &activations)
    drop(buffers.active, 2, &activations)
    activation.backward(buffers.expanded, from: buffers.active, rows: rows, &activations)
    expand.backward(
      buffers.middle, from: buffers.expanded, rows: rows, parameters, into: &gradients, &activations
    )
    activations.addGradients(buffers.added2, to: buffers.middle, rows: rows)
    norm1.backward(
      buffers.added1, from: buffers.middle, keeping: buffers.statistics1, rows: rows, parameters,
      into: &gradients, &activations)
    activations.copyGradients(buffers.added1, to: buffers.projected, rows: rows)
    drop(buffers.projected, 1, &activations)
    project.backward(
      buffers.attention.output, from: buffers.projected, rows: rows, parameters, into: &gradients,
      &activations)
    attention.backward(
      buffers.attention, sequences: sequences, length: length, dropping: dropping, parameters,
      into: &gradients, &activations)
    activations.addGradients(buffers.added1, to: buffers.input, rows: rows)
  }
}
