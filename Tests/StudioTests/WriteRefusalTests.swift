import Platform
import Rollouts
import Studio
import TestSupport
import Testing

/// Requests that the page would not make are refused with one sentence.
struct WriteRefusalTests {
  private func sentence(_ response: Response, _ status: Int) throws -> String {
    #expect(response.status == status)
    let answer = try Desk.json(response)
    let text = try #require(answer["error"]?.text)
    #expect(!text.contains("\n") && text.utf8.count < 200, "\(text)")
    return text
  }

  @Test(arguments: [
    ("tokens", JSON.integer(0)), ("tokens", .integer(5001)), ("tokens", .integer(.min)),
    ("top_k", .integer(-1)), ("top_k", .number(1.5)), ("temperature", .string("NaN")),
    ("temperature", .integer(-1)), ("temperature", .number(1e300)), ("temperature", .null),
    ("top_p", .integer(0)), ("top_p", .number(1.1)), ("seed", .integer(-1)),
    ("seed", .number(1e19)), ("seed", .string(String(repeating: "1", count: 100_000))),
    ("prompt", .integer(1)), ("prompt", .string(String(repeating: "a", count: 10_000_000))),
    ("written", .string("1")), ("written", .array([.string("a")])), ("written", .array([-1])),
    ("written", .array([.integer(.max)])),
    ("written", .array(Array(repeating: 1, count: 5001))), ("model", .null), ("step", .integer(-1)),
  ])
  func `an invalid request is refused`(name: String, value: JSON) throws {
    try Desk.with { desk in
      for what in ["text", "look", "keep", "fork"] where what != "keep" || name != "written" {
        _ = try sentence(desk.post(what, [.init(name, value)]), 400)
      }
    }
  }

  @Test func `models are named by ids, and only of files in the studio's folders`() throws {
    try Desk.with { desk in
      for model in ["../text.sqlite", "\(desk.folder)/text.sqlite", "text", "", "0123456789ab"] {
        for what in ["text", "look", "keep"] {
          _ = try sentence(desk.post(what, [.init("model", .string(model))]), 404)
        }
        #expect(desk.get("model", ["model": model]).status == 404)
      }
      _ = try sentence(desk.post("text", [.init("model", .string("/" + desk.folder))]), 404)
      // A folder elsewhere, and a link to it, are none of them.
      let outside = "\(Repository.root)/Tests/Reference/tiny-gpt2"
      _ = try Program.shell("ln -s \(outside) linked && cp -r \(outside) inner", in: desk.folder)
      let models = try Desk.json(desk.get("models")).elements("models")
      #expect(models.compactMap { $0["name"]?.text } == ["text", "inner"])
      let folder = try #require(models.last?["id"]?.text)
      let symbols = try desk.symbols([.init("model", .string(folder)), .init("tokens", 5)])
      #expect((1...5).contains(symbols.count))
    }
  }

  @Test func `an unreadable prompt is reported, and names that lead elsewhere are refused`() throws
  {
    try Desk.with { desk in
      // It is no failure, but something a user may type.
      for what in ["text", "look", "fork", "keep"] {
        let answer = try Desk.json(desk.post(what, [.init("prompt", "Ω"), .init("token", 1)]))
        #expect(answer["absent"]?.text?.contains("Ω") == true)
      }
      for name in ["../out", "a/b", "", ".hidden", "-o", "a\u{0}b", "a\nb"] {
        _ = try sentence(desk.post("keep", [.init("name", .string(name))]), 400)
      }
      for place in [JSON.integer(0), .integer(8), .integer(-1), .number(0.5), .string("1")] {
        _ = try sentence(desk.post("look", [.init("place", place)]), 400)
        _ = try sentence(desk.post("fork", [.init("place", place), .init("token", 1)]), 400)
      }
      for token in [JSON.integer(999), .integer(.max)] {
        #expect(try Desk.json(desk.post("fork", [.init("token", token)]))["absent"] != nil)
      }
      #expect(desk.get("text").status == 404 && desk.post("nothing").status == 404)
      var request = Request(method: "POST", path: "/api/write/text")
      for body in ["", "{", "[]", "null", "\"text\"", String(repeating: "[", count: 100_000)] {
        request.body = Array(body.utf8)
        #expect(desk.studio.answer(request).status == 400)
      }
      let recordings = Files.visibleNames(in: desk.folder).filter { Files.ending($0) == "sqlite" }
      #expect(recordings == ["text.sqlite"])
    }
  }
}

struct WriteFeelingTests {
  @Test func `a classifier in a folder classifies a text as reel sentiment does`() throws {
    try Desk.with { desk in
      let path = "\(Repository.root)/Tests/Reference/tiny-distilbert"
      _ = try Program.shell("cp -r \(path) feeling", in: desk.folder)
      let models = try Desk.json(desk.get("models")).elements("models")
      let id = try #require(models.first { $0["kind"] == "classifier" }?["id"]?.text)
      let model = JSON.Member("model", .string(id))
      let found = try Desk.json(desk.post("classify", [model, .init("text", "the film is good")]))
      let outcome = try Program.reel(
        "sentiment", "--model", "feeling", "the film is good", "--json", in: desk.folder)
      let known = try #require(try JSON(parsing: outcome.output).elements().first)
      for label in try found.elements("labels") {
        let name = try #require(label["name"]?.text)
        #expect(label["share"] == known["scores"]?[name])
      }
      let pieces = try found.elements("pieces").count
      #expect(pieces == known["tokens"]?.int)
      for head in try found.elements("attention").flatMap({ try $0.elements() }) {
        #expect(try head.elements().count == pieces)
      }
      #expect(try Desk.json(desk.get("model", ["model": id]))["kind"] == "classifier")
      // Neither kind of model does the work of the other.
      #expect(desk.post("text", [model]).status == 400)
      #expect(desk.post("classify", [.init("text", "a")]).status == 400)
      let long = JSON.Member("text", .string(String(repeating: "good ", count: 10_000)))
      #expect(desk.post("classify", [model, long]).status == 400)
    }
  }
}
