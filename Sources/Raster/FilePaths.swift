import Glibc

/// Names of files and folders, and what the system is asked about them.
package enum FilePaths {
  /// The folder that a path lies in, "." for a bare name.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  package static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// The path without slashes at its end.
  package static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// Where bytes wait beside a path until they are complete; hidden, and named after the process.
  package static func partial(of path: String, attempt: Int = 0) -> String {
    let suffix = attempt == 0 ? "" : "-\(attempt)"
    return "\(folder(of: path))/.\(name(of: path)).partial-\(getpid())\(suffix)"
  }

  /// The file that a path leads to, through a symbolic link where it is one.
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

  /// Whether there is anything at a path.
  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Makes a folder and those that lead to it; returns the new ones, the outermost first.
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

  /// Removes folders again, the outermost last, as far as they are empty.
  package static func removeFolders(_ paths: [String]) {
    for path in paths.reversed() { unsafe rmdir(path) }
  }

  /// Removes a folder and the files in it.
  package static func removeFolder(_ path: String) {
    guard isFolder(path), let names = try? names(in: path) else { return }
    for name in names { unsafe unlink("\(path)/\(name)") }
    unsafe rmdir(path)
  }

  /// Removes a file.
  package static func removeFile(_ path: String) throws(FileError) {
    guard unsafe unlink(path) == 0 else { throw .failed("remove", path, errno) }
  }

  /// Gives a file or folder another name.
  package static func rename(_ path: String, to name: String) throws(FileError) {
    guard unsafe Glibc.rename(path, name) == 0 else { throw .failed("write", name, errno) }
  }

  /// The names of everything in a folder, in no order.
  package static func names(in folder: String) throws(FileError) -> [String] {
    guard let stream = unsafe opendir(folder) else {
      throw .failed("read the folder", folder, errno)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Everything in a file, which must not have more bytes than told.
  package static func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw .failed("read", path, errno) }
    guard status.st_size <= limit else { throw .failed("read", path, EFBIG) }
    return try start(of: path, count: Int(status.st_size))
  }

  /// The first bytes of a file, fewer where it is shorter.
  package static func start(of path: String, count: Int) throws(FileError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .failed("read", path, errno) }
    defer { close(descriptor) }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
      while filled < count {
        let got = unsafe Glibc.read(
          descriptor, room.baseAddress.map { unsafe $0 + filled }, count - filled)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        filled += got
      }
    }
    guard failure == 0 else { throw .failed("read", path, failure) }
    return bytes
  }

  /// Opens a new file beside a path, to be renamed to it.
  package static func openPartial(
    of path: String
  ) throws(FileError) -> (descriptor: Int32, path: String) {
    // A name can be taken by a process of the same number that was killed.
    for attempt in 0..<100 {
      let partial = partial(of: path, attempt: attempt)
      let opened = unsafe open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if opened >= 0 { return (opened, partial) }
      if errno != EEXIST { break }
    }
    throw .failed("write", path, errno)
  }

  /// Writes a file that does not exist yet.
  package static func write(_ bytes: [UInt8], toNewFile path: String) throws(FileError) {
    let opened = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard opened >= 0 else { throw .failed("write", path, errno) }
    defer { close(opened) }
    try write(bytes, to: opened, path: path)
  }

  /// Writes all bytes to an open file.
  package static func write(
    _ bytes: [UInt8], to descriptor: Int32, path: String
  ) throws(FileError) {
    let failure = unsafe bytes.withUnsafeBytes { bytes -> Int32 in
      var written = 0
      while written < bytes.count {
        let count = unsafe Glibc.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        if count < 0 { return errno }
        written += count
      }
      return 0
    }
    guard failure == 0 else { throw .failed("write", path, failure) }
  }
}
