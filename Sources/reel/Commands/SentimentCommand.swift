import Experiments
import Language
import Pictures
import Platform
import Raster
import Replay
import Rollouts

/// Classifies the sentiment of texts with a DistilBERT from a folder.
struct SentimentCommand: Command {
  static let name = "sentiment"
  static let summary = "classify the sentiment of texts with a DistilBERT from a folder"
  static let group = CommandGroup.language
  static let examples = [
    "reel sentiment --model models/sst2 \"A film to fall in love with.\"",
    "reel sentiment --model models/sst2 \"Two hours of my life.\" -o output/attention.png",
  ]

  private let model: String
  private let texts: [String]
  private let output: String?
  private let theme: Theme
  private let force: Bool

  init(_ arguments: inout Arguments) throws {
    model =
      try arguments.option(
        "--model", value: "DIR",
        help: "a folder with config.json, model.safetensors and vocab.txt or tokenizer.json") ?? ""
    output = try arguments.option(
      "-o", "--output", value: "FILE",
      help: "draw what the classification token looked at in the first text: a .png or .svg")
    theme = try Theme(&arguments)
    force = arguments.flag("--force", help: "overwrite")
    arguments.jsonFlag()
    texts = arguments.remaining(
      "TEXT", help: "texts to classify; default: the lines of standard input")
  }

  func run(_ console: Console) throws -> ExitCode {
    if model.isEmpty { throw Failure.usage("--model is missing", "it names a folder") }
    let classifier: TextClassifier
    do {
      classifier = try TextClassifier(ModelFolder(at: model))
    } catch let error as LanguageError {
      throw Failure.failed("\(error)")
    }
    let pool = ThreadPool(threads: ThreadPool.processorCount)
    var found: [JSON] = []
    var first: TextClassifier.Classification?
    var (given, lines) = (texts[...], InputLines())
    while let text = texts.isEmpty ? lines.next() : given.popFirst() {
      let verdict = classifier.classify(text, pool: pool)
      first = first ?? verdict
      let best = verdict.shares.indices.max { verdict.shares[$0] < verdict.shares[$1] } ?? 0
      let (label, confidence) = (classifier.labels[best], Double(verdict.shares[best]))
      if verdict.isCut {
        console.note("the text is longer than the \(classifier.context) tokens that the model sees")
      }
      if console.isJSON {
        found.append(
          [
            "text": .string(text), "label": .string(label), "confidence": .number(confidence),
            "scores": .object(
              zip(classifier.labels, verdict.shares).map { .init($0, .number(Double($1))) }),
            "tokens": .integer(verdict.tokens.count),
          ])
      } else {
        console.print("\(label)  \(NumberFormat.decimal(confidence, 4))  \(text)")
      }
    }
    if console.isJSON { console.print(.array(found)) }
    if let output, let first { try draw(first, to: output, console) }
    return .done
  }

  /// One row per layer, the mean of its heads: how much the classification token looked at each piece.
  private func draw(
    _ verdict: TextClassifier.Classification, to path: String, _ console: Console
  ) throws {
    let strips = AttentionStrips(
      rows: verdict.attention.map { heads in
        verdict.pieces.indices.map { place in
          heads.reduce(0) { $0 + $1[place] } / Float(heads.count)
        }
      }, tokens: verdict.pieces, title: "What the classification token looked at",
      subtitle: "the mean of each layer's heads, over the pieces of the text", theme: theme)
    try DrawingFile(path, replacing: force).write(strips)
    if !console.isJSON { console.print(path) }
  }
}
