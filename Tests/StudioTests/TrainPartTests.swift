import Platform
import Rollouts
import Studio
import TestSupport
import Testing

/// What the train page asks for, without a browser.
@Suite struct TrainPartTests {
  /// A studio over a folder; its runs are shells that do nothing but wait.
  private static func studio(_ folder: String) -> Studio {
    let shell = """
      echo '{"event":"started","process":'$$',"ticks":'$(cut -d' ' -f22 /proc/$$/stat)',"boot":"'\
      $(cat /proc/sys/kernel/random/boot_id)'"}'; exec sleep 600
      """
    var starter = RunStarter(
      words: { _, _, _ in ["/bin/sh", "-c", shell] }, command: { _ in "reel" })
    starter.most = 1
    return Studio(Library([folder]), gate: Gate(port: 7335), starting: starter)
  }

  private static func answer(
    _ studio: Studio, _ what: String, _ body: JSON? = nil
  ) throws -> (status: Int, json: JSON) {
    var request = Request(method: body == nil ? "GET" : "POST", path: "/api/train/\(what)")
    request.body = Array((body?.compact ?? "").utf8)
    let response = studio.answer(request)
    guard case .bytes(let bytes) = response.body else { throw NoBytes() }
    return (response.status, try JSON(parsing: String(decoding: bytes, as: UTF8.self)))
  }

  private struct NoBytes: Error {}

  private static func states(_ studio: Studio) throws -> [String?] {
    let list = try answer(studio, "list").json
    return try list["rows"]?.elements().map { $0["state"]?.text } ?? []
  }

  @Test func `runs are started, stopped and wait for each other`() throws {
    try withTemporaryFolder { folder in
      let studio = Self.studio(folder)
      let wish: JSON = ["subject": "maze", "seeds": "3-5", "settings": ["alpha": "0.3"]]
      let check = try Self.answer(studio, "check", wish).json
      #expect(check["problems"] == [] && check["runs"]?.int == 3)
      #expect(check["commands"] == ["reel", "reel", "reel"])
      #expect(try Self.answer(studio, "start", wish).json["lines"] == [1, 2, 3])
      #expect(try Self.states(studio) == ["waiting", "waiting", "running"])
      #expect(try Self.answer(studio, "stop", ["line": 2]).status == 200)
      #expect(try Self.answer(studio, "stop", ["line": 1]).status == 200)
      // Another studio finds what the first one started.
      let other = Self.studio(folder)
      for _ in 0..<1000 where try Self.states(other) != ["running", "interrupted", "interrupted"] {}
      #expect(try Self.states(other) == ["running", "interrupted", "interrupted"])
      #expect(try Self.answer(other, "stop", ["line": 3]).status == 200)
    }
  }

  @Test func `an invalid request is refused, and nothing is started`() throws {
    try withTemporaryFolder { folder in
      let studio = Self.studio(folder)
      let wrong: JSON = ["subject": "maze", "settings": ["alpha": "7"]]
      let check = try Self.answer(studio, "check", wrong).json
      #expect(try check["problems"]?.elements().map { $0["field"]?.text } == ["alpha"])
      for wish: JSON in [
        wrong, ["subject": "maze", "seeds": "5-1"], ["subject": "maze", "name": "../x"],
        ["fork": "nothing", "at": "5"], ["resume": "/etc/passwd", "until": 5], [1, 2],
      ] {
        #expect(try Self.answer(studio, "start", wish).status >= 400, "\(wish.compact)")
      }
      #expect(try Self.answer(studio, "stop", ["line": 7]).status >= 400)
      #expect(try Self.states(studio) == [])
      #expect(try Files.names(in: folder) == [])
    }
  }
}
