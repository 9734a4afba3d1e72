internal import Glibc
internal import Platform

/// A hidden folder beside a recording's name, in which the recording is made, and which goes with all that
/// SQLite left in it. Where a process is killed, the next one that writes there removes its folder.
final class DraftPlace: Sendable {
  /// The file that is made.
  let path: String
  private let folder: String
  private let descriptor: Int32

  /// A place for what shall have this name.
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

  /// Leaves nothing of it.
  func remove() { Files.removeFolder(folder) }
}
