package import Neural
import Platform
package import Rollouts

/// A transformer that reads letters. At its last position it predicts the next symbol with logits
/// tied to the symbols' embedding; a linear layer turns these into two heads, for the action and
/// for the value.
package struct GPTPolicy: Sendable, Equatable {
  package let letters: LetterSequence
  package let gpt: GPT
  let mix: Linear
  let policy: Linear
  let value: Linear
  /// Predicts from a frame where each letter is on it, if the settings ask for that.
  let place: Linear?
  private let centers: LetterCenters

  /// The size of the transformer.
  package struct Size: Sendable, Equatable {
    package var layers: Int
    package var heads: Int
    package var width: Int
    package var inner: Int
    /// The width between the logits and the heads.
    package var mixed: Int
    package var start = GPTShape.Start.published
    package var precision = Precision.fp32
    /// Whether it has a head that predicts where each letter is.
    package var guessesPlaces = false

    /// A size.
    package init(
      layers: Int, heads: Int, width: Int, inner: Int, mixed: Int,
      start: GPTShape.Start = .published, precision: Precision = .fp32,
      guessesPlaces: Bool = false
    ) {
      (self.layers, self.heads, self.width) = (layers, heads, width)
      (self.inner, self.mixed, self.start) = (inner, mixed, start)
      (self.precision, self.guessesPlaces) = (precision, guessesPlaces)
    }
  }

  init(_ size: Size, letters: LetterSequence, outputs: Int, to layout: inout ParameterLayout) {
    self.letters = letters
    centers = LetterCenters(letters)
    gpt = GPT(
      GPTShape(
        vocabulary: letters.symbols, context: letters.places + 1, layers: size.layers,
        heads: size.heads, width: size.width, inner: size.inner, symbols: letters.each,
        start: size.start, precision: size.precision),
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
    place =
      size.guessesPlaces
      ? linear("place_head", size.mixed, 2 * letters.alphabet.count, gain: 1) : nil
  }

  /// The blocks of rows for a batch.
  struct Buffers: Sendable, Equatable {
    let gpt: GPT.Buffers
    let logits: Rows
    let mixed: Rows
    /// The gradient of `mixed` from one of the heads, until the other's is added.
    let asked: Rows
    let policy: Rows
    let value: Rows
    let place: Rows?
  }

  func buffers(in activations: inout Activations) -> Buffers {
    Buffers(
      gpt: gpt.buffers(in: &activations, lastOnly: true),
      logits: activations.add(width: gpt.shape.vocabulary),
      mixed: activations.add(width: mix.outputs),
      asked: activations.add(width: mix.outputs),
      policy: activations.add(width: policy.outputs, dense: true),
      value: activations.add(width: 1, dense: true),
      place: place.map { activations.add(width: $0.outputs, dense: true) })
  }

  /// Symbols of some frames → logits of the actions (B, actions) and values (B, 1).
  func forward(
    _ buffers: Buffers, _ symbols: [Int], from first: Int = 0, pool: ThreadPool? = nil,
    _ parameters: Parameters, _ activations: inout Activations
  ) {
    let frames = symbols.count / (letters.places * letters.each)
    gpt.forward(
      buffers.gpt, symbols, length: letters.places, from: first, pool: pool, parameters,
      &activations)
    gpt.head.forward(buffers.gpt.output, to: buffers.logits, rows: frames, parameters, &activations)
    mix.forward(buffers.logits, to: buffers.mixed, rows: frames, parameters, &activations)
    policy.forward(buffers.mixed, to: buffers.policy, rows: frames, parameters, &activations)
    value.forward(buffers.mixed, to: buffers.value, rows: frames, parameters, &activations)
  }

  /// Predicts where the letters of some frames are; the frames themselves contain the answer. Sets
  /// the gradients of `weight` times half the squared error, and returns the sum of the halves.
  func guessPlaces(
    _ buffers: Buffers, _ symbols: [Int], weight: Float, _ parameters: Parameters,
    _ activations: inout Activations
  ) -> Double {
    guard let place, let guessed = buffers.place else { return 0 }
    let size = letters.places * letters.each
    let frames = symbols.count / size
    place.forward(buffers.mixed, to: guessed, rows: frames, parameters, &activations)
    var sum = 0.0
    var centers = [SIMD3<Float>](repeating: .zero, count: letters.alphabet.count)
    for row in 0..<frames {
      self.centers.compute(symbols, from: row * size, into: &centers)
      for (letter, center) in centers.enumerated() {
        for axis in 0...1 {
          let column = 2 * letter + axis
          // A letter that is not on the page has no position.
          let error = center.z > 0 ? activations[guessed, row, column] - center[axis] : 0
          activations[gradient: guessed, row, column] = weight * error
          sum += Double(0.5 * error * error)
        }
      }
    }
    return sum
  }

  /// From the gradients of all outputs, adds those of the parameters.
  func backward(
    _ buffers: Buffers, _ symbols: [Int], _ parameters: Parameters,
    into gradients: inout Parameters,
    _ activations: inout Activations
  ) {
    let frames = symbols.count / (letters.places * letters.each)
    value.backward(
      buffers.mixed, from: buffers.value, rows: frames, parameters, into: &gradients, &activations)
    activations.copyGradients(buffers.mixed, to: buffers.asked, rows: frames)
    policy.backward(
      buffers.mixed, from: buffers.policy, rows: frames, parameters, into: &gradients, &activations)
    activations.addGradients(buffers.asked, to: buffers.mixed, rows: frames)
    if let place, let guessed = buffers.place {
      activations.copyGradients(buffers.mixed, to: buffers.asked, rows: frames)
      place.backward(
        buffers.mixed, from: guessed, rows: frames, parameters, into: &gradients, &activations)
      activations.addGradients(buffers.asked, to: buffers.mixed, rows: frames)
    }
    mix.backward(
      buffers.logits, from: buffers.mixed, rows: frames, parameters, into: &gradients, &activations)
    gpt.head.backward(
      buffers.gpt.output, from: buffers.logits, rows: frames, parameters, into: &gradients,
      &activations)
    gpt.backward(
      buffers.gpt, symbols, length: letters.places, parameters, into: &gradients, &activations)
  }
}

extension LetterSequence {
  /// The initial distance between two neighbouring positions, relative to the difference between
  /// two letters. Distant positions must differ, and near ones must be similar: a network whose
  /// positions start as noise must first learn by trial which of them are neighbours.
  private static let step: Float = 0.1
  private static let deviation = 0.1

  /// A symbol starts as the sum of a vector for its letter and two more for its position within its
  /// place.
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

  /// A place starts from its position on the page, with the same scale.
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

/// Observed letters → symbols; −1 for a letter outside the alphabet, such as a patch's blanks.
struct SymbolTable: Sendable {
  private var numbers = [Int](repeating: -1, count: 256)
  private let letters: LetterSequence

  init(_ letters: LetterSequence) {
    self.letters = letters
    for (number, code) in letters.alphabet.enumerated() { numbers[Int(code)] = number }
  }

  /// Writes the symbols of the observation at an offset of `numbers`.
  func read(_ observations: [Float], from start: Int, into symbols: inout [Int], at place: Int) {
    let size = letters.alphabet.count
    var index = 0
    for _ in 0..<letters.places {
      for spot in 0..<letters.each {
        let number = numbers[Int(observations[start + index] * 255 + 0.5)]
        symbols[place + index] = number < 0 ? number : spot * size + number
        index += 1
      }
    }
  }
}

/// Reads frames one after another. Everything before the first changed letter is cached, since in a
/// causal transformer it does not depend on what comes after.
final class FrameReader: @unchecked Sendable {
  private let policy: GPTPolicy
  private var activations: Activations
  private let buffers: GPTPolicy.Buffers
  private var symbols: [Int]
  /// Whether the cache belongs to the current symbols.
  private var isFresh = false

  init(_ policy: GPTPolicy) {
    self.policy = policy
    activations = Activations(rows: policy.letters.places)
    buffers = policy.buffers(in: &activations)
    symbols = [Int](repeating: 0, count: policy.letters.places * policy.letters.each)
  }

  /// Clears the cache, as is necessary when the parameters have changed.
  func forget() { isFresh = false }

  /// Reads the frame whose symbols begin at an offset, alone or with a pool.
  func read(_ frames: [Int], from start: Int, pool: ThreadPool? = nil, _ parameters: Parameters) {
    let each = policy.letters.each
    var same = 0
    if isFresh {
      while same < symbols.count, symbols[same] == frames[start + same] { same += 1 }
    }
    let first = same / each
    guard first < policy.letters.places else { return }
    for index in same..<symbols.count { symbols[index] = frames[start + index] }
    policy.forward(buffers, symbols, from: first, pool: pool, parameters, &activations)
    isFresh = true
  }

  /// A logit for each action.
  var logits: [Float] { activations.rows(buffers.policy, 1) }
  /// The value of the frame.
  var value: Float { activations[buffers.value, 0, 0] }
  /// How much attention the last position gave to each position, by layer and head.
  func shares() -> [[[Float]]] {
    let length = policy.letters.places
    return zip(policy.gpt.blocks, buffers.gpt.blocks).map { block, buffers in
      block.attention.shares(buffers.qkv, of: length - 1, length: length, &activations)
    }
  }
}
