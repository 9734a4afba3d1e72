internal import Neural
internal import Rollouts

extension ModelFolder {
  /// Loads GPT-2 and its tokenizer.
  package func gpt2() throws -> TrainedModel {
    guard kind == "gpt2" else {
      throw error("the model is '\(kind)', but only 'gpt2' can write text here")
    }
    let (heads, width) = try heads("n_head", sharing: "n_embd")
    // Null means the default.
    let inner = setting("n_inner") ?? .null
    let activation: Activation
    switch setting("activation_function")?.text ?? "gelu_new" {
    case "gelu_new", "gelu_pytorch_tanh": activation = .geluTanh
    case "gelu": activation = .gelu
    case let other: throw error("the activation '\(other)' is unknown")
    }
    let model = LanguageModel(
      GPTShape(
        vocabulary: try count("vocab_size"), context: try context("n_positions"),
        layers: try layers("n_layer"), heads: heads, width: width,
        inner: inner == .null ? nil : try count("n_inner"), hasBias: true, activation: activation))
    let file = try tensors()
    // Older files omit the first word.
    let prefix = file.entries.contains { $0.name == "wte.weight" } ? "" : "transformer."
    let parameters = try parameters(model.layout, from: file) { name in
      let short = name.dropFirst("transformer.".count)
      // GPT-2's linear layers are stored with their inputs as rows.
      let isTurned = name.contains(".c_") && name.hasSuffix(".weight")
      return (["\(prefix)\(short)"], isTurned)
    }
    return try TrainedModel(model, .bytePairs(try bytePairs()), parameters)
  }

  /// GPT-2's pieces and merges, from `vocab.json` and `merges.txt` or from `tokenizer.json`.
  package func bytePairs() throws -> BytePairTokenizer {
    let vocabulary: JSON?
    var pairs: [(String, String)] = []
    var added: [(piece: String, number: JSON)] = []
    if try has("vocab.json") {
      vocabulary = try json("vocab.json")
      let lines = try text("merges.txt").split { $0 == "\n" || $0 == "\r\n" }
      for line in lines where !line.hasPrefix("#version") {
        let words = line.split(separator: " ")
        guard words.count == 2 else {
          throw error("merges.txt has a line that is not a pair: \(line)")
        }
        pairs.append((String(words[0]), String(words[1])))
      }
    } else if try has("tokenizer.json") {
      let all = try json("tokenizer.json")
      guard all["model"]?["type"]?.text == "BPE" || all["model"]?["merges"] != nil else {
        throw error("tokenizer.json is not a byte-pair encoding")
      }
      vocabulary = all["model"]?["vocab"]
      guard case .array(let merges)? = all["model"]?["merges"] else {
        throw error("tokenizer.json has no merges")
      }
      for merge in merges {
        if case .array(let pair) = merge, pair.count == 2, let left = pair[0].text,
          let right = pair[1].text
        {
          pairs.append((left, right))
        } else if let words = merge.text?.split(separator: " "), words.count == 2 {
          pairs.append((String(words[0]), String(words[1])))
        } else {
          throw error("tokenizer.json has a merge that is not a pair")
        }
      }
      if case .array(let tokens)? = all["added_tokens"] {
        for token in tokens {
          if let text = token["content"]?.text { added.append((text, token["id"] ?? .null)) }
        }
      }
    } else {
      throw error("there is no vocab.json with merges.txt, and no tokenizer.json")
    }
    return try bytePairs(vocabulary, pairs, added)
  }

  private func bytePairs(
    _ vocabulary: JSON?, _ pairs: [(String, String)], _ added: [(piece: String, number: JSON)]
  ) throws -> BytePairTokenizer {
    guard case .object(let members)? = vocabulary else { throw error("there is no vocabulary") }
    let pieces = try pieces(added + members.map { ($0.key, $0.value) })
    let numbers = Dictionary(zip(pieces, pieces.indices), uniquingKeysWith: { first, _ in first })
    var merges: [BytePairTokenizer.Merge] = []
    for (left, right) in pairs {
      guard let left = numbers[left], let right = numbers[right] else {
        throw error("the merge '\(left) \(right)' uses pieces that are not in the vocabulary")
      }
      merges.append(BytePairTokenizer.Merge(left: left, right: right))
    }
    return try BytePairTokenizer(
      // Added pieces are plain text.
      symbols: pieces.map { ByteAlphabet.bytes(of: $0) ?? Array($0.utf8) }, merges: merges,
      end: numbers["<|endoftext|>"])
  }
}
