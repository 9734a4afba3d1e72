import Glibc
import Raster
import Worlds

/// The whole of a file that should be text.
func readText(_ path: String) throws -> String {
  let bytes = try FilePaths.contents(of: path, limit: 1 << 28)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw Failure.failed("\(path) is not text")
  }
  return text
}

/// The names in a folder, without the hidden ones, sorted; none where it cannot be read.
func visibleNames(in folder: String) -> [String] {
  ((try? FilePaths.names(in: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
}

/// The last part of a path, without its ending.
func stem(_ path: String) -> String {
  let name = FilePaths.name(of: FilePaths.trimmed(path))
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
  return String(name[..<dot])
}

/// A path's ending, in small letters, without the dot.
func ending(_ path: String) -> String {
  let name = FilePaths.name(of: path)
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
  return name[name.index(after: dot)...].lowercased()
}

/// The folder that the program lies in.
private let programFolder: String = {
  var buffer = [UInt8](repeating: 0, count: 4096)
  let count = readlink("/proc/self/exe", &buffer, buffer.count)
  let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  return FilePaths.folder(of: path)
}()

/// The folders that hold maps: the one here, and the one beside the program or above the folder that it
/// was built in.
let mapFolders: [String] = {
  var folder = programFolder
  while folder.count > 1, !FilePaths.isFolder("\(folder)/maps/cities") {
    folder = FilePaths.folder(of: folder)
  }
  return ["maps", "\(folder)/maps"]
}()

/// The names of the maps in a folder of these.
func mapNames(in folder: String) -> [String] {
  Set(mapFolders.flatMap { visibleNames(in: "\($0)/\(folder)").map(stem) }).sorted()
}

/// The map that a command names: a file, or a bare name that is looked for where maps are, and among
/// the built-in classics. Without a name it is the kind's classic.
func gridMap(_ kind: GridKind, named name: String?) throws -> GridMap {
  guard let name else { return try ClassicMaps.map(kind: kind) }
  if let file = mapFile(kind, named: name) {
    do {
      return try GridMap(parsing: try readText(file))
    } catch let error as MapError {
      throw Failure.failed("\(file): \(error)")
    }
  }
  if ClassicMaps.names(of: kind).contains(name) { return try ClassicMaps.map(name, kind: kind) }
  if name.contains("/") || name.contains(".") {
    throw Failure.failed("cannot read \(name): \(String(cString: strerror(ENOENT)))")
  }
  let known = Set(ClassicMaps.names(of: kind) + mapNames(in: kind.folder))
  throw Failure.usage(
    "there is no \(kind.rawValue) map '\(name)'", didYouMean(name, among: known.sorted()))
}

private func mapFile(_ kind: GridKind, named name: String) -> String? {
  mapFile("\(kind.folder)/\(name).txt", named: name)
}

/// A file of a name, or one at a path where maps are.
private func mapFile(_ path: String, named name: String) -> String? {
  let places = [name] + mapFolders.map { "\($0)/\(path)" }
  return places.first { FilePaths.exists($0) && !FilePaths.isFolder($0) }
}

/// The GeoJSON of the city that a command names: a file, or a bare name that is looked for
/// where maps are. Without a name it is the first of those that are shipped.
func cityFile(named name: String?) throws -> String {
  let name = name ?? "eixample"
  if let file = mapFile("cities/\(name).geojson", named: name) { return file }
  if name.contains("/") || name.contains(".") {
    throw Failure.failed("cannot read \(name): \(String(cString: strerror(ENOENT)))")
  }
  let known = mapNames(in: "cities")
  if known.isEmpty {
    throw Failure.failed(
      "there is no city '\(name)' here", "reel map city --seed 1 -o \(name).geojson draws one")
  }
  throw Failure.usage("there is no city '\(name)'", didYouMean(name, among: known))
}

/// The city that a command names.
func cityMap(named name: String?) throws -> CityMap {
  let file = try cityFile(named: name)
  do {
    return try CityMap(parsing: try readText(file))
  } catch let error as MapError {
    throw Failure.failed("\(file): \(error)")
  }
}

/// How many bytes a folder's disk has left for us.
func freeSpace(_ folder: String) -> Int? {
  var status = statvfs()
  guard statvfs(folder.isEmpty ? "." : folder, &status) == 0 else { return nil }
  return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
}

/// Refuses to overwrite.
func refuseExisting(_ path: String) throws {
  if FilePaths.exists(path) {
    throw Failure.failed("\(path) exists", "--force overwrites it, -o names another")
  }
}
