import Glibc
import Platform
import Recordings
import Synchronization

/// A recording that is made on this machine's own disk, and copied to its final folder every few minutes and at
/// the end: SQLite's write-ahead log does not work on file systems that machines share. Each copy is
/// consistent and can be resumed, so a lost machine costs only what was recorded since the last copy.
package struct ScratchRecording: Sendable {
  /// The final path.
  private let path: String
  private let folder: String
  private let seconds: Double

  /// A recording for a path, made in a folder of this machine.
  package init(of path: String, in folder: String, every seconds: Double) {
    (self.path, self.folder, self.seconds) = (path, folder, seconds)
  }

  /// Runs the body with a path on this machine's disk, where the recording continues the existing copy.
  package func use<Result>(_ work: (_ path: String) throws -> Result) throws -> Result {
    _ = try Files.makeFolders(folder)
    // Paths in a manifest are relative to its folder, but this one is not.
    let folder = Files.resolved(folder)
    let (descriptor, place) = try Files.makePartialFolder(in: folder)
    let local = "\(place)/\(Files.name(of: path))"
    defer {
      Files.removeFolder(place)
      Files.closePartial(descriptor)
    }
    if Files.isTaken(path) { try Recording(path).copy(to: local) }
    let copier = Copier(from: local, to: path, every: seconds)
    let outcome = Swift.Result { try work(local) }
    copier.stop()
    // A run that failed before its first step has left nothing to copy.
    guard Files.exists(local) else { return try outcome.get() }
    do {
      try copier.copy()
    } catch {
      // What exists only on this disk must not be removed with the folder.
      let kept = "\(folder)/\(Files.name(of: path))"
      try Files.rename(local, to: kept)
      throw RunError.run("\(kept) could not be copied to \(path): \(error)")
    }
    return try outcome.get()
  }
}

/// Copies a recording from time to time while it is written.
private final class Copier: Sendable {
  private let source: String
  private let copyPath: String
  private let isOver = Atomic<Bool>(false)
  private let thread = Mutex<SystemThread?>(nil)

  init(from source: String, to copy: String, every seconds: Double) {
    (self.source, copyPath) = (source, copy)
    let started = SystemThread { [self] in
      var last = monotonicSeconds()
      while !isOver.load(ordering: .relaxed) {
        usleep(100_000)
        guard monotonicSeconds() - last >= seconds else { continue }
        // A failed copy is repeated the next time; only the last one has to succeed.
        if Files.exists(source) { try? self.copy() }
        last = monotonicSeconds()
      }
    }
    thread.withLock { $0 = started }
  }

  func copy() throws {
    try Recording(source).copy(to: copyPath, force: true)
  }

  func stop() {
    isOver.store(true, ordering: .relaxed)
    thread.withLock { $0 }?.join()
  }
}
