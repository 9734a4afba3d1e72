import Language
import Rollouts
import Testing

struct TokenizerTests {
  @Test func `characters are numbered in the order of their code points`() throws {
    let tokenizer = Tokenizer.characters(CharacterTokenizer(of: "banana é"))
    #expect(tokenizer.count == 5)
    #expect(try tokenizer.tokens(of: "ban") == [2, 1, 3])
    #expect(tokenizer.text(of: [4, 0, 1]) == "é a")
    #expect(try Tokenizer(JSON(parsing: tokenizer.json.compact)) == tokenizer)
    let error = #expect(throws: LanguageError.self) { try tokenizer.tokens(of: "x") }
    #expect(
      error?.description
        == "the model does not know 'x': it was trained on a text without that character")
  }

  @Test func `the most frequent pair is joined first, and among equals the first by number`()
    throws
  {
    // "low" five times, "lower" twice, "newest" six times, "widest" three times (Sennrich's example).
    let text =
      Array(repeating: "low", count: 5) + Array(repeating: "lower", count: 2)
      + Array(repeating: "newest", count: 6) + Array(repeating: "widest", count: 3)
    let tokenizer = try BytePairTokenizer(
      of: text.joined(separator: "\n") + "\n", pieces: 256 + 6)
    let joined = tokenizer.symbols[256...].map { String(decoding: $0, as: UTF8.self) }
    #expect(joined == ["es", "est", "lo", "low", "ew", "new"])
    #expect(tokenizer.tokens(of: "newest") == [261, 257])
  }

  @Test func `pairs are joined as by the simple algorithm, whatever the order of their ranks`()
    throws
  {
    var stream = Stream(seed: 3, purpose: .map)
    func number(below bound: Int) -> Int { Int(stream.next() % UInt64(bound)) }
    for _ in 0..<300 {
      // Pieces of few letters in any order, so a joined piece may have a lower rank than its pair.
      var symbols = (0...UInt8.max).map { [$0] }
      let letters = (97..<97 + 1 + number(below: 3)).map { UInt8($0) }
      for _ in 0..<number(below: 30) {
        let piece = (0..<2 + number(below: 4)).map { _ in letters[number(below: letters.count)] }
        if !symbols.contains(piece) { symbols.append(piece) }
      }
      var merges: [BytePairTokenizer.Merge] = []
      for piece in symbols.dropFirst(256) {
        for split in 1..<piece.count {
          guard let left = symbols.firstIndex(of: Array(piece[..<split])),
            let right = symbols.firstIndex(of: Array(piece[split...]))
          else { continue }
          merges.insert(.init(left: left, right: right), at: number(below: merges.count + 1))
        }
      }
      let tokenizer = try BytePairTokenizer(symbols: symbols, merges: merges)
      let word = (0..<number(below: 60)).map { _ in letters[number(below: letters.count)] }
      #expect(
        tokenizer.tokens(of: String(decoding: word, as: UTF8.self))
          == SimplePairs.joined(word.map { Int($0) }, tokenizer))
    }
  }

  @Test func `pairs are learned as by the simple algorithm`() throws {
    var stream = Stream(seed: 4, purpose: .map)
    func number(below bound: Int) -> Int { Int(stream.next() % UInt64(bound)) }
    for _ in 0..<60 {
      let letters = Array("abc ".unicodeScalars.prefix(1 + number(below: 4)))
      let text = String(
        String.UnicodeScalarView(
          (0..<number(below: 400)).map { _ in letters[number(below: letters.count)] }))
      let count = 256 + number(below: 40)
      let learned = try BytePairTokenizer(of: text, pieces: count)
      #expect(learned.merges == SimplePairs.learned(text, pieces: count), "\(text)")
    }
  }

  @Test func `a word of megabytes takes no longer than many words`() throws {
    var stream = Stream(seed: 5, purpose: .map)
    let letters = (0..<2_000_000).map { _ in UInt8(97 + stream.next() % 10) }
    let text = String(decoding: letters, as: UTF8.self)
    let tokenizer = try BytePairTokenizer(of: text, pieces: 320)
    #expect(tokenizer.symbols.count == 320)
    let tokens = tokenizer.tokens(of: text)
    #expect(tokens.count < 1_500_000)
    #expect(Tokenizer.bytePairs(tokenizer).text(of: tokens) == text)
  }

  @Test func `word pieces of a long word, of many words and of many accents take no longer`() throws
  {
    let pieces = ["[UNK]", "[CLS]", "[SEP]", "e", "##e", String(repeating: "e", count: 90) + "x"]
    let tokenizer = try WordPieceTokenizer(pieces: pieces)
    #expect(tokenizer.tokens(of: String(repeating: "e", count: 2_000_000)) == [1, 0, 2])
    let word = String(repeating: "e", count: 100)
    #expect(tokenizer.tokens(of: word) == [1, 3] + Array(repeating: 4, count: 99) + [2])
    let words = Array(repeating: word, count: 20_000).joined(separator: " ")
    #expect(tokenizer.tokens(of: words, atMost: 512).count > 512)
    #expect(tokenizer.tokens(of: words, atMost: 512).count < 1024)
    // Acute accents and dots below, which change their order when decomposed.
    let accents = String(repeating: "\u{301}\u{323}", count: 700_000)
    #expect(tokenizer.tokens(of: "e" + accents + "e") == [1, 3, 4, 2])
  }

  @Test(arguments: ["", "plain", "naïve 日本語 👩‍👩‍👧‍👦\u{0}\n\n \t x", "don't  stop"])
  func `any text comes back from its pieces`(text: String) throws {
    let learned = Tokenizer.bytePairs(
      try BytePairTokenizer(of: "the cat sat on the mat. the dog! don't 日本 日本", pieces: 290))
    #expect(learned.text(of: try learned.tokens(of: text)) == text)
    #expect(try Tokenizer(JSON(parsing: learned.json.compact)) == learned)
  }

  @Test func `names spell out invisible characters`() {
    let tokenizer = Tokenizer.characters(CharacterTokenizer(of: "a\n\t\u{1}"))
    #expect((0..<4).map(tokenizer.name(of:)) == ["\\x01", "\\t", "\\n", "a"])
  }
}

