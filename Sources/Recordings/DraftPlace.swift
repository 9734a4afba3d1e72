internal import Glibc
internal import Platform

/// A hidden folder beside a recording's final path. The recording is made in it, and it is removed
/// with everything that SQLite left inside. If the process is killed, the next one that writes
/// there removes the folder.
final class DraftPlace: Sendable {
  /// The file being made.
  let path: String
  private let folder: String
  private let descriptor: Int32

  /// A place for a file with this final name.
  init(beside name: String) throws(RecordingError) {
    try RecordingFiles.makeFolder(of: name)
    do {
      (descriptor, folder) = try Files.makePartialFolder(in: Files.folder(of: name))
    } catch {
      guard case .failed(_, _, let reason) = error else {
        throw RecordingError(.denied, error.description)
      }
      let kind: RecordingError.Kind = [ENOSPC, EDQUOT].contains(reason) ? .full : .denied
      throw RecordingError(kind, "\(name) cannot be made: \(FileError.text(of: reason))")
    }
    path = "\(folder)/\(Files.name(of: name))"
  }

  deinit {
    remove()
    Files.closePartial(descriptor)
  }

  /// Removes the folder.
  func remove() { Files.removeFolder(folder) }
}
