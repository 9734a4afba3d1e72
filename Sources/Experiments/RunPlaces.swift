import Platform
package import Recordings

/// Where to look for recordings: files, folders of them, and catalogs.
package enum RunPlaces {
  /// A recording, or a catalog's entry for one.
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

  /// Where recordings usually are: what Reel and programs in Python write, as far as it exists.
  package static var usual: [String] { ["recordings", "runs"].filter(Files.exists) }

  /// Expands places: files stay, a folder becomes its recordings, sorted by name, a catalog its entries.
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

  /// The files of all places.
  package static func files(in places: [String]) throws -> [String] {
    try all(in: places).map(\.path)
  }
}
