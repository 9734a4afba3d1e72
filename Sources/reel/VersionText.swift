import Film
import Platform
import Raster
import Recordings
import Rollouts
import Studio

/// What `reel --version` prints: the version, what this program was built from, and the libraries in use.
struct VersionText {
  /// What the packages' `build.json` says; nil where the program was built from source.
  private let build: JSON?
  private let libraries: [LibraryVersion] = [
    .sqlite, .cairo, .freeType, .libpng, .zlib, .openSSL, .libmicrohttpd,
  ]

  init() {
    let path = "\(Installation.resources)/build.json"
    build = (try? Files.contents(of: path, limit: 1 << 16)).flatMap {
      try? JSON(parsing: String(decoding: $0, as: UTF8.self))
    }
  }

  /// For people; the first line is `reel` and the version.
  var text: String {
    let origin =
      if let build, let commit = build["commit"]?.text, let date = build["date"]?.text,
        let swift = build["swift"]?.text
      { "commit \(commit), \(date), Swift \(swift)" } else { "built from source" }
    let names = libraries.map { "\($0.name) \($0.version ?? "missing")" }
    return "reel \(reelVersion)\n\(origin)\n\(names.joined(separator: ", "))\n"
  }

  /// For programs: one JSON object on one line.
  var json: String {
    let facts: JSON = [
      "version": .string(reelVersion),
      "commit": build?["commit"] ?? .null, "date": build?["date"] ?? .null,
      "swift": build?["swift"] ?? .null,
      "libraries": .object(
        libraries.map { .init($0.name, $0.version.map(JSON.string) ?? .null) }),
    ]
    return facts.compact + "\n"
  }
}
