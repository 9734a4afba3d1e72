import Glibc
import Worlds

/// The whole of a file that should be text.
func readText(_ path: String, limit: Int = 1 << 28) throws -> String {
  guard let file = fopen(path, "rb") else {
    throw Failure.failed("cannot read \(path): \(String(cString: strerror(errno)))")
  }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    if ferror(file) != 0 {
      throw Failure.failed("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    if count == 0 { break }
    bytes += chunk[..<count]
    if bytes.count > limit { throw Failure.failed("\(path) is larger than any map") }
  }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw Failure.failed("\(path) is not text")
  }
  return text
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The names in a folder, sorted; empty where it cannot be read.
func names(in folder: String) -> [String] {
  guard let handle = opendir(folder) else { return [] }
  defer { closedir(handle) }
  var names: [String] = []
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}

/// The last part of a path, without its ending.
func stem(_ path: String) -> String {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
  return String(name[..<dot])
}

/// A path's ending, in small letters, without the dot.
func ending(_ path: String) -> String {
  let name = path.split(separator: "/").last ?? ""
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
  return name[name.index(after: dot)...].lowercased()
}

/// The folder that the program lies in.
private var programFolder: String {
  var buffer = [UInt8](repeating: 0, count: 4096)
  let count = readlink("/proc/self/exe", &buffer, buffer.count)
  let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  return path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/")
}

/// The map that a command names: a file, or a bare name that is looked for in maps/, beside the
/// program, and among the built-in classics. Without a name it is the kind's classic.
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
  let known = Set(ClassicMaps.names(of: kind) + names(in: "maps/\(kind.folder)").map(stem))
  throw Failure.usage(
    "there is no \(kind.rawValue) map '\(name)'", didYouMean(name, among: known.sorted()))
}

private func mapFile(_ kind: GridKind, named name: String) -> String? {
  let bases = ["maps", "\(programFolder)/maps"]
  let places = [name] + bases.map { "\($0)/\(kind.folder)/\(name).txt" }
  return places.first { fileExists($0) && !isFolder($0) }
}

/// How many bytes a file holds; 0 where there is none.
func fileSize(_ path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}

/// How many bytes a folder's disk has left for us.
func freeSpace(_ folder: String) -> Int? {
  var status = statvfs()
  guard statvfs(folder.isEmpty ? "." : folder, &status) == 0 else { return nil }
  return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
}

/// Refuses to overwrite.
func refuseExisting(_ path: String) throws {
  if fileExists(path) {
    throw Failure.failed("\(path) exists", "--force overwrites it, -o names another")
  }
}
