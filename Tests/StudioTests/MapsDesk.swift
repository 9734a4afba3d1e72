import Rollouts
import Studio
import TestSupport
import Testing

/// A studio with maps and recordings in the test's folder, asked as the maps page asks it.
struct MapsDesk {
  let studio: Studio
  let folder: String

  /// A studio in a folder; maps are kept in another one if that is given.
  init(_ folder: String, maps: String? = nil) {
    self.folder = folder
    studio = Studio(
      Library(["\(folder)/recordings"]), gate: Gate(port: 7335), maps: maps ?? "\(folder)/maps")
  }

  /// The status and the value of an answer.
  struct Answer {
    var status: Int
    var json: JSON
    /// The sentence of a refusal.
    var sentence: String { json["error"]?.text ?? "" }
  }

  /// The answer to a GET, as bytes.
  func bytes(_ path: String, _ query: [String: String] = [:]) throws -> (Response, [UInt8]) {
    var request = Request(method: "GET", path: path)
    request.query = query
    return try Self.bytes(of: studio.answer(request))
  }

  /// The answer to a GET.
  func get(_ path: String, _ query: [String: String] = [:]) throws -> Answer {
    let (response, bytes) = try bytes(path, query)
    return Answer(
      status: response.status, json: try JSON(parsing: String(decoding: bytes, as: UTF8.self)))
  }

  /// The answer to a POST.
  func post(_ path: String, _ json: JSON) throws -> Answer {
    var request = Request(method: "POST", path: path)
    request.body = Array(json.compact.utf8)
    let (response, bytes) = try Self.bytes(of: studio.answer(request))
    return Answer(
      status: response.status, json: try JSON(parsing: String(decoding: bytes, as: UTF8.self)))
  }

  private static func bytes(of response: Response) throws -> (Response, [UInt8]) {
    guard case .bytes(let bytes) = response.body else {
      return try #require(nil, "a stream where bytes were expected")
    }
    return (response, bytes)
  }

  /// The draft of a map by its name.
  func open(_ world: String, _ name: String) throws -> JSON {
    let answer = try get("/api/maps/open", ["world": world, "name": name])
    return try #require(answer.json["draft"], "\(answer.sentence)")
  }

  /// An empty draft.
  func blank(_ world: String, _ width: Int, _ height: Int) throws -> JSON {
    let sides = ["world": world, "width": "\(width)", "height": "\(height)"]
    let answer = try get("/api/maps/blank", sides)
    return try #require(answer.json["draft"], "\(answer.sentence)")
  }

  /// The key of a draft that the studio takes.
  func key(_ world: String, _ draft: JSON) throws -> Int {
    let answer = try post("/api/maps/draft", ["world": .string(world), "draft": draft])
    return try #require(answer.json["key"]?.int, "\(answer.sentence)")
  }

  /// The text of a draft.
  func text(_ world: String, _ draft: JSON) throws -> String {
    let (_, bytes) = try bytes("/api/maps/text", ["key": "\(key(world, draft))"])
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension JSON {
  /// The same object with a member set.
  func with(_ key: String, _ value: JSON) throws -> JSON {
    guard case .object(let members) = self else { return try #require(nil, "no object") }
    return .object(members.filter { $0.key != key } + [.init(key, value)])
  }
}