/// Byte pairs by the algorithms of the papers, which look at all pairs each time.
private enum SimplePairs {
  typealias Merge = BytePairTokenizer.Merge

  static func joined(_ word: [Int], _ tokenizer: BytePairTokenizer) -> [Int] {
    var word = word
    while true {
      let pairs = zip(word, word.dropFirst()).map { Merge(left: $0, right: $1) }
      guard let merge = tokenizer.merges.first(where: pairs.contains),
        let symbol = tokenizer.symbols.firstIndex(
          of: tokenizer.symbols[merge.left] + tokenizer.symbols[merge.right])
      else { return word }
      word = join(merge, to: symbol, in: word)
    }
  }

  static func learned(_ text: String, pieces count: Int) -> [Merge] {
    // With letters and spaces alone, a word is a run of letters with a space before it; of several spaces the
    // last belongs to the word.
    var words: [[Int]] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let spaces = rest.prefix { $0 == 32 }.count
      var length = spaces > 1 && spaces < rest.count ? spaces - 1 : spaces
      if spaces <= 1 {
        length = spaces + rest.dropFirst(spaces).prefix { $0 != 32 }.count
      }
      words.append(rest.prefix(length).map { Int($0) })
      rest = rest.dropFirst(length)
    }
    var merges: [Merge] = []
    while 256 + merges.count < count {
      var counts: [Merge: Int] = [:]
      for word in words {
        for (left, right) in zip(word, word.dropFirst()) {
          counts[Merge(left: left, right: right), default: 0] += 1
        }
      }
      let best = counts.max {
        ($0.value, -$0.key.left, -$0.key.right) < ($1.value, -$1.key.left, -$1.key.right)
      }
      guard let best, best.value > 1 else { break }
      words = words.map { join(best.key, to: 256 + merges.count, in: $0) }
      merges.append(best.key)
    }
    return merges
  }

  private static func join(_ merge: Merge, to symbol: Int, in word: [Int]) -> [Int] {
    var result: [Int] = []
    var place = 0
    while place < word.count {
      let isPair =
        place + 1 < word.count && word[place] == merge.left && word[place + 1] == merge.right
      result.append(isPair ? symbol : word[place])
      place += isPair ? 2 : 1
    }
    return result
  }
}
