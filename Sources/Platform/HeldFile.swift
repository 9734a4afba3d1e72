internal import Glibc

/// A locked file. The lock lasts while a descriptor is open in this process or in one that
/// inherited it, so a killed process releases it.
package struct HeldFile: ~Copyable {
  package let path: String
  let descriptor: Int32
  private let isOwn: Bool

  private init(_ path: String, _ descriptor: Int32, isOwn: Bool = true) {
    (self.path, self.descriptor, self.isOwn) = (path, descriptor, isOwn)
  }

  deinit { if isOwn { close(descriptor) } }

  /// Opens a file for appending, creates it if needed, and waits until no other process holds it.
  package static func writing(_ path: String) throws(FileError) -> HeldFile {
    let file = HeldFile(path, try open(path))
    try file.wait(for: LOCK_EX)
    return file
  }

  /// Opens a file for reading and waits until no process is writing it; nil where there is none.
  package static func reading(_ path: String) throws(FileError) -> HeldFile? {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .failed("read", path, errno)
    }
    let file = HeldFile(path, descriptor)
    try file.wait(for: LOCK_SH)
    return file
  }

  /// Opens a file for appending and creates it if needed; nil where another process holds it.
  package static func ifFree(_ path: String) throws(FileError) -> HeldFile? {
    let file = HeldFile(path, try open(path))
    return try file.isLocked(LOCK_EX) ? consume file : nil
  }

  /// Standard output, if it goes to this file: the parent process may hold it for this one.
  package static func standardOutput(ifItIs path: String) throws(FileError) -> HeldFile? {
    var (output, file) = (stat(), stat())
    guard unsafe fstat(STDOUT_FILENO, &output) == 0, unsafe stat(path, &file) == 0,
      (output.st_dev, output.st_ino) == (file.st_dev, file.st_ino)
    else { return nil }
    let held = HeldFile(path, STDOUT_FILENO, isOwn: false)
    return try held.isLocked(LOCK_EX) ? consume held : nil
  }

  /// Whether a process holds a file for writing. Two processes that ask at once do not disturb each
  /// other.
  package static func isHeld(_ path: String) -> Bool {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// How many bytes it has.
  package var size: Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Appends bytes: all of them, or none where the disk is full.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    let before = size
    do {
      try Files.write(bytes, to: descriptor, path: path)
    } catch {
      ftruncate(descriptor, off_t(before))
      throw error
    }
  }

  /// Removes the contents.
  package func empty() throws(FileError) {
    guard ftruncate(descriptor, 0) == 0 else { throw .failed("write", path, errno) }
  }

  /// Releases the lock before the descriptors are closed.
  package func release() { flock(descriptor, LOCK_UN) }

  private static func open(_ path: String) throws(FileError) -> Int32 {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .failed("write", path, errno) }
    return descriptor
  }

  private func wait(for lock: Int32) throws(FileError) {
    while flock(descriptor, lock) != 0 {
      guard errno == EINTR else { throw .failed("lock", path, errno) }
    }
  }

  private func isLocked(_ lock: Int32) throws(FileError) -> Bool {
    if flock(descriptor, lock | LOCK_NB) == 0 { return true }
    guard errno == EWOULDBLOCK else { throw .failed("lock", path, errno) }
    return false
  }
}
