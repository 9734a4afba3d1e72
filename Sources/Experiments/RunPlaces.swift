import Platform
package import Recordings

/// Where recordings are looked for: files, folders of them, and catalogs.
package enum RunPlaces {
  /// A recording, or what a catalog knows of one.
  package enum Place {
    case file(String)
    case cataloged(RunCatalog, RunCatalog.Run)

    /// The recording's file.
    package var path: String {
      switch self {
      case .file(let path): path
      case .cataloged(_, let run): run.path
      }
    }
  }

  /// Files as they are named; of a folder all recordings in it, by name; of a catalog all that it knows.
  package static func all(in places: [String]) throws -> [Place] {
    try places.flatMap { place -> [Place] in
      if Files.isFolder(place) {
        return Files.visibleNames(in: place).filter { Files.ending($0) == "sqlite" }
          .map { "\(Files.trimmed(place))/\($0)" }.filter { !RunCatalog.isCatalog($0) }
          .map(Place.file)
      }
      guard RunCatalog.isCatalog(place) else { return [.file(place)] }
      let catalog = try RunCatalog(place)
      return try catalog.runs().map { .cataloged(catalog, $0) }
    }
  }

  /// The files of all of them.
  package static func files(in places: [String]) throws -> [String] {
    try all(in: places).map(\.path)
  }
}
