internal import Glibc

extension Files {
  /// The whole contents of a file, which must not exceed `limit` bytes.
  package static func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try openFile(path)
    defer { close(descriptor) }
    guard size <= limit else { throw .failed("read", path, EFBIG) }
    return try bytes(0..<size, of: descriptor, path: path)
  }

  /// The first bytes of a file, fewer where it is shorter.
  package static func start(of path: String, count: Int) throws(FileError) -> [UInt8] {
    let descriptor = try openFile(path).descriptor
    defer { close(descriptor) }
    return try bytes(0..<count, of: descriptor, path: path)
  }

  /// Some of a file's bytes, fewer where it ends earlier. Allocates no more memory than the file
  /// fills.
  package static func part(_ range: Range<Int>, of path: String) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try openFile(path)
    defer { close(descriptor) }
    return try bytes(range.clamped(to: 0..<size), of: descriptor, path: path)
  }

  /// Opens a regular file for reading: a pipe might never answer, and a device might never end.
  private static func openFile(
    _ path: String
  ) throws(FileError) -> (descriptor: Int32, size: Int) {
    // Nonblocking, because opening a pipe waits until another process writes to it.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .failed("read", path, errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      if status.st_mode & S_IFMT == S_IFDIR { throw .failed("read", path, EISDIR) }
      throw .notReadable(path)
    }
    return (descriptor, Int(status.st_size))
  }

  private static func bytes(
    _ range: Range<Int>, of descriptor: Int32, path: String
  ) throws(FileError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { room, filled in
      while filled < range.count {
        let got = unsafe pread(
          descriptor, room.baseAddress.map { unsafe $0 + filled }, range.count - filled,
          range.lowerBound + filled)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        filled += got
      }
    }
    guard failure == 0 else { throw .failed("read", path, failure) }
    return bytes
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
