package import Neural
package import Rollouts

/// A transformer that reads letters and says in its last place what to do and what the frame is worth:
/// the logits of the next symbol, tied to the symbols' embedding, go through a linear layer into two
/// heads.
package struct GPTPolicy: Sendable, Equatable {
  package let letters: LetterSequence
  package let gpt: GPT
  let mix: Linear
  let policy: Linear
  let value: Linear

  /// How large the transformer is.
  package struct Size: Sendable, Equatable {
    package var layers: Int
    package var heads: Int
    package var width: Int
    package var inner: Int
    /// Between the logits and the heads.
    package var mixed: Int
    package var start = GPTShape.Start.published

    /// A size.
    package init(
      layers: Int, heads: Int, width: Int, inner: Int, mixed: Int,
      start: GPTShape.Start = .published
    ) {
      (self.layers, self.heads, self.width) = (layers, heads, width)
      (self.inner, self.mixed, self.start) = (inner, mixed, start)
    }
  }

  init(_ size: Size, letters: LetterSequence, outputs: Int, to layout: inout ParameterLayout) {
    self.letters = letters
    gpt = GPT(
      GPTShape(
        vocabulary: letters.symbols, context: letters.places + 1, layers: size.layers,
        heads: size.heads, width: size.width, inner: size.inner, symbols: letters.each,
        start: size.start),
      tokens: size.start == .page ? letters.symbolStart : nil,
      positions: size.start == .page ? letters.placeStart : nil, to: &layout)
    func linear(_ name: String, _ inputs: Int, _ outputs: Int, gain: Double) -> Linear {
      Linear(
        name, inputs: inputs, outputs: outputs, weight: .orthogonal(gain: gain), bias: .zeros,
        to: &layout)
    }
    mix = linear("mix", letters.symbols, size.mixed, gain: 1)
    policy = linear("policy_head", size.mixed, outputs, gain: 0.01)
    value = linear("value_head", size.mixed, 1, gain: 1)
  }

  /// Where a batch lies among the activations.
  struct Path: Sendable, Equatable {
    let gpt: GPT.Path
    let logits: Rows
    let mixed: Rows
    /// What one of the heads asks of `mixed`, until the other's is added.
    let asked: Rows
    let policy: Rows
    let value: Rows
  }

  func path(in memory: inout Activations) -> Path {
    Path(
      gpt: gpt.path(in: &memory, lastOnly: true),
      logits: memory.add(width: gpt.shape.vocabulary), mixed: memory.add(width: mix.outputs),
      asked: memory.add(width: mix.outputs), policy: memory.add(width: policy.outputs, dense: true),
      value: memory.add(width: 1, dense: true))
  }

  /// Symbols of some frames → logits of the actions (B, actions) and values (B, 1).
  func forward(
    _ path: Path, _ symbols: [Int], from first: Int = 0, crew: Crew? = nil,
    _ parameters: Parameters, _ memory: inout Activations
  ) {
    let frames = symbols.count / (letters.places * letters.each)
    gpt.forward(
      path.gpt, symbols, length: letters.places, from: first, crew: crew, parameters, &memory)
    gpt.head.forward(path.gpt.output, to: path.logits, rows: frames, parameters, &memory)
    mix.forward(path.logits, to: path.mixed, rows: frames, parameters, &memory)
    policy.forward(path.mixed, to: path.policy, rows: frames, parameters, &memory)
    value.forward(path.mixed, to: path.value, rows: frames, parameters, &memory)
  }

  /// From the gradients of both outputs, adds those of the parameters.
  func backward(
    _ path: Path, _ symbols: [Int], _ parameters: Parameters, into gradients: inout Parameters,
    _ memory: inout Activations
  ) {
    let frames = symbols.count / (letters.places * letters.each)
    value.backward(
      path.mixed, from: path.value, rows: frames, parameters, into: &gradients, &memory)
    memory.copyGradients(path.mixed, to: path.asked, rows: frames)
    policy.backward(
      path.mixed, from: path.policy, rows: frames, parameters, into: &gradients, &memory)
    memory.addGradients(path.asked, to: path.mixed, rows: frames)
    mix.backward(
      path.logits, from: path.mixed, rows: frames, parameters, into: &gradients, &memory)
    gpt.head.backward(
      path.gpt.output, from: path.logits, rows: frames, parameters, into: &gradients, &memory)
    gpt.backward(
      path.gpt, symbols, length: letters.places, parameters, into: &gradients, &memory)
  }
}

extension LetterSequence {
  /// How far apart two neighbours begin, as part of the difference between two letters. What stands far
  /// apart must be told apart, and what is near be alike: a network whose places begin as noise first has to
  /// learn by trial which of them are neighbours.
  private static let step: Float = 0.1
  private static let deviation = 0.1

  /// A symbol begins with a vector of its letter's own, and two more for where it stands within its place.
  var symbolStart: Initializer {
    let lines = each / columns
    return .features(
      (0..<symbols).map { symbol in
        let (spot, letter) = symbol.quotientAndRemainder(dividingBy: alphabet.count)
        let column = Float(spot % columns) - Float(columns - 1) / 2
        let line = Float(spot / columns) - Float(lines - 1) / 2
        var features = [Float](repeating: 0, count: 3 * alphabet.count)
        features[3 * letter] = 1
        features[3 * letter + 1] = column * Self.step
        features[3 * letter + 2] = line * Self.step
        return features
      }, deviation: Self.deviation)
  }

  /// A place begins with where it lies on the page, in the same measure.
  var placeStart: Initializer {
    let down = (places + across - 1) / across
    return .features(
      (0...places).map { place in
        let column = Float(place % across) - Float(across - 1) / 2
        let line = Float(place / across) - Float(down - 1) / 2
        return [
          1, column * Float(columns) * Self.step, line * Float(each / columns) * Self.step,
        ]
      }, deviation: Self.deviation)
  }
}
