internal import Glibc

extension Files {
  /// Everything in a file, which must not have more bytes than `limit`.
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
