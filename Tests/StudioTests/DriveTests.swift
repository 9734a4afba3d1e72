import Glibc
import Platform
import Recordings
import Rollouts
import Studio
import TestSupport
import Testing

@Suite struct DriveTests {
  private func studio(_ folder: String) -> Studio {
    Studio(Library([folder]), gate: Gate(port: 1))
  }

  private func get(
    _ studio: Studio, _ what: String, _ query: [String: String] = [:]
  ) throws -> (status: Int, body: Response.Body) {
    let answer = studio.answer(Request(method: "GET", path: "/api/drive/\(what)", query: query))
    return (answer.status, answer.body)
  }

  private func post(_ studio: Studio, _ what: String, _ body: JSON) throws -> (Int, JSON) {
    let answer = studio.answer(
      Request(method: "POST", path: "/api/drive/\(what)", body: Array(body.compact.utf8)))
    guard case .bytes(let bytes) = answer.body else { return (answer.status, .null) }
    return (answer.status, try JSON(parsing: String(decoding: bytes, as: UTF8.self)))
  }

  private func number(_ bytes: [UInt8], at place: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }

  @Test func `a turn-based world is played by keys, shown, and recorded`() throws {
    try withTemporaryFolder { folder in
      let studio = studio(folder)
      let (status, facts) = try post(studio, "open", ["world": "maze", "seed": 3])
      let game = try #require(facts["game"])
      #expect(status == 200 && facts["is_clocked"] == .bool(false))
      #expect(facts["has_agent"] == .bool(false) && facts["can_point"] == .bool(true))
      let stream = try #require(
        try {
          guard
            case .stream(let stream) = try get(
              studio, "frames", ["game": game.text ?? "", "size": "128"]
            ).body
          else { return nil }
          return stream
        }() as (any ByteStream)?)
      let frame = try #require(stream.next())
      let (picture, words) = (number(frame, at: 0), number(frame, at: 4))
      #expect(frame.count == 8 + picture + words)
      #expect(frame[8 + words..<8 + words + 4].elementsEqual([0x89, 0x50, 0x4E, 0x47]))
      let state = try JSON(
        parsing: String(decoding: frame[8..<8 + words], as: UTF8.self))
      #expect(state["t"] == 0 && state["driver"] == "person" && state["run"] == .null)
      for key in ["ArrowDown", "KeyD", "F5"] {
        _ = try post(studio, "input", ["game": game, "held": [], "pressed": .string(key)])
      }
      let now = try post(studio, "input", ["game": game, "held": []]).1
      #expect(now["t"] == 2)
      #expect(stream.next() != nil, "what changed is shown")
      let end = try post(studio, "do", ["game": game, "what": "finish"]).1
      #expect(end["ended"] == .bool(true))
      let path = "\(folder)/maze-played-1.sqlite"
      #expect(try Recording(path).stepCount() == 2 && Recording(path).status() == .finished)
      #expect(end["run"]?.text?.isEmpty == false)
      stream.close()
      #expect(try post(studio, "input", ["game": game, "held": [], "pressed": "KeyA"]).0 == 409)
    }
  }

  @Test func `a game is kept in the studio's folder, even if there was none before`() throws {
    try withTemporaryFolder { folder in
      let studio = studio("\(folder)/recordings")
      let game = try #require(try post(studio, "open", ["world": "maze", "seed": 3]).1["game"])
      _ = try post(studio, "input", ["game": game, "held": [], "pressed": "ArrowDown"])
      _ = try post(studio, "do", ["game": game, "what": "finish"])
      #expect(try Recording("\(folder)/recordings/maze-played-1.sqlite").stepCount() == 1)
    }
  }

  @Test func `a page that asks for a game just after its end still gets its last picture`() throws {
    try withTemporaryFolder { folder in
      let studio = studio(folder)
      let game = try #require(try post(studio, "open", ["world": "maze"]).1["game"])
      #expect(try post(studio, "do", ["game": game, "what": "finish"]).0 == 200)
      // Unwatched games are looked for every two seconds.
      usleep(2_500_000)
      let answer = try get(studio, "frames", ["game": game.text ?? "", "size": "128"])
      #expect(answer.status == 200)
      guard case .stream(let stream) = answer.body, let frame = stream.next() else {
        Issue.record("there is no picture")
        return
      }
      let (picture, words) = (number(frame, at: 0), number(frame, at: 4))
      #expect(picture > 0)
      let state = try JSON(parsing: String(decoding: frame[8..<8 + words], as: UTF8.self))
      #expect(state["ended"] == .bool(true))
      stream.close()
    }
  }

  @Test func `an invalid request is refused with one sentence`() throws {
    try withTemporaryFolder { folder in
      let studio = studio(folder)
      #expect(try post(studio, "open", ["world": "nowhere"]).0 == 422)
      #expect(try post(studio, "open", ["run": "../../etc"]).0 == 404)
      #expect(try post(studio, "open", ["world": "maze", "seed": -1]).0 == 400)
      #expect(try post(studio, "input", ["game": "x"]).0 == 404)
      #expect(try get(studio, "frames", ["game": "x"]).status == 404)
      #expect(try get(studio, "preview", ["world": "lake"]).status == 200)
      let facts = try post(studio, "open", ["world": "snake"]).1
      let game = try #require(facts["game"])
      #expect(try post(studio, "do", ["game": game, "what": "fly"]).0 == 400)
      #expect(try post(studio, "do", ["game": game, "what": "speed", "value": 1e9]).0 == 400)
      #expect(try post(studio, "do", ["game": game, "what": "driver", "value": "agent"]).0 == 409)
      #expect(
        try post(studio, "input", ["game": game, "held": [], "pointer": [1e300, 0]]).0 == 400)
      #expect(Files.visibleNames(in: folder).isEmpty, "nothing was played")
    }
  }

  @Test func `a few games are open at once, and an unwatched one makes room`() throws {
    try withTemporaryFolder { folder in
      let studio = studio(folder)
      let games = try (0..<5).map { _ in
        try #require(try post(studio, "open", ["world": "maze"]).1["game"])
      }
      let statuses = try games.map {
        try post(studio, "input", ["game": $0, "held": [], "pressed": "KeyS"]).0
      }
      #expect(statuses.sorted() == [200, 200, 200, 200, 404])
      #expect(Files.visibleNames(in: folder).filter { $0.hasSuffix(".sqlite") }.count == 4)
    }
  }
}
