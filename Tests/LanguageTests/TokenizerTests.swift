import Language
import Testing

struct TokenizerTests {
  @Test func `characters count in the order of their code points`() throws {
    let tokenizer = Tokenizer.characters(CharacterTokenizer(of: "banana é"))
    #expect(tokenizer.count == 5)
    #expect(try tokenizer.tokens(of: "ban") == [2, 1, 3])
    #expect(tokenizer.text(of: [4, 0, 1]) == "é a")
    #expect(try Tokenizer(tokenizer.json) == tokenizer)
    #expect(throws: LanguageError.self) { try tokenizer.tokens(of: "x") }
  }
}
