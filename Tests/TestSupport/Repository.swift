import Glibc

/// The files of the working tree, for tests that compare the code with them.
package enum Repository {
  /// Why a file or folder could not be read.
  package struct Missing: Error { package var path: String }

  /// The working tree's top folder.
  package static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

  /// A file's bytes, by its path from the top.
  package static func bytes(_ path: String) throws -> [UInt8] {
    try contents(of: "\(root)/\(path)")
  }

  /// The bytes of a file anywhere.
  package static func contents(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw Missing(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// A file's text, by its path from the top.
  package static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  /// The names of the files in a folder, sorted.
  package static func files(in folder: String) throws -> [String] {
    guard let directory = opendir("\(root)/\(folder)") else { throw Missing(path: folder) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
