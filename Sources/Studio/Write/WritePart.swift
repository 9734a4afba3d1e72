import Experiments
import Language
import Platform
import Recordings
import Rollouts

/// The writing page's requests, under `/api/write`.
struct WritePart: Sendable {
  private let library: Library
  private let shelf: ModelShelf
  private let slots = WritingSlots()

  init(_ library: Library) { (self.library, shelf) = (library, ModelShelf(library)) }

  /// `GET models`, and `model?model=ID&step=N`: the models. `POST text`: a text as it is written; `look`: the
  /// candidates at a place; `fork`: the prompt of another text from there; `keep`: a recording of a text;
  /// `classify`: the sentiment of a text.
  func answer(_ words: ArraySlice<String>, _ request: Request) throws -> Response {
    guard words.count == 1 else { throw Refusal.missing("there is nothing at \(request.path)") }
    switch (request.method, words.first) {
    case ("GET", "models"): return Response(models())
    case ("GET", "model"):
      let step = try request.query["step"].map { _ in try request.step() }
      let desk = try shelf.desk(request.text("model"), step: step)
      return Response(try desk.facts())
    case ("POST", "text"):
      let (wanted, desk) = try writing(request.json())
      let trained = try desk.writer()
      return try Self.orSentence {
        let generation = try generation(wanted, by: trained)
        let stream = try WriteStream(desk, generation, wanted, in: slots.enter())
        return Response(stream, type: "application/x-ndjson")
      }
    case ("POST", "look"):
      let json = try request.json()
      let (wanted, desk) = try writing(json)
      return try Self.orSentence { Response(try desk.look(wanted, at: Self.place(json))) }
    case ("POST", "fork"): return try Self.orSentence { Response(try fork(request.json())) }
    case ("POST", "keep"): return try Self.orSentence { Response(try keep(request.json())) }
    case ("POST", "classify"):
      let json = try request.json()
      let text = try json.word("text", atMost: WriteRequest.mostBytes)
      let desk = try shelf.desk(json.word("model", atMost: 64), step: nil)
      return Response(try desk.classify(text))
    default: throw Refusal.missing("there is nothing at \(request.path)")
    }
  }

  /// An answer, or a sentence why a text is impossible: a prompt that its model cannot read is no failure.
  private static func orSentence(_ answer: () throws -> Response) throws -> Response {
    do {
      return try answer()
    } catch let error as RunError {
      return Response(["absent": .string(error.description)])
    }
  }

  /// The index of a place in a text, from 0; nil is the place after all symbols.
  private static func place(_ json: JSON) throws(Refusal) -> Int? {
    json["place"] == nil || json["place"] == .null
      ? nil : try json.whole("place", in: 0...Int.max)
  }

  private func models() -> JSON {
    [
      "models": .array(shelf.list()), "most_bytes": .integer(WriteRequest.mostBytes),
      "most_tokens": .integer(WriteRequest.mostTokens), "most_loaded": .integer(ModelShelf.most),
    ]
  }

  private func writing(_ json: JSON) throws -> (WriteRequest, ModelDesk) {
    let wanted = try WriteRequest(json)
    let desk = try shelf.desk(wanted.model, step: wanted.step)
    return (try wanted.checked(for: desk.writer()), desk)
  }

  private func generation(
    _ wanted: WriteRequest, by trained: TrainedModel
  ) throws -> TextGeneration {
    try TextGeneration(
      by: trained, prompt: wanted.prompt, tokens: wanted.tokens, sampler: wanted.sampler,
      seed: wanted.seed)
  }

  /// The text before a place, with another symbol there, is the prompt of a new text.
  private func fork(_ json: JSON) throws -> JSON {
    let (wanted, desk) = try writing(json)
    let trained = try desk.writer()
    let tokens = try trained.opening(of: wanted.prompt) + wanted.written
    let place = try desk.checked(Self.place(json), in: tokens)
    let token = try json.whole("token", in: 0...Int.max)
    let prompt = try trained.fork(behind: tokens[..<place], choosing: token)
    guard prompt.utf8.count <= WriteRequest.mostBytes else {
      throw Refusal.invalid("a prompt has at most \(WriteRequest.mostBytes) bytes here")
    }
    return ["prompt": .string(prompt)]
  }

  /// Writes the text again and records it, like `reel generate -o`.
  private func keep(_ json: JSON) throws -> JSON {
    let wanted = try WriteRequest(json)
    let path = try place(json["name"] == nil ? nil : json.word("name", atMost: 80))
    let slot = try slots.enter()
    defer { _ = slot.leave() }
    let model = try shelf.named(wanted.model, step: wanted.step)
    let generation = try generation(wanted, by: model.trained)
    var recorder = try generation.recorder(creating: path, by: model)
    let text = try generation.write(episode: 1, into: &recorder) { _ in true }
    try recorder.finish()
    return [
      "id": .string(Library.id(of: path)), "file": .string(path),
      "tokens": .integer(text.tokens), "digest": .string(try Recording(path).digest()),
    ]
  }

  /// The path of a new recording; without a name an unused one.
  private func place(_ name: String?) throws -> String {
    func path(_ name: String) -> String { "\(Files.trimmed(library.home))/\(name).sqlite" }
    guard let name else {
      let names = (1...).lazy.map { $0 == 1 ? "written" : "written-\($0)" }
      guard let free = names.first(where: { !Files.isTaken(path($0)) }) else {
        preconditionFailure("numbers do not end")
      }
      return path(free)
    }
    let isPlain = name.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || "0123456789-_. ".unicodeScalars.contains(scalar)
    }
    guard isPlain, let first = name.first, !".- ".contains(first) else {
      throw Refusal.invalid(
        "a name has letters, digits, '-', '_' and '.', and begins with a letter")
    }
    guard !Files.isTaken(path(name)) else {
      throw RunError.request("there is a recording '\(name)' already: choose another name")
    }
    return path(name)
  }
}
