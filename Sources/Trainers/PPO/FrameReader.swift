import Neural
import Rollouts

/// Letters as observed → symbols; −1 for a letter outside the alphabet, such as a patch's blanks.
struct SymbolTable: Sendable {
  private var numbers = [Int](repeating: -1, count: 256)
  private let letters: LetterSequence

  init(_ letters: LetterSequence) {
    self.letters = letters
    for (number, code) in letters.alphabet.enumerated() { numbers[Int(code)] = number }
  }

  /// Writes the symbols of the observation that begins at a place of `numbers`.
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

/// Reads one frame after the other: what stands before the first changed letter was read before, and
/// in a causal transformer does not depend on what comes after it.
final class FrameReader: @unchecked Sendable {
  private let policy: GPTPolicy
  private var memory: Activations
  private let path: GPTPolicy.Path
  private var symbols: [Int]
  /// Whether the memory holds what became of the symbols.
  private var isFresh = false

  init(_ policy: GPTPolicy) {
    self.policy = policy
    memory = Activations(rows: policy.letters.places)
    path = policy.path(in: &memory)
    symbols = [Int](repeating: 0, count: policy.letters.places * policy.letters.each)
  }

  /// Forgets the last frame, as is needed when the parameters have changed.
  func forget() { isFresh = false }

  /// Reads the frame whose symbols begin at a place, on its own or with a crew.
  func read(_ frames: [Int], from start: Int, crew: Crew? = nil, _ parameters: Parameters) {
    let each = policy.letters.each
    var same = 0
    if isFresh {
      while same < symbols.count, symbols[same] == frames[start + same] { same += 1 }
    }
    let first = same / each
    guard first < policy.letters.places else { return }
    for index in same..<symbols.count { symbols[index] = frames[start + index] }
    policy.forward(path, symbols, from: first, crew: crew, parameters, &memory)
    isFresh = true
  }

  /// What the policy says: a logit for each action.
  var logits: [Float] { memory.rows(path.policy, 1) }
  /// What the frame is worth.
  var value: Float { memory[path.value, 0, 0] }
  /// How much of its attention the last place gave to each place in the last layer, head by head.
  func shares() -> [[Float]] {
    let length = policy.letters.places
    guard let block = policy.gpt.blocks.last, let blockPath = path.gpt.blocks.last else {
      return []
    }
    return block.attention.shares(blockPath.qkv, of: length - 1, length: length, &memory)
  }
}
