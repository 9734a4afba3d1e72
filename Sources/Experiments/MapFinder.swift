import Glibc
import Platform
package import Worlds

/// Finds maps by name: files at a path, maps in the folders for maps, and built-in ones.
package struct MapFinder {
  private let maps: MapSource
  private let world: String

  /// A finder of one world's maps.
  package init(_ maps: MapSource, of world: String) {
    (self.maps, self.world) = (maps, world)
  }

  /// The text of a map and where it was found. Without a name it is the usual one.
  package func map(named name: String?) throws -> (text: String, place: String) {
    let usual = maps.usualFile ?? maps.builtIn.first?.name
    guard let name = name ?? usual else { throw RunError.run("\(world) has no usual map") }
    if let file = file(named: name) { return (try TextFile.contents(of: file), file) }
    if let map = maps.builtIn.first(where: { $0.name == name }) { return (map.text, name) }
    if name.contains("/") || name.contains(".") {
      throw RunError.run("cannot read \(name): \(String(cString: strerror(ENOENT)))")
    }
    let known = names
    if known.isEmpty {
      throw RunError.run(
        "there is no map '\(name)' of \(world) here", .generateMap(of: world, name: name))
    }
    throw RunError.unknown("there is no map '\(name)' of \(world)", name, among: known)
  }

  /// The file with a name or path; nil if there is none.
  package func file(named name: String) -> String? {
    let path = "\(maps.folder)/\(name).\(maps.fileEnding)"
    let places = [name] + Self.folders.map { "\($0)/\(path)" }
    return places.first { Files.exists($0) && !Files.isFolder($0) }
  }

  /// All names of maps that can be found, sorted.
  package var names: [String] {
    let files = Self.folders.flatMap { folder in
      Files.visibleNames(in: "\(folder)/\(maps.folder)").map(Files.stem)
    }
    return Set(maps.builtIn.map(\.name) + files).sorted()
  }

  /// The name of the map with this text; nil if no map has it.
  func name(of text: String) -> String? {
    let builtIn = maps.builtIn.map(\.name)
    return (builtIn + names.filter { !builtIn.contains($0) }).first { name in
      guard let found = try? map(named: name) else { return false }
      return (try? maps.normalized(found.text)) == text
    }
  }

  /// The folders that hold maps: the one here, and the one that was installed with the program or lies
  /// above the folder that it was built in.
  private static let folders: [String] = {
    let installed = "\(Installation.resources)/maps"
    if Files.isFolder(installed) { return ["maps", installed] }
    var folder = Files.folder(of: Files.program)
    while folder.count > 1, !Files.isFolder("\(folder)/maps/cities") {
      folder = Files.folder(of: folder)
    }
    return ["maps", "\(folder)/maps"]
  }()
}

/// Files that should be text.
package enum TextFile {
  /// The whole text of a file.
  package static func contents(of path: String) throws -> String {
    let bytes = try Files.contents(of: path, limit: 1 << 28)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RunError.run("\(path) is not text")
    }
    return text
  }
}

extension Catalog {
  /// The file of any world's map, by its name or path; nil if there is none.
  package func mapFile(named name: String) -> String? {
    worlds.entries.lazy.compactMap { entry in
      entry.maps.flatMap { MapFinder($0, of: entry.name).file(named: name) }
    }.first
  }

  /// The report on a map, whichever world it belongs to.
  package func surveyMap(_ text: String) throws -> MapFinding {
    guard let maps = worlds.entries.lazy.compactMap(\.maps).first(where: { $0.recognizes(text) })
    else { throw RunError.run("this is not a map of any world") }
    return try maps.survey(text)
  }
}
