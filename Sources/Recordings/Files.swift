internal import Glibc
internal import Synchronization

/// The few things that recordings do with files beside SQLite.
///
/// None of them opens a recording: closing it again would drop the locks that SQLite holds on it in
/// this process. https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
enum Files {
  private static let drafts = Atomic<Int>(0)

  /// A name in the same folder that nobody else uses.
  static func beside(_ path: String) -> String {
    let number = drafts.wrappingAdd(1, ordering: .relaxed).newValue
    // Containers that share a folder have the same numbers of processes.
    let chance = String(UInt32.random(in: .min ... .max), radix: 16)
    return "\(path).partial-\(getpid())-\(number)-\(chance)"
  }

  /// Whether there is anything of this name, a broken link included.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }

  /// Whether this is a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether this is a file, and no pipe or device; also what is not there is none.
  static func isFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether two names lead to one file.
  private static func isSame(_ path: String, _ other: String) -> Bool {
    var (first, second) = (stat(), stat())
    return unsafe stat(path, &first) == 0 && stat(other, &second) == 0
      && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  /// A file's size in bytes; nil where there is none.
  static func size(_ path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Where symbolic links lead; the path itself where they lead nowhere.
  static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  /// Refuses a name that is taken, or whose file is being written.
  static func checkFree(_ path: String, force: Bool) throws(RecordingError) {
    guard !path.isEmpty, !path.utf8.contains(0), !path.hasSuffix("/") else {
      throw RecordingError(.invalid, "'\(path)' is no name for a file")
    }
    guard exists(path) else {
      if !force { try refuseLostLog(path) }
      return
    }
    if isFolder(path) { throw RecordingError(.exists, "\(path) is a folder") }
    guard force else { throw RecordingError(.exists, "\(path) exists already") }
    var status = stat()
    guard unsafe stat(path, &status) != 0 || isFile(path) else {
      throw RecordingError(.exists, "\(path) is a device or a pipe")
    }
    try refuseLivingWriter(path)
  }

  /// Refuses that what is made replaces what it is made from.
  static func refuse(_ new: String, inPlaceOf path: String) throws(RecordingError) {
    guard isSame(path, new) else { return }
    throw RecordingError(.invalid, "\(new) is the recording itself, which stays as it is")
  }

  /// Refuses a name beside which the newest rows of a recording lie that was moved away, perhaps while it
  /// is written.
  private static func refuseLostLog(_ path: String) throws(RecordingError) {
    guard let log = size(path + "-wal"), log > 0 else { return }
    throw RecordingError(
      .exists,
      "\(path)-wal holds the last rows of a recording that lay here: move it to its side, or overwrite"
        + " by --force")
  }

  private static func refuseLivingWriter(_ path: String) throws(RecordingError) {
    // Whatever is no recording has no writer.
    guard let recording = try? Recording(path), let sessions = try? recording.sessions() else {
      return
    }
    try Recording.refuseLivingWriter(of: path, sessions)
  }

  /// Makes the folder that a path lies in, and those above it.
  static func makeFolder(of path: String) throws(RecordingError) {
    let folder = folder(of: path)
    if isFolder(folder) { return }
    var at = folder.startIndex
    while at < folder.endIndex {
      let next = folder[folder.index(after: at)...].firstIndex(of: "/") ?? folder.endIndex
      let part = String(folder[..<next])
      if unsafe mkdir(part, 0o777) != 0 {
        let code = errno
        guard isFolder(part) else {
          throw RecordingError(.denied, "the folder \(part) cannot be made: \(reason(code))")
        }
      }
      at = next
    }
  }

  /// Gives a finished file its name at once; without `force`, never in place of another.
  static func name(_ draft: String, _ path: String, force: Bool) throws(RecordingError) {
    // Closing a file does not tell that its log found no room in it.
    guard size(draft + "-wal") ?? 0 == 0 else {
      throw RecordingError(.full, "\(path) cannot be completed: its disk is full, or fails")
    }
    if !force, !exists(path) { try refuseLostLog(path) }
    // What an earlier recording of this name left beside it would be read as part of this one. Without
    // force, only whoever has the name may remove it.
    func removeLogs() {
      for ending in ["-wal", "-shm", "-journal"] { unsafe _ = unlink(path + ending) }
    }
    let code: Int32
    if force {
      removeLogs()
      code = unsafe rename(draft, path) == 0 ? 0 : errno
    } else if unsafe link(draft, path) == 0 {
      unsafe unlink(draft)
      code = 0
    } else if errno == EEXIST {
      code = EEXIST
    } else {
      // Some file systems have no hard links; there, two that start at once are not told apart.
      code = unsafe exists(path) ? EEXIST : rename(draft, path) == 0 ? 0 : errno
    }
    switch code {
    case 0:
      if !force { removeLogs() }
      syncFolder(of: path)
    case EEXIST: throw RecordingError(.exists, "\(path) exists already")
    default: throw RecordingError(.denied, "\(path) cannot be made: \(reason(code))")
    }
  }

  /// Removes a file and what SQLite left beside it.
  static func remove(_ path: String) {
    for ending in ["", "-wal", "-shm", "-journal"] { unsafe _ = unlink(path + ending) }
  }

  /// Makes sure that a new name outlasts a power cut.
  private static func syncFolder(of path: String) {
    let descriptor = unsafe open(folder(of: path), O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func reason(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
