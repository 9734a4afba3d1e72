/// A layer of a transformer that normalizes first, as GPT-2 does: x + attention(norm x), then
/// x + mlp(norm x) with GELU between its two linear layers. In training the shares of attention and what
/// is added may be dropped in part.
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

  /// Adds a block's tensors after a prefix, under nanoGPT's names. `weight` tells how the weights of a
  /// linear layer of so many inputs are drawn, and those of the two that are added to what flows by.
  package init(
    _ name: String, width: Int, heads: Int, inner: Int, hasBias: Bool = true, isCausal: Bool = true,
    activation: Activation = .gelu, to layout: inout ParameterLayout,
    weight: (_ inputs: Int, _ isAdded: Bool) -> Initializer
  ) {
    self.width = width
    self.inner = inner
    self.activation = activation
    attention = Attention(width: width, heads: heads, isCausal: isCausal)
    func linear(_ part: String, _ inputs: Int, _ outputs: Int, isAdded: Bool = false) -> Linear {
      Linear(
        "\(name).\(part)", inputs: inputs, outputs: outputs, hasBias: hasBias,
        weight: weight(inputs, isAdded), bias: .zeros, to: &layout)
    }
    norm1 = LayerNorm("\(name).ln_1", width: width, hasBias: hasBias, to: &layout)
    merge = linear("attn.c_attn", width, 3 * width)
    project = linear("attn.c_proj", width, width, isAdded: true)
    norm2 = LayerNorm("\(name).ln_2", width: width, hasBias: hasBias, to: &layout)
    expand = linear("mlp.c_fc", width, inner)
    shrink = linear("mlp.c_proj", inner, width, isAdded: true)
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
    /// Where only each sequence's last place goes on: its input and what it attended to, (B, D).
    let last: Tail?

    /// What the part after attention works on.
    fileprivate var tail: Tail { last ?? Tail(input: input, attended: attended) }

    struct Tail: Sendable, Equatable {
      let input: Rows
      let attended: Rows
    }
  }

  /// Makes room for a block whose input is another's output. With `lastOnly` nobody asks what becomes
  /// of the places before a sequence's last one: after attention, and in the output, there is a row
  /// for each sequence, not for each place.
  package func path(
    in memory: inout Activations, from input: Rows, lastOnly: Bool = false
  ) -> Path {
    precondition(input.width == width, "the input has the block's width")
    return Path(
      input: input, middle: memory.add(width: width), output: memory.add(width: width),
      normal1: memory.add(width: width), statistics1: norm1.statistics(in: &memory),
      qkv: memory.add(width: 3 * width), attended: memory.add(width: width),
      attentionStatistics: attention.statistics(in: &memory),
      projected: memory.add(width: width), normal2: memory.add(width: width),
      statistics2: norm2.statistics(in: &memory), expanded: memory.add(width: inner),
      active: memory.add(width: inner), shrunk: memory.add(width: width),
      last: lastOnly
        ? Path.Tail(input: memory.add(width: width), attended: memory.add(width: width)) : nil)
  }

  /// What is dropped in a block in training: its sites are numbers from this one on.
  package typealias Dropping = (Dropout, site: Int)
  /// Attention's shares, and what either half adds.
  package static let dropSites = 3

  /// x (B·T, D) → (B·T, D), or (B, D) where only the last places go on. The places of a single sequence
  /// before `first` are taken as they stand from an earlier time.
  package func forward(
    _ path: Path, sequences: Int, length: Int, from first: Int = 0, crew: Crew? = nil,
    dropping: Dropping? = nil, _ parameters: Parameters, _ memory: inout Activations
  ) {
    precondition(first == 0 || sequences == 1, "one sequence at a time goes on")
    let fresh = sequences * length - first
    norm1.forward(
      path.input.dropping(first), to: path.normal1.dropping(first),
      keeping: path.statistics1.dropping(first), rows: fresh, crew: crew, parameters,
      &memory)
    merge.forward(
      path.normal1.dropping(first), to: path.qkv.dropping(first), rows: fresh, crew: crew,
      parameters, &memory)
    attention.forward(
      path.qkv, to: path.attended, keeping: path.attentionStatistics, sequences: sequences,
      length: length, queries: (path.last == nil ? first : length - 1)..<length, crew: crew,
      dropping: dropping, &memory)
    if let last = path.last {
      let place = length - 1
      memory.copy(path.input.each(place, of: length), to: last.input, rows: sequences)
      memory.copy(path.attended.each(place, of: length), to: last.attended, rows: sequences)
      finish(path, rows: 0..<sequences, parameters, &memory)
    } else {
      finish(
        path, rows: first..<sequences * length, length: length, crew: crew, dropping: dropping,
        parameters, &memory)
    }
  }

  /// What becomes of each place after attention; the places have nothing more to do with each other.
  private func finish(
    _ path: Path, rows: Range<Int>, length: Int = 1, crew: Crew? = nil, dropping: Dropping? = nil,
    _ parameters: Parameters, _ memory: inout Activations
  ) {
    let (first, count) = (rows.lowerBound, rows.count)
    func from(_ rows: Rows) -> Rows { rows.dropping(first) }
    let tail = path.tail
    project.forward(
      from(tail.attended), to: from(path.projected), rows: count, crew: crew, parameters, &memory)
    drop(from(path.projected), rows: count, length: length, dropping, at: 1, &memory)
    memory.sum(
      from(tail.input), from(path.projected), to: from(path.middle), rows: count, crew: crew)
    norm2.forward(
      from(path.middle), to: from(path.normal2), keeping: path.statistics2.dropping(first),
      rows: count, crew: crew, parameters, &memory)
    expand.forward(
      from(path.normal2), to: from(path.expanded), rows: count, crew: crew, parameters, &memory)
    activation.forward(
      from(path.expanded), to: from(path.active), rows: count, crew: crew, &memory)
    shrink.forward(
      from(path.active), to: from(path.shrunk), rows: count, crew: crew, parameters, &memory)
    drop(from(path.shrunk), rows: count, length: length, dropping, at: 2, &memory)
    memory.sum(from(path.middle), from(path.shrunk), to: from(path.output), rows: count, crew: crew)
  }

  private func drop(
    _ x: Rows, rows: Int, length: Int, _ dropping: Dropping?, at site: Int,
    _ memory: inout Activations
  ) {
    guard let (dropout, first) = dropping else { return }
    dropout.forward(x, rows: rows, length: length, site: first + site, &memory)
  }

  /// From the gradient of the output, adds those of the parameters and replaces that of the input.
  package func backward(
    _ path: Path, sequences: Int, length: Int, dropping: Dropping? = nil, _ parameters: Parameters,
    into gradients: inout Parameters, _ memory: inout Activations
  ) {
    let rows = sequences * length
    precondition(
      path.last == nil || dropping == nil, "what is dropped belongs to whole sequences")
    unfinish(
      path, rows: path.last == nil ? rows : sequences, length: length, dropping, parameters,
      into: &gradients, &memory)
    if let last = path.last {
      memory.scatterGradients(
        last.attended, to: path.attended.each(length - 1, of: length), rows: sequences,
        adding: false)
    }
    attention.backward(
      path.qkv, from: path.attended, keeping: path.attentionStatistics, sequences: sequences,
      length: length, queries: path.last == nil ? nil : length - 1..<length, dropping: dropping,
      &memory)
    merge.backward(path.normal1, from: path.qkv, rows: rows, parameters, into: &gradients, &memory)
    norm1.backward(
      path.input, from: path.normal1, keeping: path.statistics1, rows: rows, parameters,
      into: &gradients, &memory)
    if path.last == nil {
      memory.addGradients(path.middle, to: path.input, rows: rows)
    } else {
      memory.scatterGradients(
        path.middle, to: path.input.each(length - 1, of: length), rows: sequences, adding: true)
    }
  }

  /// From the gradient of the output back to those of `middle` and of what was attended to.
  private func unfinish(
    _ path: Path, rows: Int, length: Int, _ dropping: Dropping?, _ parameters: Parameters,
    into gradients: inout Parameters,
    _ memory: inout Activations
  ) {
    memory.copyGradients(path.output, to: path.shrunk, rows: rows)
    if let (dropout, first) = dropping {
      dropout.backward(path.shrunk, rows: rows, length: length, site: first + 2, &memory)
    }
    shrink.backward(
      path.active, from: path.shrunk, rows: rows, parameters, into: &gradients, &memory)
    activation.backward(path.expanded, from: path.active, rows: rows, &memory)
    expand.backward(
      path.normal2, from: path.expanded, rows: rows, parameters, into: &gradients, &memory)
    norm2.backward(
      path.middle, from: path.normal2, keeping: path.statistics2, rows: rows, parameters,
      into: &gradients, &memory)
    memory.addGradients(path.output, to: path.middle, rows: rows)
    memory.copyGradients(path.middle, to: path.projected, rows: rows)
    if let (dropout, first) = dropping {
      dropout.backward(path.projected, rows: rows, length: length, site: first + 1, &memory)
    }
    project.backward(
      path.tail.attended, from: path.projected, rows: rows, parameters, into: &gradients, &memory)
  }

  /// One more place of a single sequence, whose places before it stand from earlier times: the rows of the
  /// path are a cache of keys and values. A crew shares out every product.
  func next(
    _ path: Path, place: Int, crew: Crew?, _ parameters: Parameters, _ memory: inout Activations
  ) {
    precondition(path.last == nil, "whole sequences go on")
    func at(_ rows: Rows) -> Rows { rows.dropping(place) }
    norm1.forward(
      at(path.input), to: at(path.normal1), keeping: path.statistics1.dropping(place), rows: 1,
      parameters, &memory)
    merge.next(at(path.normal1), to: at(path.qkv), crew: crew, parameters, &memory)
    attention.next(path.qkv, to: path.attended, place: place, crew: crew, &memory)
    project.next(at(path.attended), to: at(path.projected), crew: crew, parameters, &memory)
    memory.sum(at(path.input), at(path.projected), to: at(path.middle), rows: 1)
    norm2.forward(
      at(path.middle), to: at(path.normal2), keeping: path.statistics2.dropping(place), rows: 1,
      parameters, &memory)
    expand.next(at(path.normal2), to: at(path.expanded), crew: crew, parameters, &memory)
    activation.forward(at(path.expanded), to: at(path.active), rows: 1, &memory)
    shrink.next(at(path.active), to: at(path.shrunk), crew: crew, parameters, &memory)
    memory.sum(at(path.middle), at(path.shrunk), to: at(path.output), rows: 1)
  }
}
