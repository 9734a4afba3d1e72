internal import CCrypto

/// A library that this program uses, and the version that is in use now.
package struct LibraryVersion: Sendable {
  /// Its name, as its authors write it.
  package let name: String
  /// Its version; nil where the library cannot be loaded.
  package let version: String?

  /// A library.
  package init(_ name: String, _ version: String?) {
    self.name = name
    self.version = version
  }

  /// What hashes recordings.
  package static var openSSL: LibraryVersion {
    let version = unsafe reel_crypto_version().map { unsafe String(cString: $0) }
    return LibraryVersion(
      "OpenSSL", version?.split(separator: " ").dropFirst().first.map(String.init))
  }
}
