import Experiments
import Film
import Pictures
import Raster
import Replay
import Rollouts
import Worlds

/// The map page's requests.
///
/// `GET /api/maps`: the kinds of maps, their editors, and the available maps. `open`, `blank`, `random`
/// and `read` give drafts; `draft` takes one and gives it a key for `check`, `picture` and `text`;
/// `save` saves it, and `try` trains an agent on it.
struct MapsPart: Sendable {
  private let shelf: MapShelf
  private let drafts: MapDrafts
  private let trial: MapTrial

  /// Maps are saved in a folder, the same as the command line's, and agents are recorded in the library.
  init(_ tables: PictureTables, library: Library, folder: String) {
    shelf = MapShelf(catalog: tables.catalog, folder: folder)
    drafts = MapDrafts(tables)
    trial = MapTrial(tables.catalog, library: library)
  }

  func answer(_ words: ArraySlice<String>, _ request: Request) throws -> Response {
    guard words.count <= 1 else { throw Refusal.missing("there is nothing at \(request.path)") }
    switch (request.method, words.first) {
    case ("GET", nil): return Response(["kinds": .array(shelf.kinds.map(shelf.json))])
    case ("GET", "open"):
      let kind = try shelf.kind(request.text("world"))
      let (text, place) = try shelf.text(of: kind, named: request.text("name"))
      return Response(["draft": try kind.editing.read(text), "place": .string(place)])
    case ("GET", "blank"):
      let kind = try shelf.kind(request.text("world"))
      let sides = try (side("width", request), side("height", request))
      return Response(["draft": try kind.editing.blank(sides.0, sides.1)])
    case ("GET", "random"): return Response(["draft": try random(request)])
    case ("POST", "read"):
      let text = try request.json()["text"]?.text ?? ""
      guard let kind = shelf.kinds.first(where: { $0.maps.recognizes(text) }) else {
        throw Refusal.invalid("this is not a map of any world")
      }
      return Response(["world": .string(kind.name), "draft": try kind.editing.read(text)])
    case ("POST", "draft"):
      let wanted = try request.json()
      let kind = try shelf.kind(wanted["world"]?.text ?? "")
      guard let draft = wanted["draft"] else { throw Refusal.invalid("there is no draft") }
      return Response(["key": .integer(try drafts.keep(draft, kind))])
    case ("GET", "check"):
      return Response(try drafts.report(of: drafts.draft(key(request))))
    case ("GET", "picture"): return try picture(request)
    case ("GET", "text"):
      let draft = try drafts.draft(key(request))
      return Response(
        Array(draft.text.utf8), type: "text/plain; charset=utf-8",
        savedAs: "\(draft.kind.name).\(draft.kind.maps.fileEnding)")
    case ("POST", "save"): return Response(try save(request.json()))
    case ("POST", "try"): return Response(try tryOut(request.json()))
    case ("GET", "try"): return Response(trial.json)
    case ("POST", "stop"):
      trial.stop()
      return Response(trial.json)
    default: throw Refusal.missing("maps have no \(words.joined(separator: "/"))")
    }
  }

  private func key(_ request: Request) throws -> Int {
    try request.number("key", in: 0...1 << 53)
  }

  private func side(_ name: String, _ request: Request) throws -> Int {
    try request.number(name, in: 1...1_000_000)
  }

  private func random(_ request: Request) throws -> JSON {
    let kind = try shelf.kind(request.text("world"))
    guard let generate = kind.maps.generate else {
      throw Refusal.missing("there are no random maps of \(kind.name)")
    }
    var options = RandomMapOptions()
    options.seed = UInt64(try request.number("seed", in: 0...1 << 53))
    if request.query["width"] != nil {
      options.size = try (rows: side("height", request), columns: side("width", request))
    }
    options.loops = try share("loops", request) ?? options.loops
    options.frozen = try share("frozen", request) ?? options.frozen
    return try kind.editing.read(try generate(options).text)
  }

  private func share(_ name: String, _ request: Request) throws(Refusal) -> Double? {
    guard let text = request.query[name] else { return nil }
    guard let share = Double(text), (0...1).contains(share) else {
      throw .invalid("'\(name)' must be a number from 0 to 1, not '\(text)'")
    }
    return share
  }

  private func picture(_ request: Request) throws -> Response {
    let draft = try drafts.draft(key(request))
    let options = PictureOptions(
      size: try request.size(usual: 960), theme: try request.cardTheme(), showsCaption: false)
    let (canvas, board) = try drafts.picture(of: draft, options)
    var response = Response(canvas.encodedPNG(), type: "image/png")
    // The map's place as shares of the picture.
    let shares = [
      board.x / Double(canvas.width), board.y / Double(canvas.height),
      board.width / Double(canvas.width), board.height / Double(canvas.height),
    ]
    response.headers.append(("X-Reel-Board", shares.map { "\($0)" }.joined(separator: " ")))
    return response
  }

  private func draft(of wanted: JSON) throws -> MapDraft {
    guard let key = wanted["key"]?.count else { throw Refusal.invalid("there is no key") }
    return try drafts.draft(key)
  }

  private func save(_ wanted: JSON) throws -> JSON {
    let draft = try draft(of: wanted)
    let path = try shelf.save(
      draft, as: wanted["name"]?.text ?? "", replacing: wanted["replace"] == .bool(true))
    let command = "reel train \(draft.kind.name) --map \(path)"
    return ["file": .string(path), "command": .string(command)]
  }

  private func tryOut(_ wanted: JSON) throws -> JSON {
    let draft = try draft(of: wanted)
    let name = wanted["name"]?.text ?? ""
    try trial.begin(draft, named: name.isEmpty ? "untitled" : MapShelf.checked(name))
    return trial.json
  }
}
