internal import Rollouts

/// Byte-level byte-pair encoding: a text's bytes, with frequent neighbours merged (Sennrich and
/// others, https://arxiv.org/abs/1508.07909; Radford and others, 2019).
package struct BytePairTokenizer: Sendable, Equatable {
  /// Two pieces that are merged; earlier merges apply first.
  package struct Merge: Sendable, Hashable {
    package var left: Int
    package var right: Int

    /// Two pieces by their numbers.
    package init(left: Int, right: Int) {
      self.left = left
      self.right = right
    }
  }

  /// The bytes of each piece.
  package let symbols: [[UInt8]]
  package let merges: [Merge]
  /// The piece that ends a text; it is not text itself.
  package let end: Int?
  /// The rank of each pair's merge, and the merged piece.
  private let joins: [Merge: (rank: Int, symbol: Int)]
  /// The piece of each single byte.
  private let single: [Int]
  private let endBytes: [UInt8]

  /// A tokenizer from pieces and merges. Every byte and every merged pair must be a piece.
  package init(symbols: [[UInt8]], merges: [Merge], end: Int? = nil) throws(LanguageError) {
    let numbers = Dictionary(
      zip(symbols, symbols.indices).filter { $0.1 != end }, uniquingKeysWith: { first, _ in first })
    var single: [Int] = []
    for byte in 0...UInt8.max {
      guard let number = numbers[[byte]] else {
        throw LanguageError("the tokenizer's vocabulary lacks the byte \(byte)")
      }
      single.append(number)
    }
    var joins: [Merge: (rank: Int, symbol: Int)] = [:]
    joins.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() where joins[merge] == nil {
      guard symbols.indices.contains(merge.left), symbols.indices.contains(merge.right),
        let joined = numbers[symbols[merge.left] + symbols[merge.right]]
      else {
        throw LanguageError(
          "merge \(rank + 1) of the tokenizer does not make a piece of its vocabulary")
      }
      joins[merge] = (rank, joined)
    }
    if let end, !symbols.indices.contains(end) {
      throw LanguageError("the tokenizer's end is not one of its pieces")
    }
    self.symbols = symbols
    self.merges = merges
    self.end = end
    self.joins = joins
    self.single = single
    endBytes = end.map { symbols[$0] } ?? []
  }

  package static func == (one: Self, other: Self) -> Bool {
    one.symbols == other.symbols && one.merges == other.merges && one.end == other.end
  }

  /// The tokens of a text. The text of the end piece becomes that piece.
  package func tokens(of text: String) -> [Int] {
    guard let end, !endBytes.isEmpty else { return pieces(of: text) }
    let parts = Array(text.utf8).split(
      separator: endBytes, omittingEmptySubsequences: false)
    return Array(
      parts.map { pieces(of: String(decoding: $0, as: UTF8.self)) }.joined(separator: [end]))
  }

  private func pieces(of text: String) -> [Int] {
    var known: [ArraySlice<Unicode.Scalar>: [Int]] = [:]
    var tokens: [Int] = []
    for word in Words(text) {
      if let pieces = known[word] {
        tokens += pieces
      } else {
        let pieces = joined(String(String.UnicodeScalarView(word)).utf8.map { single[Int($0)] })
        known[word] = pieces
        tokens += pieces
      }
    }
    return tokens
  }

  /// Merges the pairs of a word, always those of the lowest rank, until none is left.
  private func joined(_ word: [Int]) -> [Int] {
    var chain = PieceChain()
    chain.append(word)
    var queue = Heap<Candidate>()
    var fresh = Array(word.indices)
    while true {
      for place in fresh {
        if let pair = chain.pair(at: place), let join = joins[pair] {
          queue.insert(Candidate(rank: join.rank, place: place))
        }
      }
      guard let rank = queue.first?.rank else { return chain.pieces }
      fresh = []
      // Merges all pairs of one rank, from left to right, before the pairs that this creates.
      while let next = queue.first, next.rank == rank {
        _ = queue.removeFirst()
        // The pieces here may have been merged with others in the meantime.
        guard let pair = chain.pair(at: next.place), let join = joins[pair], join.rank == rank
        else { continue }
        chain.join(at: next.place, to: join.symbol)
        fresh.append(next.place)
        if let before = chain.place(before: next.place) { fresh.append(before) }
      }
    }
  }

  /// A position in a word where a pair may be merged.
  private struct Candidate: Comparable {
    let rank: Int
    let place: Int

    static func < (one: Self, other: Self) -> Bool {
      (one.rank, one.place) < (other.rank, other.place)
    }
  }
}

/// The words of a text before its bytes are merged, as GPT-2's pattern defines them:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
struct Words: Sequence, IteratorProtocol {
  private enum Kind { case letter, number, blank, other }

  private let text: [Unicode.Scalar]
  private let kinds: [Kind]
  private var place = 0

  init(_ text: String) {
    self.text = Array(text.unicodeScalars)
    kinds = self.text.map { scalar in
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
        .letter
      case .decimalNumber, .letterNumber, .otherNumber: .number
      default: scalar.properties.isWhitespace ? .blank : .other
      }
    }
  }

  mutating func next() -> ArraySlice<Unicode.Scalar>? {
    guard place < text.count else { return nil }
    let end = contraction ?? run
    defer { place = end }
    return text[place..<end]
  }

  private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"]
    .map { Array($0.unicodeScalars) }

  private var contraction: Int? {
    guard text[place] == "'" else { return nil }
    return Self.contractions.first { text[place...].starts(with: $0) }.map { place + $0.count }
  }

  /// The end of a run of one kind of character, including a leading space.
  private var run: Int {
    let first = text[place] == " " && place + 1 < text.count ? place + 1 : place
    if kinds[first] != .blank { return end(of: kinds[first], from: first) }
    let end = end(of: .blank, from: place)
    // The last blank belongs to the next word.
    return end < text.count && end - place > 1 ? end - 1 : end
  }

  private func end(of kind: Kind, from first: Int) -> Int {
    kinds[first...].firstIndex { $0 != kind } ?? text.count
  }
}
