import Platform
import Rollouts
import Studio
import TestSupport
import Testing

/// A studio over one folder with a small model in it, asked without a network.
struct Desk {
  let folder: String
  let studio: Studio
  /// The id of the recording of training.
  let model: String

  private static let recording = Result {
    try withTemporaryFolder { folder -> [UInt8] in
      let text = String(repeating: "The cat sat on the mat; the dog lay on the log.\n", count: 44)
      try Files.write(Array(text.utf8), toNewFile: "\(folder)/poem.txt")
      let small =
        "--set steps=24 --set layers=2 --set heads=2 --set width=16 --set context=16 --set batch=4 "
        + "--set warmup=4 --set evaluate_every=8 --set evaluation_batches=2 --set snapshot_every=8"
      let line = "train text --text poem.txt --preset nano \(small) -o text.sqlite --quiet"
      #expect(try Program.reel(line: line, in: folder).code == 0)
      return try Files.contents(of: "\(folder)/text.sqlite", limit: 1 << 24)
    }
  }

  static func with(_ body: (Desk) throws -> Void) throws {
    let bytes = try recording.get()
    try withTemporaryFolder { folder in
      try Files.write(bytes, toNewFile: "\(folder)/text.sqlite")
      let studio = Studio(Library([folder]), gate: Gate(port: 7335))
      let models = try json(studio.answer(Request(method: "GET", path: "/api/write/models")))
      let first = try models.elements("models").first
      let id = try #require(first?["id"]?.text)
      try body(Desk(folder: folder, studio: studio, model: id))
    }
  }

  static func json(_ response: Response) throws -> JSON {
    guard case .bytes(let bytes) = response.body else { return .null }
    return try JSON(parsing: String(decoding: bytes, as: UTF8.self))
  }

  func get(_ what: String, _ query: [String: String] = [:]) -> Response {
    var request = Request(method: "GET", path: "/api/write/\(what)")
    request.query = query
    return studio.answer(request)
  }

  func post(_ what: String, _ changes: [JSON.Member] = []) -> Response {
    let usual: [JSON.Member] = [
      .init("model", .string(model)), .init("prompt", "The cat"), .init("tokens", 60),
      .init("temperature", 0.9), .init("top_k", 0), .init("top_p", 0.95), .init("seed", 7),
    ]
    let kept = usual.filter { known in !changes.contains { $0.key == known.key } }
    var request = Request(method: "POST", path: "/api/write/\(what)")
    request.body = Array(JSON.object(kept + changes).compact.utf8)
    return studio.answer(request)
  }

  /// The symbols of a stream, up to a number of them; then it is closed.
  func symbols(_ changes: [JSON.Member] = [], most: Int = .max) throws -> [JSON] {
    let response = post("text", changes)
    guard case .stream(let stream) = response.body else {
      let answer = try Self.json(response).compact
      return try #require(nil, "\(answer)")
    }
    defer { stream.close() }
    var found: [JSON] = []
    while found.count < most, let bytes = stream.next() {
      let line = try JSON(parsing: String(decoding: bytes, as: UTF8.self))
      if line["symbols"] != nil { found += try line.elements("symbols") }
    }
    return Array(found.prefix(most))
  }

  func text(_ symbols: [JSON]) -> String { symbols.compactMap { $0["text"]?.text }.joined() }

  func written(_ symbols: some Sequence<JSON>) -> JSON.Member {
    .init("written", .array(symbols.compactMap { $0["token"] }))
  }
}

struct WriteTests {
  private static let settings = "--temperature 0.9 --top-k 0 --top-p 0.95 --seed 7"

  @Test func `the streamed text is the one that reel generate writes`() throws {
    try Desk.with { desk in
      let symbols = try desk.symbols()
      #expect(symbols.count == 60)
      let outcome = try Program.reel(
        line: "generate text.sqlite --prompt 'The cat' --tokens 60 \(Self.settings) --json",
        in: desk.folder)
      let known = try JSON(parsing: outcome.output)
      #expect(known["text"]?.text == "The cat" + desk.text(symbols))
      let sum = symbols.reduce(0) { $0 + ($1["log"]?.double ?? .nan) }
      #expect(abs(sum - (known["log_probability"]?.double ?? .nan)) < 1e-9)
    }
  }

