internal import Rollouts
internal import SQLite

/// Why a recording could not be made, read or changed.
public struct RecordingError: Error, Equatable, CustomStringConvertible {
  /// The failures that a program treats differently.
  public enum Kind: Sendable {
    /// There is no such file.
    case missing
    /// The file is no recording: a folder, no SQLite file, or another program's.
    case foreign
    /// A newer version of this program made it.
    case newer
    /// It is cut short or changed.
    case damaged
    /// Another process keeps it locked.
    case locked
    /// There is a file of this name, or a log beside it, which force replaces.
    case exists
    /// Another process is writing it.
    case beingWritten
    /// Reading or writing is not allowed there.
    case denied
    /// There is no room left.
    case full
    /// What was to be recorded is not a rollout: a reward that is no number, rows out of order.
    case invalid
    /// What was asked for is not in the recording.
    case absent
    /// Anything else that the system answered.
    case system
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// A sentence for people.
  public let description: String

  /// A failure with its sentence.
  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// An error of SQLite as one of a recording.
  init(_ error: SQLiteError, path: String) {
    switch error.reason {
    case .busy: self.init(.locked, "\(path) is locked by another process")
    case .full: self.init(.full, "there is no room left for \(path): the disk is full")
    case .readOnly, .denied: self.init(.denied, "\(path) may not be written")
    case .cannotOpen: self.init(.denied, "\(path) cannot be opened: \(error.message.sentence)")
    case .notADatabase: self.init(.foreign, "\(path) is not a recording: it is no SQLite file")
    case .corrupt: self.init(.damaged, "\(path) is damaged: \(error.message.sentence)")
    case .io: self.init(.system, "\(path) cannot be read or written: \(error.message.sentence)")
    case .tooLong:
      self.init(
        .damaged, "\(path) is damaged: a query took longer than a file of its size can need")
    case .protocolBroken:
      self.init(
        .denied,
        "\(path)-wal was left by a writer that died, and only who may write it can fold it in: reel recover gets its rows"
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
