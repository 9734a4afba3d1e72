internal import CCrypto

/// SHA-256, fed piece by piece. It is computed by OpenSSL's libcrypto, which uses the processor's
/// own instructions for it.
///
/// https://docs.openssl.org/3.0/man3/EVP_DigestInit/
@safe package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// Loaded before the first hash.
  nonisolated(unsafe) private static let library = unsafe reel_load_sha256()

  /// A hash of no bytes yet.
  package init() {
    unsafe context = Self.makeContext()
    Self.check(unsafe Self.library.begin(context, Self.library.algorithm, nil))
  }

  deinit { unsafe Self.library.destroy(context) }

  /// The hash of some bytes.
  package static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finished()
  }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  /// Adds bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    Self.check(unsafe Self.library.update(context, bytes.baseAddress, bytes.count))
  }

  /// The 32 bytes of the hash; more bytes may still be added.
  package func finished() -> [UInt8] {
    let copy = unsafe Self.makeContext()
    defer { unsafe Self.library.destroy(copy) }
    Self.check(unsafe Self.library.copy(copy, context))
    return unsafe [UInt8](unsafeUninitializedCapacity: 32) { bytes, count in
      if let start = bytes.baseAddress {
        Self.check(unsafe Self.library.finish(copy, start, nil))
      }
      count = 32
    }
  }

  private static func makeContext() -> OpaquePointer {
    guard let context = unsafe library.make() else { preconditionFailure("there is memory") }
    return unsafe context
  }

  private static func check(_ status: Int32) {
    precondition(status == 1, "libcrypto hashes all that it is given")
  }
}
