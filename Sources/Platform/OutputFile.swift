internal import Glibc

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a hidden file beside it, which `finish()` renames. If the value is destroyed without
/// `finish()`, the hidden file is removed. A killed program leaves nothing under the final name.
package struct OutputFile: ~Copyable {
  /// Where the finished file will be.
  package let path: String
  /// How many bytes have been written so far.
  package private(set) var byteCount = 0
  /// The hidden file's path, for another program that writes it.
  package let partialPath: String

  private let descriptor: Int32
  private let replacing: Bool
  private let madeFolders: [String]
  private var buffer: [UInt8] = []
  private var isFinished = false

  private static var bufferSize: Int { 1 << 16 }

  /// Opens the hidden file and makes missing parent folders.
  ///
  /// Throws if the file exists, unless it is to be replaced.
  package init(_ path: String, replacing: Bool) throws(FileError) {
    let target = Files.resolved(path)
    try Self.check(target, replacing: replacing)
    let folders = try Files.makeFolders(Files.folder(of: target))
    let (descriptor, partialPath): (Int32, String)
    do {
      (descriptor, partialPath) = try Files.openPartial(in: Files.folder(of: target))
    } catch {
      Files.removeFolders(folders)
      throw error
    }
    self.path = target
    self.replacing = replacing
    self.madeFolders = folders
    self.descriptor = descriptor
    self.partialPath = partialPath
  }

  deinit {
    guard !isFinished else { return }
    close(descriptor)
    unsafe unlink(partialPath)
    Files.removeFolders(madeFolders)
  }

  /// Appends bytes.
  package mutating func write(_ bytes: [UInt8]) throws(FileError) {
    buffer.append(contentsOf: bytes)
    byteCount += bytes.count
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Overwrites bytes that were written before.
  package mutating func replace(at offset: Int, with bytes: [UInt8]) throws(FileError) {
    precondition(offset >= 0 && offset + bytes.count <= byteCount, "only what is there is replaced")
    try flush()
    let written = unsafe bytes.withUnsafeBytes {
      unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset))
    }
    guard written == bytes.count else { throw .failed("write", path, errno) }
  }

  /// Renames the file to its final name; `durable` waits until it is on disk.
  package consuming func finish(durable: Bool = false) throws(FileError) {
    try flush()
    if durable, fsync(descriptor) != 0 { throw .failed("write", path, errno) }
    if replacing {
      if let mode = Files.permissions(of: path) { fchmod(descriptor, mode) }
      guard unsafe rename(partialPath, path) == 0 else { throw .failed("write", path, errno) }
    } else if unsafe link(partialPath, path) == 0 {
      // Unlike a rename, a link never replaces a file that another program has put there in the
      // meantime.
      unsafe unlink(partialPath)
    } else if errno == EEXIST {
      throw .exists(path)
    } else {
      // Some file systems have no links.
      try Self.check(path, replacing: false)
      guard unsafe rename(partialPath, path) == 0 else { throw .failed("write", path, errno) }
    }
    isFinished = true
    close(descriptor)
  }

  /// Renames a file that another program wrote at `partialPath`; returns its size.
  package consuming func finishWrittenByAnother() throws(FileError) -> Int {
    var status = stat()
    guard unsafe stat(partialPath, &status) == 0 else { throw .failed("write", path, errno) }
    let bytes = Int(status.st_size)
    try finish()
    return bytes
  }

  /// Writes a whole file at once.
  package static func write(
    _ bytes: [UInt8], to path: String, replacing: Bool
  ) throws(FileError) {
    var file = try OutputFile(path, replacing: replacing)
    try file.write(bytes)
    try file.finish()
  }

  /// Throws if a file may not be written at this path, before the work for it begins.
  package static func check(_ path: String, replacing: Bool) throws(FileError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return }
    // Renaming over a folder or a device would fail late, or destroy it.
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }
    guard replacing else { throw .exists(path) }
    // A typing mistake must not cost a recording.
    guard !holdsDatabase(path) else { throw .database(path) }
  }

  private static func holdsDatabase(_ path: String) -> Bool {
    let start = Array("SQLite format 3\0".utf8)
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: start.count)
    return unsafe read(descriptor, &bytes, bytes.count) == start.count && bytes == start
  }

  private mutating func flush() throws(FileError) {
    try Files.write(buffer, to: descriptor, path: path)
    buffer.removeAll(keepingCapacity: true)
  }
}
