package import Platform
internal import SQLite

extension LibraryVersion {
  /// What holds recordings.
  package static var sqlite: LibraryVersion { LibraryVersion("SQLite", sqliteVersion) }
}
