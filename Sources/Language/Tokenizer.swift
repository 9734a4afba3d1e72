package import Rollouts

/// Converts text to tokens and back.
package enum Tokenizer: Sendable, Equatable {
  /// A token for each character.
  case characters(CharacterTokenizer)
  /// A token for each piece of merged bytes, as in GPT-2.
  case bytePairs(BytePairTokenizer)

  /// How many different tokens there are.
  package var count: Int {
    switch self {
    case .characters(let tokenizer): tokenizer.alphabet.count
    case .bytePairs(let tokenizer): tokenizer.symbols.count
    }
  }

  /// The tokens of a text.
  package func tokens(of text: String) throws(LanguageError) -> [Int] {
    switch self {
    case .characters(let tokenizer): try tokenizer.tokens(of: text)
    case .bytePairs(let tokenizer): tokenizer.tokens(of: text)
    }
  }

  /// The bytes of a token; the bytes of one character may belong to several tokens.
  package func bytes(of token: Int) -> [UInt8] {
    guard (0..<count).contains(token) else { return [] }
    return switch self {
    case .characters(let tokenizer): Array(String(tokenizer.alphabet[token]).utf8)
    case .bytePairs(let tokenizer): tokenizer.symbols[token]
    }
  }

  /// The text of tokens; bytes that are not a character become �.
  package func text(of tokens: some Sequence<Int>) -> String {
    String(decoding: tokens.flatMap(bytes(of:)), as: UTF8.self)
  }

  /// The token that ends a text, if the model has one.
  package var end: Int? {
    guard case .bytePairs(let tokenizer) = self else { return nil }
    return tokenizer.end
  }

  /// A token in readable form: blanks and broken characters are written out.
  package func name(of token: Int) -> String {
    let bytes = bytes(of: token)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return bytes.map { "\\x" + Self.hexadecimal($0) }.joined()
    }
    return text.unicodeScalars.map { scalar in
      switch scalar {
      case "\n": "\\n"
      case "\t": "\\t"
      case "\r": "\\r"
      case "\\": "\\\\"
      case _ where scalar.value < 32 || scalar.value == 127:
        "\\x" + Self.hexadecimal(UInt8(scalar.value))
      default: String(scalar)
      }
    }.joined()
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16)
    return byte < 16 ? "0" + text : text
  }

  /// The tokenizer as a checkpoint stores it.
  package var json: JSON {
    switch self {
    case .characters(let tokenizer):
      [
        "kind": "characters",
        "alphabet": .string(String(String.UnicodeScalarView(tokenizer.alphabet))),
      ]
    case .bytePairs(let tokenizer):
      [
        "kind": "byte pairs",
        "symbols": .array(tokenizer.symbols.map { .string(ByteAlphabet.text(of: $0)) }),
        "merges": .array(
          tokenizer.merges.map { .array([.integer($0.left), .integer($0.right)]) }),
        "end": tokenizer.end.map(JSON.integer) ?? .null,
      ]
    }
  }

  /// The tokenizer in a checkpoint.
  package init(_ json: JSON) throws(LanguageError) {
    switch json["kind"]?.text {
    case "characters":
      guard let alphabet = json["alphabet"]?.text, !alphabet.isEmpty else { throw Self.unreadable }
      self = .characters(CharacterTokenizer(alphabet: Array(alphabet.unicodeScalars)))
    case "byte pairs":
      guard case .array(let symbols)? = json["symbols"], case .array(let merges)? = json["merges"]
      else { throw Self.unreadable }
      let bytes = symbols.compactMap { $0.text.flatMap(ByteAlphabet.bytes(of:)) }
      let pairs = merges.compactMap { merge -> BytePairTokenizer.Merge? in
        guard case .array(let pair) = merge, pair.count == 2, let left = pair[0].int,
          let right = pair[1].int
        else { return nil }
        return BytePairTokenizer.Merge(left: left, right: right)
      }
      guard bytes.count == symbols.count, pairs.count == merges.count else {
        throw Self.unreadable
      }
      self = .bytePairs(
        try BytePairTokenizer(symbols: bytes, merges: pairs, end: json["end"]?.int))
    default: throw Self.unreadable
    }
  }

  private static let unreadable = LanguageError("the checkpoint's tokenizer cannot be read")
}

/// A token for each character, in the order of their code points, as in nanoGPT.
package struct CharacterTokenizer: Sendable, Equatable {
  /// The characters by number.
  package let alphabet: [Unicode.Scalar]
  private let numbers: [Unicode.Scalar: Int]

  /// A tokenizer for all characters in a text.
  package init(of text: String) {
    self.init(alphabet: Set(text.unicodeScalars).sorted { $0.value < $1.value })
  }

  init(alphabet: [Unicode.Scalar]) {
    self.alphabet = alphabet
    numbers = Dictionary(zip(alphabet, alphabet.indices), uniquingKeysWith: { first, _ in first })
  }

  func tokens(of text: String) throws(LanguageError) -> [Int] {
    var tokens: [Int] = []
    tokens.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let number = numbers[scalar] else {
        throw LanguageError(
          "the model does not know '\(scalar)': it was trained on a text without that character")
      }
      tokens.append(number)
    }
    return tokens
  }
}
