internal import Glibc
internal import Platform

/// File operations on recordings, apart from SQLite's.
///
/// None of them opens a recording, because closing it would drop the locks that SQLite holds on it
/// in this process.
/// https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
enum RecordingFiles {
  /// Throws if the name is taken, or if its file is being written.
  static func checkFree(_ path: String, force: Bool) throws(RecordingError) {
    guard !path.isEmpty, !path.utf8.contains(0), !path.hasSuffix("/") else {
      throw RecordingError(.invalid, "'\(path)' is not a file name")
    }
    guard Files.isTaken(path) else {
      if !force { try refuseLostLog(path) }
      return
    }
    if Files.isFolder(path) { throw RecordingError(.foreign, "\(path) is a folder") }
    guard !Files.exists(path) || Files.isFile(path) else {
      throw RecordingError(.foreign, "\(path) is a device or a pipe")
    }
    guard force else { throw RecordingError(.exists, "\(path) exists already") }
    try refuseLivingWriter(path)
  }

  /// Throws if a new file would replace the recording that it is made from.
  static func refuse(_ new: String, inPlaceOf path: String) throws(RecordingError) {
    guard Files.isSame(path, new) else { return }
    throw RecordingError(.invalid, "\(new) is the recording itself, which is not changed")
  }

  /// Throws if the name has a log beside it with the newest rows of a recording that was moved
  /// away, perhaps while it was being written.
  private static func refuseLostLog(_ path: String) throws(RecordingError) {
    guard let log = Files.size(path + "-wal"), log > 0 else { return }
    throw RecordingError(
      .exists,
      "\(path)-wal holds the last rows of a recording that was here: move it back beside that recording"
    )
  }

  private static func refuseLivingWriter(_ path: String) throws(RecordingError) {
    do throws(RecordingError) {
      try Recording(path).refuseLivingWriter()
    } catch {
      switch error.kind {
      // Something that is not a recording has no writer.
      case .missing, .foreign, .newer, .damaged: return
      default: throw error
      }
    }
  }

  /// Makes the folder of a path and its missing parents.
  static func makeFolder(of path: String) throws(RecordingError) {
    do {
      _ = try Files.makeFolders(Files.folder(of: path))
    } catch {
      throw RecordingError(.denied, error.description)
    }
  }

  /// Locks the folder of a recording while its file gets its name, is opened for writing, or is
  /// closed.
  ///
  /// SQLite finds a log by its name. Otherwise a process that opens or closes a file while another
  /// file takes the name would write or remove the other file's log. On a file system without such
  /// locks, nothing is locked.
  static func holdingFolder<Product>(
    of path: String, _ body: () throws(RecordingError) -> Product
  ) throws(RecordingError) -> Product {
    let folder = Files.folder(of: path)
    // A fork is made in a folder that is locked already.
    if Files.isPartial(folder) { return try body() }
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if descriptor >= 0 { Glibc.close(descriptor) } }
    let start = monotonicSeconds()
    while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0,
      errno == EWOULDBLOCK || errno == EINTR
    {
      guard monotonicSeconds() - start < 60 else {
        throw RecordingError(
          .beingWritten, "another process has held the folder \(folder) for a minute")
      }
      usleep(1000)
    }
    return try body()
  }

  /// Renames a finished file atomically, and opens it before another can take the name. Without
  /// `force` it never replaces a file, and it never replaces one that is being written.
  static func publish<Product>(
    _ draft: String, as path: String, force: Bool,
    opening open: () throws(RecordingError) -> Product
  ) throws(RecordingError) -> Product {
    try holdingFolder(of: path) { () throws(RecordingError) in
      try name(draft, path, force: force)
      return try open()
    }
  }

  private static func name(_ draft: String, _ path: String, force: Bool) throws(RecordingError) {
    try checkFree(path, force: force)
    // Closing a file does not report that its log did not fit on the disk.
    guard Files.size(draft + "-wal") ?? 0 == 0 else {
      throw RecordingError(.full, "\(path) cannot be completed: its disk is full, or fails")
    }
    // Logs of an earlier recording with this name would be read as part of this one. Without
    // `force`, only the file that has the name may remove them.
    func removeLogs() {
      for ending in ["-wal", "-shm", "-journal"] { unsafe _ = unlink(path + ending) }
    }
    let code: Int32
    if force {
      Files.copyPermissions(from: path, to: draft)
      removeLogs()
      code = unsafe rename(draft, path) == 0 ? 0 : errno
    } else if unsafe link(draft, path) == 0 {
      unsafe unlink(draft)
      code = 0
    } else if errno == EEXIST {
      code = EEXIST
    } else {
      // Some file systems have no hard links; there, two processes that start at once cannot detect
      // each other.
      code = unsafe Files.isTaken(path) ? EEXIST : rename(draft, path) == 0 ? 0 : errno
    }
    switch code {
    case 0:
      if !force { removeLogs() }
      Files.syncFolder(of: path)
    case EEXIST: throw RecordingError(.exists, "\(path) exists already")
    default: throw RecordingError(.denied, "\(path) cannot be made: \(FileError.text(of: code))")
    }
  }

  /// Removes a file and what SQLite left beside it.
  static func remove(_ path: String) {
    for ending in ["", "-wal", "-shm", "-journal"] { unsafe _ = unlink(path + ending) }
  }
}
