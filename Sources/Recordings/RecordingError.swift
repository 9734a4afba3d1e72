internal import Rollouts
internal import SQLite

/// Why a recording could not be made, read or changed.
public struct RecordingError: Error, Equatable, CustomStringConvertible {
  /// The failures that a program handles differently.
  public enum Kind: Sendable {
    /// There is no such file.
    case missing
    /// The file is not a recording: a folder, not an SQLite file, or another program's.
    case foreign
    /// A newer version of this program made it.
    case newer
    /// The file is truncated or changed.
    case damaged
    /// Another process has locked it.
    case locked
    /// A file with this name, or a log beside it, exists; `force` replaces it.
    case exists
    /// Another process is writing it.
    case beingWritten
    /// Reading or writing is not permitted there.
    case denied
    /// There is no space left.
    case full
    /// The data is not a rollout: a reward that is not a number, rows out of order.
    case invalid
    /// The recording does not contain what was requested.
    case absent
    /// Any other error of the system.
    case system
  }

  /// The kind of failure.
  public let kind: Kind
  /// A message for people.
  public let description: String

  /// The file that does not exist; nil for all other failures.
  package private(set) var missingFile: String?

  /// A failure with a message.
  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// There is no such file.
  package static func noFile(_ path: String) -> RecordingError {
    var error = RecordingError(.missing, "there is no file \(path)")
    error.missingFile = path
    return error
  }

  /// An SQLite error as an error of a recording.
  init(_ error: SQLiteError, path: String) {
    switch error.reason {
    case .busy: self.init(.locked, "\(path) is locked by another process")
    case .full: self.init(.full, "there is no space left for \(path): the disk is full")
    case .readOnly, .denied: self.init(.denied, "\(path) is not writable")
    case .cannotOpen: self.init(.denied, "\(path) cannot be opened: \(error.message.sentence)")
    case .notADatabase: self.init(.foreign, "\(path) is not a recording: it is not an SQLite file")
    case .corrupt: self.init(.damaged, "\(path) is damaged: \(error.message.sentence)")
    case .io: self.init(.system, "\(path) cannot be read or written: \(error.message.sentence)")
    case .tooLong:
      self.init(
        .damaged, "\(path) is damaged: a query took longer than a file of its size can need")
    case .protocolBroken:
      self.init(
        .denied,
        "\(path)-wal was left by a writer that died, and reading it needs write permission: reel recover gets its rows"
      )
    case .constraint, .other: self.init(.system, "\(path): \(error.description.sentence)")
    }
  }

  static func damaged(_ path: String, _ what: String) -> RecordingError {
    RecordingError(.damaged, "\(path) is damaged: \(what)")
  }
}

/// Runs `body` and turns an error of SQLite into one that names the recording.
func withRecordingErrors<Result>(
  _ path: String, _ body: () throws(SQLiteError) -> Result
) throws(RecordingError) -> Result {
  do {
    return try body()
  } catch {
    throw RecordingError(error, path: path)
  }
}
