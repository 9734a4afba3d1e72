import Glibc
import Platform
import Recordings
import Rollouts
import Studio
import TestSupport
import Testing

/// The answers that the library page gets.
struct LibraryTests {
  /// The answer of a studio over a folder.
  private func rows(_ studio: Studio, _ query: [String: String] = [:]) throws -> [JSON] {
    let answer = try Asked.json(studio, "/api/library", query)
    guard case .array(let rows)? = answer["rows"] else { return [] }
    return rows
  }

  @Test func `each recording is a row, the newest first, and a broken file says why`() throws {
    try withTemporaryFolder { folder in
      _ = try smallRun(in: folder, as: "old", tags: ["a"], note: "first")
      utimes("\(folder)/old.sqlite", daysAgo: 2)
      _ = try smallRun("lake", in: folder, as: "new")
      utimes("\(folder)/new.sqlite", daysAgo: 1)
      try OutputFile.write(
        Array("no database".utf8), to: "\(folder)/broken.sqlite", replacing: false)
      try OutputFile.write(Array("nothing".utf8), to: "\(folder)/notes.txt", replacing: false)
      let studio = Studio(Library([folder]), gate: Gate(port: 1))
      let rows = try rows(studio)
      #expect(rows.map { $0["name"]?.text } == ["broken", "new", "old"])
      #expect(rows[0]["failure"]?.text?.contains("broken.sqlite") == true)
      #expect(rows[1]["world"]?.text == "lake")
      #expect(rows[2]["tags"] == ["a"])
      #expect(rows[2]["note"]?.text == "first")
      #expect(rows[2]["status"]?.text == "finished")
      // A part of them, for the first screen.
      #expect(try self.rows(studio, ["count": "1"]).count == 1)
      #expect(try self.rows(studio, ["from": "2"]).first?["name"]?.text == "old")
      // Ids do not reveal paths.
      #expect(rows.allSatisfy { ($0["id"]?.text ?? "").allSatisfy(\.isHexDigit) })
    }
  }

  @Test func `a catalog stands for the recordings that it lists`() throws {
    try withTemporaryFolder { folder in
      let runs = [try smallRun(in: folder, as: "a"), try smallRun("lake", in: folder, as: "b")]
      _ = try smallRun(in: folder, as: "c")
      _ = try RunCatalog.update("\(folder)/some.sqlite", with: runs) { _, _ in true }
      let studio = Studio(Library(["\(folder)/some.sqlite"]), gate: Gate(port: 1))
      #expect(try Set(rows(studio).map { $0["name"]?.text }) == ["a", "b"])
    }
  }

  @Test func `new, removed and replaced files are noticed`() throws {
    try withTemporaryFolder { folder in
      let studio = Studio(Library([folder]), gate: Gate(port: 1))
      #expect(try rows(studio).isEmpty)
      let path = try smallRun(in: folder)
      usleep(600_000)
      let id = try #require(rows(studio).first?["id"]?.text)
      #expect(try Asked.json(studio, "/api/run/\(id)")["world"]?.text == "maze")
      // Another file takes its name.
      try Files.removeFile(path)
      _ = try smallRun("lake", in: folder)
      usleep(600_000)
      #expect(try Asked.json(studio, "/api/run/\(id)")["world"]?.text == "lake")
      try Files.removeFile(path)
      let gone = Asked.response(studio, "/api/run/\(id)")
      #expect(gone.status == 404)
      #expect(try Asked.json(gone)["error"]?.text?.contains("no longer exists") == true)
      usleep(600_000)
      #expect(try rows(studio).isEmpty)
      #expect(Asked.response(studio, "/api/run/\(id)").status == 404)
    }
  }

  @Test func `tags and a note are changed from the page, and read by all`() throws {
    try withTemporaryFolder { folder in
      let path = try smallRun(in: folder, tags: ["one", "two"])
      let studio = Studio(Library([folder]), gate: Gate(port: 1))
      let id = try #require(rows(studio).first?["id"]?.text)
      let label: JSON = ["id": .string(id), "tags": ["two", "three"], "note": "<b>bold</b>"]
      let answer = try Asked.json(Asked.response(studio, "/api/library/label", posting: label))
      #expect(answer["tags"] == ["two", "three"])
      let run = try Recording(path).description()
      #expect(run.tags == ["two", "three"] && run.note == "<b>bold</b>")
      for wrong: JSON in [
        [:], ["id": .string(id)], ["id": "nothing", "tags": [], "note": ""],
        ["id": .string(id), "tags": [1], "note": ""],
        ["id": .string(id), "tags": [], "note": .string(String(repeating: "a", count: 20_000))],
      ] {
        let status = Asked.response(studio, "/api/library/label", posting: wrong).status
        #expect(status == 400 || status == 404)
      }
    }
  }

  @Test func `rows have small pictures, in both themes`() throws {
    try withTemporaryFolder { folder in
      _ = try smallRun(in: folder)
      let studio = Studio(Library([folder]), gate: Gate(port: 1))
      let id = try #require(rows(studio).first?["id"]?.text)
      for theme in ["light", "dark"] {
        let thumb = Asked.response(studio, "/api/library/thumb", ["id": id, "theme": theme])
        #expect(Asked.bytes(thumb).starts(with: [0x89, 0x50, 0x4E, 0x47]))
        let spark = Asked.response(studio, "/api/library/spark", ["id": id, "theme": theme])
        #expect(String(decoding: Asked.bytes(spark), as: UTF8.self).contains("<svg"))
      }
      #expect(
        Asked.response(studio, "/api/library/thumb", ["id": id, "theme": "pink"]).status == 400)
    }
  }

  private func utimes(_ path: String, daysAgo days: Int) {
    let time = timeval(tv_sec: Int(secondsSince1970()) - days * 86_400, tv_usec: 0)
    _ = Glibc.utimes(path, [time, time])
  }
}

/// Requests to a studio, without a network.
enum Asked {
  static func response(
    _ studio: Studio, _ path: String, _ query: [String: String] = [:], posting body: JSON? = nil
  ) -> Response {
    var request = Request(method: body == nil ? "GET" : "POST", path: path)
    request.query = query
    request.body = body.map { Array($0.compact.utf8) } ?? []
    return studio.answer(request)
  }

  static func bytes(_ response: Response) -> [UInt8] {
    guard case .bytes(let bytes) = response.body else { return [] }
    return bytes
  }

  static func json(_ response: Response) throws -> JSON {
    try JSON(parsing: String(decoding: bytes(response), as: UTF8.self))
  }

  static func json(
    _ studio: Studio, _ path: String, _ query: [String: String] = [:]
  ) throws -> JSON {
    try json(response(studio, path, query))
  }
}
