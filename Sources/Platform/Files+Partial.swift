internal import Glibc
internal import Synchronization

// The C library has it, but Swift's module of it does not show it.
@_silgen_name("renameat2")
private func renameat2(
  _ folder: Int32, _ path: UnsafePointer<CChar>, _ otherFolder: Int32,
  _ other: UnsafePointer<CChar>, _ flags: UInt32
) -> Int32

/// Where bytes wait until they are complete: hidden files and folders, by names that nobody can foresee.
///
/// Each is locked as long as its descriptor is open. A process that is killed lets go of its lock, so that
/// the next process that writes into that folder can tell what was left from what is being written.
extension Files {
  private static let (partialPrefix, partialSuffix) = (".reel-", ".partial")

  /// Whether this is the name of one: whoever made it holds it.
  package static func isPartial(_ path: String) -> Bool {
    let name = name(of: path)
    return name.hasPrefix(partialPrefix) && name.hasSuffix(partialSuffix)
  }

  /// Makes a new hidden file in a folder.
  static func openPartial(in folder: String) throws(FileError) -> (descriptor: Int32, path: String)
  {
    try makePartial(in: folder) { path in
      unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    }
  }

  /// Makes a new hidden folder in a folder; it is held until the descriptor is closed.
  package static func makePartialFolder(
    in folder: String
  ) throws(FileError) -> (descriptor: Int32, path: String) {
    try makePartial(in: folder) { path in
      guard unsafe mkdir(path, 0o777) == 0 else { return -1 }
      return unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
  }

  /// Lets go of what was made.
  package static func closePartial(_ descriptor: Int32) { close(descriptor) }

  private static func makePartial(
    in folder: String, _ make: (String) -> Int32
  ) throws(FileError) -> (descriptor: Int32, path: String) {
    if isFirstPartial(in: folder) { removeAbandoned(in: folder) }
    for _ in 0..<100 {
      let digits = String(UInt64.random(in: .min ... .max), radix: 16)
      let zeros = String(repeating: "0", count: 16 - digits.count)
      let path = "\(folder)/\(partialPrefix)\(zeros)\(digits)\(partialSuffix)"
      let descriptor = make(path)
      if descriptor >= 0 {
        if isHeld(descriptor) { return (descriptor, path) }
        close(descriptor)
      } else if errno != EEXIST && errno != ENOENT {
        // Before it was held, another process may have taken it for abandoned and removed it.
        break
      }
    }
    throw .failed("write", folder, errno)
  }

  /// Locks what was just made; false where another process took it for abandoned before.
  private static func isHeld(_ descriptor: Int32) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return false }
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_nlink > 0
  }

  /// The folders that were looked through. Once is enough for a process: each time would take as long as there are
  /// files in the folder.
  private static let searched = Mutex<Set<String>>([])

  private static func isFirstPartial(in folder: String) -> Bool {
    searched.withLock { $0.insert(folder).inserted }
  }

  /// Removes what processes left that were killed: hidden files and folders of ours that nobody holds.
  private static func removeAbandoned(in folder: String) {
    for name in (try? names(in: folder, startingWith: partialPrefix)) ?? [] where isPartial(name) {
      let path = "\(folder)/\(name)"
      let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
      else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        // A fork is made in one of its own.
        removeAbandoned(in: path)
        removeFolder(path)
      } else {
        unsafe unlink(path)
      }
    }
  }

  /// Puts one folder in the other's place, at once, with its permissions. False where the file system cannot,
  /// or where they differ in their owner or group, which the one that stays would lose.
  package static func exchange(
    _ folder: String, heldBy descriptor: Int32, with other: String
  ) -> Bool {
    var (new, old) = (stat(), stat())
    guard unsafe fstat(descriptor, &new) == 0 && lstat(other, &old) == 0,
      new.st_uid == old.st_uid, new.st_gid == old.st_gid
    else { return false }
    fchmod(descriptor, old.st_mode & 0o7777)
    let exchange: UInt32 = 2  // RENAME_EXCHANGE
    return unsafe renameat2(AT_FDCWD, folder, AT_FDCWD, other, exchange) == 0
  }

  /// The permissions of a file; nil where there is none.
  package static func permissions(of path: String) -> UInt32? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  /// Gives a file the permissions of another, where there is one.
  package static func copyPermissions(from path: String, to other: String) {
    if let mode = permissions(of: path) { unsafe _ = chmod(other, mode) }
  }

  /// Whether a folder lies on the disk of the one around it: a mount point does not.
  package static func isOnDiskOfParent(_ folder: String) -> Bool {
    identity(folder)?.device == identity(self.folder(of: folder))?.device
  }
}