  @Test(arguments: [1, 9, 30, 59])
  func `a text that is stopped and continued is the same as an uninterrupted one`(count: Int) throws
  {
    try Desk.with { desk in
      let whole = try desk.symbols()
      let start = try desk.symbols(most: count)
      let rest = try desk.symbols([desk.written(start)])
      #expect(start + rest == whole)
      // Also with more tokens than asked for at first.
      let further = try desk.symbols([desk.written(whole), .init("tokens", 90)])
      #expect(try whole + further == desk.symbols([.init("tokens", 90)]))
    }
  }

  @Test func `a kept text is the recording that reel generate makes`() throws {
    try Desk.with { desk in
      let kept = try Desk.json(desk.post("keep", [.init("tokens", 41), .init("name", "mine")]))
      #expect(kept["file"]?.text == "\(desk.folder)/mine.sqlite")
      let line =
        "generate text.sqlite --prompt 'The cat' --tokens 41 \(Self.settings) -o cli.sqlite"
      #expect(try Program.reel(line: "\(line) --quiet", in: desk.folder).code == 0)
      let digest = try Program.reel(line: "digest cli.sqlite", in: desk.folder).output
      #expect(digest.contains(try #require(kept["digest"]?.text)))
      #expect(try Program.reel(line: "verify mine.sqlite", in: desk.folder).code == 0)
      // Nothing is overwritten; without a name, a free one is chosen.
      let again = try Desk.json(desk.post("keep", [.init("name", "mine")]))
      #expect(again["absent"]?.text?.contains("'mine' already") == true)
      for name in ["written", "written-2"] {
        #expect(
          try Desk.json(desk.post("keep"))["file"]?.text == "\(desk.folder)/\(name).sqlite")
      }
    }
  }

  @Test func `a fork keeps the text before it, and is a new prompt`() throws {
    try Desk.with { desk in
      let symbols = try desk.symbols()
      let look = try Desk.json(desk.post("look", [desk.written(symbols), .init("place", 17)]))
      let candidates = try look.elements("candidates")
      // Seven symbols are the prompt's.
      #expect(candidates.first { $0["chosen"] == true }?["token"] == symbols[10]["token"])
      let other = try #require(candidates.first { $0["chosen"] == false })
      let fork = try Desk.json(
        desk.post(
          "fork",
          [
            desk.written(symbols), .init("place", 17), .init("token", other["token"] ?? .null),
          ]))
      let prompt = try #require(fork["prompt"]?.text)
      #expect(prompt.hasPrefix("The cat" + desk.text(Array(symbols.prefix(10)))))
      #expect(prompt.count == 18)
      let written = try desk.symbols([.init("prompt", .string(prompt)), .init("seed", 8)])
      let outcome = try Program.reel(
        "generate", "text.sqlite", "--prompt", prompt, "--tokens", "60", "--temperature", "0.9",
        "--top-k", "0", "--top-p", "0.95", "--seed", "8", "--json", in: desk.folder)
      #expect(try JSON(parsing: outcome.output)["text"]?.text == prompt + desk.text(written))
    }
  }

  @Test func `a model can be used at any of its checkpoints`() throws {
    try Desk.with { desk in
      let facts = try Desk.json(desk.get("model", ["model": desk.model]))
      #expect(try facts.elements("steps").compactMap(\.int) == [0, 8, 16, 24])
      #expect(facts["context"]?.int == 16 && facts["kind"] == "writer")
      let early = try Desk.json(desk.get("model", ["model": desk.model, "step": "8"]))
      #expect(early["step"]?.int == 8)
      let texts = try [0, 8, 24].map { try desk.text(desk.symbols([.init("step", .integer($0))])) }
      #expect(Set(texts).count == 3)
    }
  }

  @Test func `two texts are written at once, and one without a reader makes room`() throws {
    try Desk.with { desk in
      func stream() -> (any ByteStream)? {
        guard case .stream(let stream) = desk.post("text").body else { return nil }
        return stream
      }
      let first = try #require(stream())
      let second = try #require(stream())
      #expect(first.next() != nil && second.next() != nil)
      #expect(desk.post("text").status == 409 && desk.post("keep").status == 409)
      first.close()
      let third = try #require(stream())
      while second.next() != nil {}
      // A text that has ended and is closed frees one place.
      second.close()
      #expect(stream() != nil)
      third.close()
    }
  }
}
