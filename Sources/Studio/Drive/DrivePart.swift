import Experiments
import Pictures
import Platform
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

/// The drive page's requests: `GET /api/drive/worlds` and `/api/drive/preview?world=NAME`,
/// `POST /api/drive/open`, then for a game `GET /api/drive/frames?game=ID` and `POST /api/drive/input` and
/// `/api/drive/do`.
struct DrivePart: Sendable {
  private let games: DriveGames
  private let library: Library
  private let tables: PictureTables

  init(_ library: Library, _ tables: PictureTables) {
    (self.library, self.tables) = (library, tables)
    games = DriveGames()
  }

  func answer(_ words: ArraySlice<String>, _ request: Request) throws -> Response {
    switch (request.method, words.first) {
    case ("GET", "worlds"): return Response(try worlds())
    case ("GET", "preview"):
      return Response(
        try preview(of: request.text("world"), request.theme()), type: "image/png")
    case ("POST", "open"): return Response(try open(request.json()))
    case ("GET", "frames"):
      let game = try games.game(request.text("game"))
      var options = PictureOptions(theme: try request.theme())
      if let camera = request.query["camera"] { options.camera = .init(rawValue: camera) }
      let stream = try DriveStream(game, size: request.size(usual: 720), options, tables)
      return Response(stream, type: "application/octet-stream")
    case ("POST", "input"):
      let body = try request.json()
      return Response(try games.game(body["game"]?.text ?? "").input(DriveInput(body)))
    case ("POST", "do"):
      let body = try request.json()
      let game = try games.game(body["game"]?.text ?? "")
      return Response(try game.act(body["what"]?.text ?? "", body["value"]))
    default: throw Refusal.missing("there is nothing at \(request.path)")
    }
  }

  /// Every world with the names of its maps.
  private func worlds() throws -> JSON {
    .array(
      tables.catalog.worlds.entries.map { entry in
        let maps = entry.maps.map { MapFinder($0, of: entry.name).names } ?? []
        return ["name": .string(entry.name), "maps": .array(maps.map(JSON.string))]
      })
  }

  /// A small picture of a world's start.
  private func preview(of world: String, _ theme: Theme) throws -> [UInt8] {
    let game = try DrivenGame(GameStart(PlanRequest(world), seed: 1, in: tables.catalog))
    var pictures = try GamePictures(
      of: game, size: 240, options: PictureOptions(theme: theme), by: tables)
    return try pictures.png(game)
  }

  /// Starts a game: in a world (`world`, `map`, `seed`), with a run's agent (`run`, `at`, `seed`), or in
  /// the middle of an episode (`run`, `episode`, `t`, `at`).
  private func open(_ wanted: JSON) throws -> JSON {
    let seed = try wanted["seed"].map { value -> UInt64 in
      guard let number = value.double, number >= 0, number < 0x1p53, number == number.rounded()
      else { throw Refusal.invalid("a seed must be a whole number of at least 0") }
      return UInt64(number)
    }
    let start: GameStart
    let stem: String
    if let id = wanted["run"]?.text {
      let entry = try library.entry(id)
      let recording = try Recording(entry.path)
      let word = wanted["at"]?.text ?? "end"
      guard let moment = RecordedMoment(word) else {
        throw Refusal.invalid(
          "an agent is named by a step, end or best, not '\(word)'")
      }
      if let number = wanted["episode"]?.int {
        let episode = try recording.episode(number)
        // After the last step of a finished episode there is nothing to play: that step is played again.
        let last = episode.isOver ? episode.steps - 1 : episode.steps
        start = try GameStart(
          from: recording, episode: number, t: min(wanted["t"]?.int ?? 0, last), agent: moment,
          in: tables.catalog)
      } else {
        start = try GameStart(with: recording, at: moment, seed: seed, in: tables.catalog)
      }
      stem = entry.name
    } else {
      let world = wanted["world"]?.text ?? ""
      let request = PlanRequest(world, map: wanted["map"]?.text)
      start = try GameStart(request, seed: seed ?? 1, in: tables.catalog)
      stem = world
    }
    let path = try freePath(in: library.home, "\(stem)-played")
    return try games.open(DrivenGame(start, recordingTo: path), recordingTo: path, tables)
  }

  /// The first path for a name that is not used yet.
  private func freePath(in folder: String, _ stem: String) throws -> String {
    _ = try Files.makeFolders(folder)
    let paths = (1...10_000).lazy.map { "\(folder)/\(stem)-\($0).sqlite" }
    guard let path = paths.first(where: { !Files.exists($0) && !games.hasTaken($0) }) else {
      throw Refusal.conflict("\(folder) holds ten thousand games of \(stem)")
    }
    return path
  }
}
