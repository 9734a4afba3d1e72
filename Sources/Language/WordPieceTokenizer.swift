@_spi(_Unicode) internal import Swift

/// BERT's tokenizer: lower case without accents, split into words and punctuation, and each word
/// into the longest known pieces (Devlin and others, https://arxiv.org/abs/1810.04805).
package struct WordPieceTokenizer: Sendable {
  /// The pieces by number; those that continue a word begin with ##.
  package let pieces: [String]
  /// Keyed by bytes, because Swift's strings treat texts that look alike as equal.
  private let numbers: [[UInt8]: Int]
  private let lowercases: Bool
  /// The length of the longest piece in characters: the limit for a lookup.
  private let longest: Int
  private let unknown: Int
  /// The tokens before and after a text.
  package let first: Int
  package let last: Int
  /// Pieces that are used as they are in a text, such as [MASK].
  private let special: [[Unicode.Scalar]]

  /// A tokenizer for the lines of a `vocab.txt`.
  package init(pieces: [String], lowercases: Bool = true) throws(LanguageError) {
    let numbers = Dictionary(
      zip(pieces.map { Array($0.utf8) }, pieces.indices), uniquingKeysWith: { first, _ in first })
    func number(_ piece: String) -> Int? { numbers[Array(piece.utf8)] }
    guard let unknown = number("[UNK]"), let first = number("[CLS]"), let last = number("[SEP]")
    else { throw LanguageError("the vocabulary lacks [UNK], [CLS] or [SEP]") }
    self.pieces = pieces
    self.numbers = numbers
    self.lowercases = lowercases
    longest = pieces.map(\.unicodeScalars.count).max() ?? 0
    (self.unknown, self.first, self.last) = (unknown, first, last)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].filter { number($0) != nil }
      .map { Array($0.unicodeScalars) }
  }

  /// The tokens of a text, with the two that enclose it. For a text of more than `most` tokens,
  /// more than `most` are returned, but not all.
  package func tokens(of text: String, atMost most: Int = .max) -> [Int] {
    var tokens = [first]
    var plain: [Unicode.Scalar] = []
    func addPlain() {
      for word in words(plain) where tokens.count <= most { tokens += split(word) }
      plain = []
    }
    let scalars = Array(text.unicodeScalars)
    var place = 0
    while place < scalars.count {
      if scalars[place] == "[",
        let name = special.first(where: { scalars[place...].starts(with: $0) }),
        let number = numbers[String(String.UnicodeScalarView(name)).utf8Bytes]
      {
        addPlain()
        tokens.append(number)
        place += name.count
      } else {
        plain.append(scalars[place])
        place += 1
      }
    }
    addPlain()
    return tokens + [last]
  }

  /// Words and punctuation; each punctuation mark is a word of its own.
  private func words(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    var words: [[Unicode.Scalar]] = []
    var word: [Unicode.Scalar] = []
    for scalar in normalized(text) {
      if scalar.properties.isWhitespace {
        if !word.isEmpty { words.append(word) }
        word = []
      } else if scalar.isSign {
        if !word.isEmpty { words.append(word) }
        words.append([scalar])
        word = []
      } else {
        word.append(scalar)
      }
    }
    return word.isEmpty ? words : words + [word]
  }

  /// Removes invisible characters, separates Chinese characters, and converts to lower case without
  /// accents.
  private func normalized(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var clean: [Unicode.Scalar] = []
    for scalar in text where !scalar.isInvisible {
      if scalar.isChinese {
        clean += [" ", scalar, " "]
      } else {
        clean.append(scalar.isBlank ? " " : scalar)
      }
    }
    guard lowercases else { return clean }
    return Self.decomposed(clean)
      .filter { $0.properties.generalCategory != .nonspacingMark }
      .flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
  }

  /// Separates letters from their accents. Sorting many accents on one letter takes time with the
  /// square of their number, so no more are processed together than real text has: Unicode's limit
  /// is 30 (Unicode Standard Annex 15, section 13).
  private static func decomposed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var rest = text[...]
    while !rest.isEmpty {
      let accents = rest.dropFirst(256).prefix(256)
        .prefix { $0.properties.canonicalCombiningClass != .notReordered }
      let part = rest.prefix(256 + accents.count)
      result += String(String.UnicodeScalarView(part))._nfd
      rest = rest.dropFirst(part.count)
    }
    return result
  }

  /// The longest known pieces of a word, from its beginning; a word with an unknown part is unknown
  /// as a whole.
  private func split(_ word: [Unicode.Scalar]) -> [Int] {
    guard word.count <= 100 else { return [unknown] }
    var tokens: [Int] = []
    var first = 0
    while first < word.count {
      var end = min(word.count, first + longest)
      var found: Int?
      while end > first {
        let piece = String(String.UnicodeScalarView(word[first..<end]))
        found = numbers[(first == 0 ? piece : "##" + piece).utf8Bytes]
        if found != nil { break }
        end -= 1
      }
      guard let found else { return [unknown] }
      tokens.append(found)
      first = end
    }
    return tokens
  }
}

extension String {
  fileprivate var utf8Bytes: [UInt8] { Array(utf8) }
}

extension Unicode.Scalar {
  /// Control characters and unassigned ones.
  fileprivate var isInvisible: Bool {
    if self == "\t" || self == "\n" || self == "\r" { return false }
    if value == 0 || value == 0xFFFD { return true }
    return switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: true
    default: false
    }
  }

  fileprivate var isBlank: Bool { properties.isWhitespace }

  /// Punctuation, including all ASCII characters that are neither letters nor digits.
  fileprivate var isSign: Bool {
    switch value {
    case 33...47, 58...64, 91...96, 123...126: return true
    default: break
    }
    return switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }

  /// In a block of Chinese characters, each of which is a word.
  fileprivate var isChinese: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
