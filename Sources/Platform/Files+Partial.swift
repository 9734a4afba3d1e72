internal import Glibc
internal import Synchronization

// The C library has this function, but Swift's module for it does not expose it.
@_silgen_name("renameat2")
private func renameat2(
  _ folder: Int32, _ path: UnsafePointer<CChar>, _ otherFolder: Int32,
  _ other: UnsafePointer<CChar>, _ flags: UInt32
) -> Int32

/// Hidden files and folders that hold bytes until they are complete. Nobody can predict their
/// names.
///
/// Each is locked while its descriptor is open. A killed process loses its lock, so the next
/// process that writes into the folder can distinguish leftovers from files in progress.
extension Files {
  private static let (partialPrefix, partialSuffix) = (".reel-", ".partial")

  /// Whether this is the name of a partial file; if so, the process that made it holds it.
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

  /// Releases a partial file or folder.
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
        // Another process may have removed it as abandoned before it was locked.
        break
      }
    }
    throw .failed("write", folder, errno)
  }

  /// Locks a new file; false where another process has already removed it as abandoned.
  private static func isHeld(_ descriptor: Int32) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return false }
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_nlink > 0
  }

  /// The folders that this process has searched. Once is enough: a search reads every name in the folder.
  private static let searched = Mutex<Set<String>>([])

  private static func isFirstPartial(in folder: String) -> Bool {
    searched.withLock { $0.insert(folder).inserted }
  }

  /// Removes hidden files and folders of ours that killed processes left behind.
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
        // A fork is made inside a hidden folder of its own.
        removeAbandoned(in: path)
        removeFolder(path)
      } else {
        unsafe unlink(path)
      }
    }
  }

  /// Swaps two folders atomically, with their permissions. False where the file system cannot do
  /// it, or where owner or group differ, since the folder that stays would lose its own.
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

  /// Copies the permissions of another file, where there is one.
  package static func copyPermissions(from path: String, to other: String) {
    if let mode = permissions(of: path) { unsafe _ = chmod(other, mode) }
  }

  /// Whether a folder is on the same disk as its parent; a mount point is not.
  package static func isOnDiskOfParent(_ folder: String) -> Bool {
    identity(folder)?.device == identity(self.folder(of: folder))?.device
  }
}
