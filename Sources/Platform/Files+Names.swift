internal import Glibc

extension Files {
  /// The names in a folder without the hidden ones, sorted; empty where it cannot be read.
  package static func visibleNames(in folder: String) -> [String] {
    ((try? names(in: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The last part of a path, without its extension.
  package static func stem(_ path: String) -> String {
    let name = name(of: trimmed(path))
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// A path's extension, in lower case, without the dot.
  package static func ending(_ path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// How many bytes this user may still write to a folder's disk; nil where the system does not
  /// say.
  package static func freeSpace(_ folder: String) -> Int? {
    var status = statvfs()
    guard unsafe statvfs(folder.isEmpty ? "." : folder, &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }

  /// When a file was last changed, in seconds since the beginning of 1970; nil where there is none.
  package static func modificationTime(_ path: String) -> Double? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
  }
}
