internal import CSQLite

/// SQLite's answer when something failed.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
  /// The extended result code: https://sqlite.org/rescode.html
  package var code: Int32
  /// SQLite's own message.
  package var message: String
  /// What was attempted: a statement, or opening a file.
  package var attempt: String

  /// An error of SQLite and the attempt that caused it.
  package init(code: Int32, message: String, attempt: String) {
    self.code = code
    self.message = message
    self.attempt = attempt
  }

  /// A message for people.
  package var description: String { "SQLite says '\(message)' (\(code)) to: \(attempt)" }

  /// The causes that a program treats differently.
  package enum Reason: Sendable {
    case busy, full, readOnly, cannotOpen, denied, notADatabase, corrupt, constraint, io, tooLong,
      protocolBroken, other
  }

  /// The cause of this error.
  package var reason: Reason {
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: .busy
    case SQLITE_FULL: .full
    case SQLITE_READONLY: .readOnly
    case SQLITE_CANTOPEN: .cannotOpen
    case SQLITE_PERM, SQLITE_AUTH: .denied
    case SQLITE_NOTADB: .notADatabase
    case SQLITE_CORRUPT, SQLITE_FORMAT: .corrupt
    case SQLITE_CONSTRAINT, SQLITE_MISMATCH: .constraint
    case SQLITE_IOERR: .io
    case SQLITE_INTERRUPT, SQLITE_TOOBIG: .tooLong
    case SQLITE_PROTOCOL: .protocolBroken
    default: .other
    }
  }

  /// A value whose type does not match its column, which only a damaged file can contain.
  package static func mismatch(column: Int, of attempt: String) -> SQLiteError {
    SQLiteError(
      code: SQLITE_CORRUPT, message: "value \(column) of a row has the wrong type",
      attempt: attempt)
  }

  /// Rows that were written but are not there.
  package static func missingRows(_ message: String) -> SQLiteError {
    SQLiteError(code: SQLITE_CORRUPT, message: message, attempt: "commit a batch")
  }
}

/// The version of the library in use.
package let sqliteVersion = unsafe String(cString: sqlite3_libversion())
