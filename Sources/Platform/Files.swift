internal import Glibc

/// Names of files and folders, and questions about them that the system answers.
package enum Files {
  /// The folder that contains a path, "." for a bare name.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  package static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// The path without trailing slashes.
  package static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// The file that a path leads to, after following symbolic links.
  package static func resolved(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Whether there is a folder at a path.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a path leads to a regular file, not to a folder, a pipe or a device.
  package static func isFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether a path leads to anything; a dangling link does not.
  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether a name is taken, even if only by a dangling link.
  package static func isTaken(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }

  /// Whether two paths lead to the same file.
  package static func isSame(_ path: String, _ other: String) -> Bool {
    guard let file = identity(path) else { return false }
    return file == identity(other)
  }

  /// The identity of a file: no two files have the same device and number at the same time.
  package struct Identity: Equatable, Sendable {
    package let device: Int
    package let inode: Int
  }

  /// The identity of the file at a path; nil where there is none.
  package static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Identity(
      device: Int(truncatingIfNeeded: status.st_dev), inode: Int(truncatingIfNeeded: status.st_ino))
  }

  /// Does something with a path, and returns whether the path led to another file afterwards.
  package static func watchingForReplacement<Product>(
    of path: String, _ body: () -> Product
  ) -> (product: Product, wasReplaced: Bool) {
    // An open descriptor keeps the system from giving the file's number to another file. This kind
    // of descriptor permits no reading or writing, and closing it drops none of SQLite's locks,
    // which closing an ordinary one does.
    let onlyPath: Int32 = 0o10000000  // O_PATH
    let descriptor = unsafe open(path, onlyPath | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    let file = identity(path)
    let product = body()
    return (product, identity(path) != file)
  }

  /// A file's size in bytes; nil where there is none.
  package static func size(_ path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Makes a folder and its missing parents; returns the new ones, the outermost first.
  package static func makeFolders(_ path: String) throws(FileError) -> [String] {
    guard !isFolder(path) else { return [] }
    let outer = folder(of: path)
    var made = outer == path ? [] : try makeFolders(outer)
    if unsafe mkdir(path, 0o777) == 0 {
      made.append(path)
    } else {
      let failure = FileError.failed("make the folder", path, errno)
      if isFolder(path) { return made }
      removeFolders(made)
      throw failure
    }
    return made
  }

  /// Makes sure that a new name in a folder survives a power cut.
  package static func syncFolder(of path: String) {
    let descriptor = unsafe open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Removes the folders that are empty, the outermost last.
  package static func removeFolders(_ paths: [String]) {
    for path in paths.reversed() { unsafe rmdir(path) }
  }

  /// The folder for temporary files.
  package static var temporaryFolder: String {
    guard let name = unsafe getenv("TMPDIR") else { return "/tmp" }
    return unsafe String(cString: name)
  }

  /// Removes a folder and the files in it.
  package static func removeFolder(_ path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      let names = try? names(in: path)
    else { return }
    for name in names { unsafe unlink("\(path)/\(name)") }
    unsafe rmdir(path)
  }

  /// Removes a file.
  package static func removeFile(_ path: String) throws(FileError) {
    guard unsafe unlink(path) == 0 else { throw .failed("remove", path, errno) }
  }

  /// Renames a file or folder.
  package static func rename(_ path: String, to name: String) throws(FileError) {
    guard unsafe Glibc.rename(path, name) == 0 else { throw .failed("write", name, errno) }
  }

  /// The names in a folder that begin with some letters, in no particular order.
  package static func names(
    in folder: String, startingWith start: String = ""
  ) throws(FileError) -> [String] {
    guard let stream = unsafe opendir(folder) else {
      throw .failed("read the folder", folder, errno)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { name in
          unsafe strncmp(name, start, start.utf8.count) == 0 ? String(cString: name) : nil
        }
      }
      guard let name else { continue }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
