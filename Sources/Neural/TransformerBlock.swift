package import Platform

/// A transformer layer that normalizes first, as in GPT-2: x + attention(norm x), then x + mlp(norm
/// x) with GELU between its two linear layers. In training, dropout is applied to the shares of
/// attention and to what is added.
package struct TransformerBlock: Sendable, Equatable {
  package let width: Int
  package let inner: Int
  package let activation: Activation
  package let attention: Attention
  let norm1: LayerNorm
  let merge: Linear
  let project: Linear
  let norm2: LayerNorm
  let expand: Linear
  let shrink: Linear

  /// Adds a block's tensors after a prefix, under nanoGPT's names. `weight` returns the initializer
  /// for a linear layer with a number of inputs, and the one for the two layers that add to the
  /// residual stream.
  package init(
    _ name: String, width: Int, heads: Int, inner: Int, hasBias: Bool = true, isCausal: Bool = true,
    activation: Activation = .gelu, precision: Precision = .fp32, to layout: inout ParameterLayout,
    weight: (_ inputs: Int, _ isAdded: Bool) -> Initializer
  ) {
    self.width = width
    self.inner = inner
    self.activation = activation
    attention = Attention(width: width, heads: heads, isCausal: isCausal)
    func linear(_ part: String, _ inputs: Int, _ outputs: Int, isAdded: Bool = false) -> Linear {
      Linear(
        "\(name).\(part)", inputs: inputs, outputs: outputs, hasBias: hasBias,
        precision: precision, weight: weight(inputs, isAdded), bias: .zeros, to: &layout)
    }
    norm1 = LayerNorm("\(name).ln_1", width: width, hasBias: hasBias, to: &layout)
    merge = linear("attn.c_attn", width, 3 * width)
    project = linear("attn.c_proj", width, width, isAdded: true)
    norm2 = LayerNorm("\(name).ln_2", width: width, hasBias: hasBias, to: &layout)
    expand = linear("mlp.c_fc", width, inner)
    shrink = linear("mlp.c_proj", inner, width, isAdded: true)
  }

  /// The blocks of rows among the activations; all (B·T, …).
  package struct Buffers: Sendable, Equatable {
    /// The residual stream at the input, in between, and at the output: (D).
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
    /// If only each sequence's last position continues: its input and attention output, (B, D).
    let last: Tail?

    /// The rows that the part after attention works on.
    fileprivate var tail: Tail { last ?? Tail(input: input, attended: attended) }

    struct Tail: Sendable, Equatable {
      let input: Rows
      let attended: Rows
    }
  }

  /// Allocates rows for a block whose input is another block's output. With `lastOnly`, only each
  /// sequence's last position continues: after attention, and in the output, there is one row per
  /// sequence instead of one per position.
  package func buffers(
    in activations: inout Activations, from input: Rows, lastOnly: Bool = false
  ) -> Buffers {
    precondition(input.width == width, "the input has the block's width")
    return Buffers(
      input: input, middle: activations.add(width: width), output: activations.add(width: width),
      normal1: activations.add(width: width), statistics1: norm1.statistics(in: &activations),
      qkv: activations.add(width: 3 * width), attended: activations.add(width: width),
      attentionStatistics: attention.statistics(in: &activations),
      projected: activations.add(width: width), normal2: activations.add(width: width),
      statistics2: norm2.statistics(in: &activations), expanded: activations.add(width: inner),
      active: activations.add(width: inner), shrunk: activations.add(width: width),
      last: lastOnly
        ? Buffers.Tail(
          input: activations.add(width: width), attended: activations.add(width: width)) : nil)
  }

  /// Dropout of a block in training: its sites have numbers from this one on.
  package typealias Dropping = (Dropout, site: Int)
  /// Attention's shares, and what either half adds.
  package static let dropSites = 3

  /// x (B·T, D) → (B·T, D), or (B, D) where only the last positions continue. In a single sequence,
  /// the positions before `first` are cached from an earlier call.
  package func forward(
    _ buffers: Buffers, sequences: Int, length: Int, from first: Int = 0, pool: ThreadPool? = nil,
    dropping: Dropping? = nil, _ parameters: Parameters, _ activations: inout Activations
  ) {
    precondition(first == 0 || sequences == 1, "only a single sequence can continue")
    let fresh = sequences * length - first
    norm1.forward(
      buffers.input.dropping(first), to: buffers.normal1.dropping(first),
      keeping: buffers.statistics1.dropping(first), rows: fresh, pool: pool, parameters,
      &activations)
    merge.forward(
      buffers.normal1.dropping(first), to: buffers.qkv.dropping(first), rows: fresh, pool: pool,
      parameters, &activations)
    attention.forward(
      buffers.qkv, to: buffers.attended, keeping: buffers.attentionStatistics, sequences: sequences,
      length: length, queries: (buffers.last == nil ? first : length - 1)..<length, pool: pool,
      dropping: dropping, &activations)
    if let last = buffers.last {
      let place = length - 1
      activations.copy(buffers.input.each(place, of: length), to: last.input, rows: sequences)
      activations.copy(buffers.attended.each(place, of: length), to: last.attended, rows: sequences)
      finish(buffers, rows: 0..<sequences, parameters, &activations)
    } else {
      finish(
        buffers, rows: first..<sequences * length, length: length, pool: pool, dropping: dropping,
        parameters, &activations)
    }
  }

  /// The part after attention, in which positions no longer interact.
  private func finish(
    _ buffers: Buffers, rows: Range<Int>, length: Int = 1, pool: ThreadPool? = nil,
    dropping: Dropping? = nil,
    _ parameters: Parameters, _ activations: inout Activations
  ) {
    let (first, count) = (rows.lowerBound, rows.count)
    func from(_ rows: Rows) -> Rows { rows.dropping(first) }
    let tail = buffers.tail
    project.forward(
      from(tail.attended), to: from(buffers.projected), rows: count, pool: pool, parameters,
      &activations)
    drop(from(buffers.projected), rows: count, length: length, dropping, at: 1, &activations)
    activations.sum(
      from(tail.input), from(buffers.projected), to: from(buffers.middle), rows: count, pool: pool)
    norm2.forward(
      from(buffers.middle), to: from(buffers.normal2), keeping: buffers.statistics2.dropping(first),
      rows: count, pool: pool, parameters, &activations)
    expand.forward(
      from(buffers.normal2), to: from(buffers.expanded), rows: count, pool: pool, parameters,
      &activations)
    activation.forward(
      from(buffers.expanded), to: from(buffers.active), rows: count, pool: pool, &activations)
    shrink.forward(
      from(buffers.active), to: from(buffers.shrunk), rows: count, pool: pool, parameters,
      &activations)
    drop(from(buffers.shrunk), rows: count, length: length, dropping, at: 2, &activations)
    activations.sum(
      from(buffers.middle), from(buffers.shrunk), to: from(buffers.output), rows: count, pool: pool)
  }

  private func drop(
    _ x: Rows, rows: Int, length: Int, _ dropping: Dropping?, at site: Int,
    _ activations: inout Activations
  ) {
    guard let (dropout, first) = dropping else { return }
    dropout.forward(x, rows: rows, length: length, site: first + site, &activations)
  }

  /// From the gradient of the output, adds the parameters' gradients and replaces the input's.
  package func backward(
    _ buffers: Buffers, sequences: Int, length: Int, dropping: Dropping? = nil,
    _ parameters: Parameters,
    into gradients: inout Parameters, _ activations: inout Activations
  ) {
    let rows = sequences * length
    precondition(
      buffers.last == nil || dropping == nil, "dropout needs whole sequences")
    unfinish(
      buffers, rows: buffers.last == nil ? rows : sequences, length: length, dropping, parameters,
      into: &gradients, &activations)
    if let last = buffers.last {
      activations.scatterGradients(
        last.attended, to: buffers.attended.each(length - 1, of: length), rows: sequences,
        adding: false)
    }
    attention.backward(
      buffers.qkv, from: buffers.attended, keeping: buffers.attentionStatistics,
      sequences: sequences,
      length: length, queries: buffers.last == nil ? nil : length - 1..<length, dropping: dropping,
      &activations)
    merge.backward(
      buffers.normal1, from: buffers.qkv, rows: rows, parameters, into: &gradients, &activations)
    norm1.backward(
      buffers.input, from: buffers.normal1, keeping: buffers.statistics1, rows: rows, parameters,
      into: &gradients, &activations)
    if buffers.last == nil {
      activations.addGradients(buffers.middle, to: buffers.input, rows: rows)
    } else {
      activations.scatterGradients(
        buffers.middle, to: buffers.input.each(length - 1, of: length), rows: sequences,
        adding: true)
    }
  }

  /// The backward pass from the output to `middle` and the attention output.
  private func unfinish(
    _ buffers: Buffers, rows: Int, length: Int, _ dropping: Dropping?, _ parameters: Parameters,
    into gradients: inout Parameters,
    _ activations: inout Activations
  ) {
    activations.copyGradients(buffers.output, to: buffers.shrunk, rows: rows)
    if let (dropout, first) = dropping {
      dropout.backward(buffers.shrunk, rows: rows, length: length, site: first + 2, &activations)
    }
    shrink.backward(
      buffers.active, from: buffers.shrunk, rows: rows, parameters, into: &gradients, &activations)
    activation.backward(buffers.expanded, from: buffers.active, rows: rows, &activations)
    expand.backward(
      buffers.normal2, from: buffers.expanded, rows: rows, parameters, into: &gradients,
      &activations)
    norm2.backward(
      buffers.middle, from: buffers.normal2, keeping: buffers.statistics2, rows: rows, parameters,
      into: &gradients, &activations)
    activations.addGradients(buffers.output, to: buffers.middle, rows: rows)
    activations.copyGradients(buffers.middle, to: buffers.projected, rows: rows)
    if let (dropout, first) = dropping {
      dropout.backward(buffers.projected, rows: rows, length: length, site: first + 1, &activations)
    }
    project.backward(
      buffers.tail.attended, from: buffers.projected, rows: rows, parameters, into: &gradients,
      &activations)
  }

  /// Adds one position to a single sequence whose earlier positions are cached: the rows of the
  /// buffers are a cache of keys and values. A pool shares every product.
  func next(
    _ buffers: Buffers, place: Int, pool: ThreadPool?, _ parameters: Parameters,
    _ activations: inout Activations
  ) {
    precondition(buffers.last == nil, "only whole sequences can continue")
    func at(_ rows: Rows) -> Rows { rows.dropping(place) }
    norm1.forward(
      at(buffers.input), to: at(buffers.normal1), keeping: buffers.statistics1.dropping(place),
      rows: 1,
      parameters, &activations)
    merge.next(at(buffers.normal1), to: at(buffers.qkv), pool: pool, parameters, &activations)
    attention.next(buffers.qkv, to: buffers.attended, place: place, pool: pool, &activations)
    project.next(
      at(buffers.attended), to: at(buffers.projected), pool: pool, parameters, &activations)
    activations.sum(at(buffers.input), at(buffers.projected), to: at(buffers.middle), rows: 1)
    norm2.forward(
      at(buffers.middle), to: at(buffers.normal2), keeping: buffers.statistics2.dropping(place),
      rows: 1,
      parameters, &activations)
    expand.next(at(buffers.normal2), to: at(buffers.expanded), pool: pool, parameters, &activations)
    activation.forward(at(buffers.expanded), to: at(buffers.active), rows: 1, &activations)
    shrink.next(at(buffers.active), to: at(buffers.shrunk), pool: pool, parameters, &activations)
    activations.sum(at(buffers.middle), at(buffers.shrunk), to: at(buffers.output), rows: 1)
  }
}
