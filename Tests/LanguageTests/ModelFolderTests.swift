import Language
import Neural
import Rollouts
import TestSupport
import Testing

/// What Python's transformers computed with the tiny models (Tests/Reference/language_reference.py).
enum Transformers {
  static func load() throws -> JSON {
    try JSON(parsing: Repository.text("Tests/Reference/language.json"))
  }

  static func texts() throws -> [String] { try load().list("texts").compactMap(\.text) }

  /// The settings of a folder, one of them changed.
  static func config(_ folder: String, with name: String, _ value: String) throws -> [UInt8] {
    let text = try Repository.text("Tests/Reference/\(folder)/config.json")
    let lines = text.split(separator: "\n").map { line in
      line.contains("\"\(name)\":")
        ? "\"\(name)\": \(value)\(line.hasSuffix(",") ? "," : "")" : String(line)
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  static func gpt2(with name: String, _ value: String) throws -> ModelFolder {
    try folder("tiny-gpt2", changing: ["config.json": config("tiny-gpt2", with: name, value)])
  }

  /// A folder of the references; `changing` gives other bytes for some of its files, or none.
  static func folder(
    _ name: String, changing: [String: [UInt8]?] = [:]
  ) throws -> ModelFolder {
    try ModelFolder(name) { file, part in
      let bytes = changing[file] ?? (try? Repository.bytes("Tests/Reference/\(name)/\(file)"))
      return bytes.map { Array($0[part.clamped(to: 0..<$0.count)]) }
    }
  }
}

struct ModelFolderTests {
  @Test func `byte pairs are those of transformers, on awkward texts too`() throws {
    let tokenizer = try Transformers.folder("tiny-gpt2").bytePairs()
    let known = try #require(try Transformers.load()["gpt2"])
    for (text, expected) in zip(try Transformers.texts(), try known.list("tokens")) {
      #expect(tokenizer.tokens(of: text) == expected.ints, "\(text)")
      #expect(Tokenizer.bytePairs(tokenizer).text(of: tokenizer.tokens(of: text)) == text)
    }
  }

  @Test func `word pieces are those of transformers, on awkward texts too`() throws {
    let tokenizer = try Transformers.folder("tiny-distilbert").wordPieces()
    let known = try #require(try Transformers.load()["distilbert"])
    for (text, expected) in zip(try Transformers.texts(), try known.list("tokens")) {
      #expect(tokenizer.tokens(of: text) == expected.ints, "\(text)")
    }
  }

  @Test func `GPT-2 has transformers' logits, and continues with the same tokens`() throws {
    let known = try #require(try Transformers.load()["gpt2"])
    let trained = try Transformers.folder("tiny-gpt2").gpt2()
    let context = try known.list("context").compactMap(\.int)
    var writer = TextWriter(trained, prompt: context)
    expectClose(writer.logits(), try known.floats("logits"), within: 1e-4)
    var first = TextWriter(trained, prompt: [context[0]])
    expectClose(first.logits(), try known.floats("first"), within: 1e-4)
    // Token by token is the same as all at once.
    for token in context.dropFirst() { first.append(token) }
    expectClose(first.logits(), try known.floats("logits"), within: 1e-4)
    let draws = Generator(seed: 1).draws(for: .policy, episode: 1, t: 0)
    var greedy = context
    for _ in 0..<12 { greedy.append(writer.write(Sampler(temperature: 0), draws).token) }
    let expected = try known.list("greedy").compactMap(\.int)
    // transformers stops at the end of a text.
    #expect(greedy.starts(with: expected))
  }

  @Test func `DistilBERT has transformers' logits`() throws {
    let known = try #require(try Transformers.load()["distilbert"])
    let classifier = try TextClassifier(Transformers.folder("tiny-distilbert"))
    #expect(classifier.labels == ["NEGATIVE", "POSITIVE"])
    for (text, expected) in zip(try Transformers.texts(), try known.list("logits")) {
      let classification = classifier.classify(text)
      expectClose(classification.logits, expected.doubles.map { Float($0) }, within: 1e-4)
      for heads in classification.attention {
        #expect(heads.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
      }
    }
  }

  @Test(arguments: [
    ("config.json", nil, "tiny-gpt2 has no file config.json"),
    ("model.safetensors", nil, "tiny-gpt2 has no file model.safetensors"),
    ("vocab.json", nil, "tiny-gpt2: there is no vocab.json with merges.txt, and no tokenizer.json"),
    ("merges.txt", nil, "tiny-gpt2 has no file merges.txt"),
    ("merges.txt", "a b c", "tiny-gpt2: merges.txt has a line that is not a pair: a b c"),
    (
      "config.json", #"{"model_type": "llama"}"#,
      "tiny-gpt2: the model is 'llama', but only 'gpt2' can write text here"
    ),
    ("config.json", "{", "tiny-gpt2/config.json is not JSON at byte 1: expected a key"),
  ])
  func `an incomplete folder is refused with one sentence`(
    file: String, content: String?, sentence: String
  ) throws {
    let error = #expect(throws: LanguageError.self) {
      try Transformers.folder("tiny-gpt2", changing: [file: content.map { Array($0.utf8) }]).gpt2()
    }
    if file == "config.json" && content == "{" { return }
    #expect(error?.description == sentence)
  }

  @Test(arguments: [
    ("n_inner", "-1"), ("n_inner", "0"), ("n_inner", "4611686018427387904"), ("n_inner", "1.5"),
    ("n_inner", "1048576"), ("n_embd", "1048576"), ("n_embd", "0"), ("n_layer", "1048576"),
    ("n_layer", "1024"), ("n_layer", "-1"), ("n_head", "0"), ("n_head", "-1"), ("n_head", "3"),
    ("n_positions", "1048576"), ("n_positions", "65536"), ("vocab_size", "1048576"),
    ("vocab_size", "9223372036854775807"), ("vocab_size", "319"), ("n_layer", "null"),
    ("n_embd", "[]"), ("n_layer", "3"),
  ])
  func `sizes that do not match the tensors are refused before memory is allocated`(
    name: String, value: String
  ) throws {
    let error = #expect(throws: LanguageError.self) {
      try Transformers.gpt2(with: name, value).gpt2()
    }
    #expect(error?.description.hasPrefix("tiny-gpt2") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test(arguments: [
    ("dim", "1048576"), ("dim", "0"), ("hidden_dim", "0"), ("hidden_dim", "1048576"),
    ("n_layers", "1048576"), ("n_layers", "1024"), ("n_heads", "0"), ("n_heads", "5"),
    ("max_position_embeddings", "65536"), ("max_position_embeddings", "-1"),
    ("vocab_size", "1048576"), ("vocab_size", "9223372036854775807"), ("vocab_size", "1"),
  ])
  func `sizes that do not match a classifier's tensors are refused`(name: String, value: String)
    throws
  {
    let config = try Transformers.config("tiny-distilbert", with: name, value)
    let error = #expect(throws: LanguageError.self) {
      try TextClassifier(Transformers.folder("tiny-distilbert", changing: ["config.json": config]))
    }
    #expect(error?.description.hasPrefix("tiny-distilbert") == true)
  }

  @Test(arguments: ["-1", "320", "2147483648", "9223372036854775807", "1e3", "\"1\"", "null", "1"])
  func `every piece of a vocabulary needs a number of its own in the model's range`(number: String)
    throws
  {
    let vocabulary = try Repository.text("Tests/Reference/tiny-gpt2/vocab.json")
    let wrong = vocabulary.replacing("{", with: "{\"nobody\": \(number), ", maxReplacements: 1)
    #expect(throws: LanguageError.self) {
      try Transformers.folder("tiny-gpt2", changing: ["vocab.json": Array(wrong.utf8)]).gpt2()
    }
    // In the other files too.
    let added = """
      {"model": {"type": "BPE", "vocab": \(vocabulary), "merges": []},
       "added_tokens": [{"id": \(number), "content": "nobody"}]}
      """
    #expect(throws: LanguageError.self) {
      try Transformers.folder(
        "tiny-gpt2", changing: ["vocab.json": nil, "tokenizer.json": Array(added.utf8)]
      ).gpt2()
    }
    let pieces = #"{"model": {"type": "WordPiece", "vocab": {"[UNK]": 1, "[CLS]": \#(number)}}}"#
    #expect(throws: LanguageError.self) {
      try Transformers.folder(
        "tiny-distilbert", changing: ["vocab.txt": nil, "tokenizer.json": Array(pieces.utf8)]
      ).wordPieces()
    }
  }

  @Test(arguments: [
    // What tokenizer_config.json says, what tokenizer.json says, and whether text is lower-cased.
    (Bool?.none, Bool?.none, true), (nil, false, false), (nil, true, true), (true, false, true),
    (false, true, false),
  ])
  func `text is lower-cased unless the tokenizer's files say otherwise`(
    asked: Bool?, done: Bool?, isSmall: Bool
  ) throws {
    let normalizer = done.map { #""normalizer": {"type": "BertNormalizer", "lowercase": \#($0)},"# }
    let tokenizer = """
      {\(normalizer ?? "") "model": {"type": "WordPiece",
       "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "good": 5, "Good": 6}}}
      """
    let configuration = asked.map { Array(#"{"do_lower_case": \#($0)}"#.utf8) }
    let pieces = try Transformers.folder(
      "tiny-distilbert",
      changing: [
        "vocab.txt": nil, "tokenizer.json": Array(tokenizer.utf8),
        "tokenizer_config.json": configuration,
      ]
    ).wordPieces()
    #expect(pieces.tokens(of: "Good").contains(isSmall ? 5 : 6))
  }

  @Test func `a file that ends before its tensors do is refused before memory is allocated`()
    throws
  {
    // A tensor of a terabyte, in a file of a hundred bytes.
    let header =
      #"{"transformer.wte.weight":{"dtype":"F32","shape":[1048576,262144],"#
      + #""data_offsets":[0,1099511627776]}}"#
    let file = UInt64(header.utf8.count).bytes + Array(header.utf8)
    let error = #expect(throws: LanguageError.self) {
      try Transformers.folder("tiny-gpt2", changing: ["model.safetensors": file]).gpt2()
    }
    #expect(error != nil)
    let whole = try Repository.bytes("Tests/Reference/tiny-gpt2/model.safetensors")
    let short = #expect(throws: LanguageError.self) {
      try Transformers.folder("tiny-gpt2", changing: ["model.safetensors": whole.dropLast()]).gpt2()
    }
    #expect(
      short?.description
        == "tiny-gpt2/model.safetensors ends before the last tensor that its header names")
  }

  @Test func `a vocabulary file that is too large is refused with one sentence`() throws {
    let spaces = [UInt8](repeating: 32, count: 1 << 25)
    let error = #expect(throws: LanguageError.self) {
      try Transformers.folder("tiny-gpt2", changing: ["vocab.json": spaces]).gpt2()
    }
    #expect(error?.description == "tiny-gpt2/vocab.json is larger than 16 MiB")
  }

  @Test func `merges may have either kind of line endings, and errors are one short line`() throws {
    let merges = try Repository.text("Tests/Reference/tiny-gpt2/merges.txt")
    let folder = try Transformers.folder(
      "tiny-gpt2", changing: ["merges.txt": Array(merges.replacing("\n", with: "\r\n").utf8)])
    #expect(try folder.bytePairs() == Transformers.folder("tiny-gpt2").bytePairs())
    let wrong = String(repeating: "a\rb ", count: 100_000)
    let error = #expect(throws: LanguageError.self) {
      try Transformers.folder("tiny-gpt2", changing: ["merges.txt": Array(wrong.utf8)]).gpt2()
    }
    #expect(error?.description.unicodeScalars.count == 401)
    #expect(error?.description.contains(where: \.isNewline) == false)
  }

  @Test func `tensors of another shape are refused with one sentence`() throws {
    let text = try Repository.text("Tests/Reference/tiny-gpt2/config.json")
      .replacing("\"n_positions\": 48", with: "\"n_positions\": 64")
    let error = #expect(throws: LanguageError.self) {
      try Transformers.folder("tiny-gpt2", changing: ["config.json": Array(text.utf8)]).gpt2()
    }
    #expect(
      error?.description
        == "tiny-gpt2: tensor transformer.wpe.weight has the shape [48, 16], but must have [64, 16]"
    )
  }
}

extension JSON {
  func list(_ key: String) throws -> [JSON] {
    guard case .array(let elements)? = self[key] else { throw LanguageError("no \(key)") }
    return elements
  }

  func floats(_ key: String) throws -> [Float] {
    try list(key).compactMap(\.double).map { Float($0) }
  }

  var ints: [Int] { doubles.map { Int($0) } }

  var doubles: [Double] {
    guard case .array(let elements) = self else { return [] }
    return elements.compactMap(\.double)
  }
}

/// Expects numbers that agree up to a tolerance relative to their size, which is at least 1.
func expectClose(
  _ these: [Float], _ those: [Float], within tolerance: Float,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(these.count == those.count, sourceLocation: location)
  for (index, (one, other)) in zip(these, those).enumerated()
  where !(abs(one - other) <= tolerance * max(1, abs(other))) {
    Issue.record("[\(index)] is \(one), not \(other)", sourceLocation: location)
    return
  }
}
