import Film
import Platform
import Recordings
import Rollouts
import Studio
import TestSupport
import Testing

/// The answers that the run page and the comparison page get.
struct RunPageTests {
  /// A studio over one recording.
  private func studying(
    _ world: String = "maze", _ body: (Studio, _ id: String, Recording) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let path = try smallRun(world, in: folder)
      let studio = Studio(Library([folder]), gate: Gate(port: 1))
      let rows = try Asked.json(studio, "/api/library")["rows"]
      guard case .array(let all)? = rows, let id = all.first?["id"]?.text else { return }
      try body(studio, id, try Recording(path))
    }
  }

  @Test func `the cursor's moment is the recorded one`() throws {
    try studying { studio, id, recording in
      let episode = try recording.episode(7)
      let steps = try recording.steps(of: episode)
      for t in [0, episode.steps / 2, episode.steps] {
        let moment = try Asked.json(
          studio, "/api/run/\(id)/moment", ["episode": "7", "t": "\(t)"])
        let step = steps[min(t, steps.count - 1)]
        #expect(moment["step"]?.int == step.step)
        #expect(moment["end"] == .bool(t == episode.steps))
        if t < episode.steps { #expect(moment["reward"]?.double == step.reward) }
      }
      #expect(
        Asked.response(studio, "/api/run/\(id)/moment", ["episode": "7", "t": "100000"]).status
          == 404)
    }
  }

  @Test func `episodes are found by number, by word and as neighbours`() throws {
    try studying { studio, id, recording in
      func episode(_ word: String) throws -> JSON {
        try Asked.json(studio, "/api/run/\(id)/episode", ["number": word])
      }
      #expect(try episode("3")["episode"]?.int == 3)
      #expect(try episode(">3")["episode"]?.int == 4)
      #expect(try episode("<3")["episode"]?.int == 2)
      let best = try recording.episodes(.best(1))[0].number
      #expect(try episode("best")["episode"]?.int == best)
      #expect(try episode("newest")["episode"]?.int == 30)
      #expect(try episode("<1")["error"]?.text != nil)
      #expect(try episode(">30")["error"]?.text != nil)
      #expect(try episode("<script>")["error"]?.text != nil)
      let last = try recording.stepCount() - 1
      for step in [0, 100, last] {
        let place = try Asked.json(studio, "/api/run/\(id)/place", ["step": "\(step)"])
        let known = try recording.steps(in: step..<step + 1)[0]
        #expect(place["episode"]?.int == known.episode && place["t"]?.int == known.t)
      }
    }
  }

  @Test func `values are the table's before the step, bit for bit`() throws {
    try studying { studio, id, recording in
      let episode = try recording.episode(20)
      let steps = try recording.steps(of: episode)
      for step in [steps[0], steps[steps.count / 2], steps[steps.count - 1]] {
        let found = try Asked.json(
          studio, "/api/run/\(id)/values", ["episode": "20", "t": "\(step.t)"])
        guard case .index(let state) = step.state, case .array(let values)? = found["values"] else {
          Issue.record("a maze's state is a number")
          return
        }
        let table = try recording.qTable(at: step.step)
        #expect(values.compactMap(\.double) == Array(table.row(state)))
      }
    }
  }

  @Test(arguments: ["maze", "lake", "grid", "crawler"])
  func `every view of a table's run has an answer`(world: String) throws {
    try studying(world) { studio, id, _ in
      let cursor = ["episode": "2", "t": "1"]
      for (what, query) in [
        ("stage", cursor), ("strip", cursor), ("values", cursor), ("map", ["step": "40"]),
        ("explanation", ["step": "40"]), ("figure", ["step": "40"]), ("moments", [:]),
        ("curve", [:]), ("curve", ["along": "steps"]), ("curve", ["along": "time"]), ("", [:]),
      ] {
        for theme in ["light", "dark"] {
          let path = "/api/run/\(id)" + (what.isEmpty ? "" : "/\(what)")
          let response = Asked.response(studio, path, query.merging(["theme": theme]) { $1 })
          #expect(response.status == 200, "\(world) \(what)")
          #expect(!Asked.bytes(response).isEmpty)
        }
      }
    }
  }

  @Test func `what is saved is what was shown`() throws {
    try studying { studio, id, recording in
      func saved(_ query: [String: String]) -> Response {
        Asked.response(studio, "/api/run/\(id)/save", query)
      }
      let png = Asked.bytes(saved(["what": "frame", "as": "png", "episode": "2", "t": "0"]))
      #expect(try PNGReader.size(of: png, path: "frame.png").width > 100)
      let gif = Asked.bytes(saved(["what": "episode", "as": "gif", "episode": "30"]))
      #expect(gif.starts(with: Array("GIF89a".utf8)))
      let csv = String(
        decoding: Asked.bytes(saved(["what": "episode", "as": "csv", "episode": "2"])),
        as: UTF8.self)
      let episode = try recording.episode(2)
      #expect(csv.split(separator: "\n").count == episode.steps + 1)
      for query in [
        ["what": "map", "as": "png", "step": "10"], ["what": "map", "as": "csv", "step": "10"],
        ["what": "explanation", "as": "png", "step": "10"], ["what": "curve", "as": "png"],
        ["what": "curve", "as": "csv"],
      ] {
        let response = saved(query)
        #expect(response.status == 200)
        let name = response.headers.first { $0.name == "Content-Disposition" }?.value
        #expect(name?.contains("run-") == true)
      }
      #expect(saved(["what": "passwords", "as": "txt"]).status == 400)
    }
  }

  @Test func `absurd requests are refused with one sentence`() throws {
    try studying { studio, id, _ in
      for (what, query) in [
        ("stage", ["episode": "1", "t": "0", "size": "1000000"]),
        ("stage", ["episode": "1", "t": "-1"]), ("stage", ["episode": "0", "t": "0"]),
        ("stage", ["episode": "99999999999999999999", "t": "0"]), ("stage", [:]),
        ("stage", ["episode": "1", "t": "0", "look": "naked"]),
        ("map", ["step": "1", "style": "<b>"]), ("curve", ["along": "colour"]),
        ("curve", ["width": "1"]), ("play", ["episode": "1", "t": "0", "speed": "nan"]),
        ("place", ["step": "99999999"]), ("nothing", [:]),
      ] {
        let response = Asked.response(studio, "/api/run/\(id)/\(what)", query)
        #expect((400..<500).contains(response.status), "\(what) \(query)")
        #expect(try Asked.json(response)["error"]?.text?.isEmpty == false)
      }
      // Something that a recording does not have is no failure.
      let none = try Asked.json(studio, "/api/run/\(id)/curve", ["metric": "losses/none"])
      #expect(none["absent"]?.text?.contains("no metric 'losses/none'") == true)
    }
  }

  @Test func `a played stream's frames carry their size, episode and step`() throws {
    try studying { studio, id, recording in
      let response = Asked.response(
        studio, "/api/run/\(id)/play", ["episode": "30", "t": "0", "speed": "64"])
      guard case .stream(let stream) = response.body else {
        Issue.record("playing is a stream")
        return
      }
      var last = -1
      while let frame = stream.next() {
        func number(_ place: Int) -> Int {
          (0..<4).reduce(0) { $0 | Int(frame[4 * place + $1]) << (8 * $1) }
        }
        #expect(number(0) == frame.count - 12)
        #expect(number(1) == 30)
        #expect(number(2) > last)
        last = number(2)
        #expect(frame[12...].starts(with: [0x89, 0x50, 0x4E, 0x47]))
      }
      let end = try recording.episode(30).steps
      #expect(last == end, "the last frame is the episode's end")
    }
  }

  @Test func `runs are compared on one clock`() throws {
    try withTemporaryFolder { folder in
      _ = try smallRun(in: folder, as: "a", seed: 1)
      _ = try smallRun(in: folder, as: "b", seed: 2, episodes: 20)
      let studio = Studio(Library([folder]), gate: Gate(port: 1))
      guard case .array(let rows)? = try Asked.json(studio, "/api/library")["rows"] else { return }
      let ids = rows.compactMap { $0["id"]?.text }
      let runs = ids.joined(separator: ",")
      let facts = try Asked.json(studio, "/api/compare/facts", ["runs": runs])
      guard case .array(let differences)? = facts["differences"] else { return }
      let names = differences.compactMap { $0["name"]?.text }
      #expect(names.contains("seed") && names.contains("episodes") && !names.contains("world"))
      let place = try Asked.json(
        studio, "/api/compare/place", ["runs": runs, "clock": "episodes", "at": "25"])
      guard case .array(let episodes) = place else { return }
      #expect(Set(episodes.compactMap { $0["episode"]?.int }) == [25, 20])
      for what in ["chart", "difference"] {
        #expect(Asked.response(studio, "/api/compare/\(what)", ["runs": runs]).status == 200)
      }
      for wrong in [ids[0], "\(ids[0]),\(ids[0])", "", "x,y"] {
        let status = Asked.response(studio, "/api/compare/facts", ["runs": wrong]).status
        #expect((400..<500).contains(status))
      }
    }
  }
}
