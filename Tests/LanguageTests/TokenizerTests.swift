import Language
import Rollouts
import Testing

struct TokenizerTests {
  @Test func `characters count in the order of their code points`() throws {
    let tokenizer = Tokenizer.characters(CharacterTokenizer(of: "banana é"))
    #expect(tokenizer.count == 5)
    #expect(try tokenizer.tokens(of: "ban") == [2, 1, 3])
    #expect(tokenizer.text(of: [4, 0, 1]) == "é a")
    #expect(try Tokenizer(JSON(parsing: tokenizer.json.compact)) == tokenizer)
    let error = #expect(throws: LanguageError.self) { try tokenizer.tokens(of: "x") }
    #expect(
      error?.description
        == "the model knows no 'x': it learned from a text without that character")
  }

  @Test func `the pair that occurs most often is joined first, of equals the first by number`()
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

  @Test(arguments: ["", "plain", "naïve 日本語 👩‍👩‍👧‍👦\u{0}\n\n \t x", "don't  stop"])
  func `any text comes back from its pieces`(text: String) throws {
    let learned = Tokenizer.bytePairs(
      try BytePairTokenizer(of: "the cat sat on the mat. the dog! don't 日本 日本", pieces: 290))
    #expect(learned.text(of: try learned.tokens(of: text)) == text)
    #expect(try Tokenizer(JSON(parsing: learned.json.compact)) == learned)
  }

  @Test func `names spell out what cannot be seen`() {
    let tokenizer = Tokenizer.characters(CharacterTokenizer(of: "a\n\t\u{1}"))
    #expect((0..<4).map(tokenizer.name(of:)) == ["\\x01", "\\t", "\\n", "a"])
  }
}
