internal import Glibc
internal import Platform

/// Why a server cannot start, in one sentence.
package struct ServerError: Error, CustomStringConvertible {
  /// The sentence.
  package var description: String
  /// Whether another port would work.
  package var isPortTaken = false
}

/// A socket that browsers connect to.
struct ListeningSocket {
  let descriptor: Int32
  /// The port, also if the system chose it.
  let port: Int

  /// Listens on a host name of this machine; port 0 picks a free one.
  init(host: String, port: Int) throws(ServerError) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_PASSIVE
    var found: UnsafeMutablePointer<addrinfo>?
    let plain = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    let status = unsafe getaddrinfo(plain, "\(port)", &hints, &found)
    guard status == 0, let address = unsafe found else {
      throw ServerError(description: "there is no host '\(host)' to listen on")
    }
    defer { unsafe freeaddrinfo(address) }
    let descriptor = unsafe socket(
      address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Self.failure(host, port) }
    var yes: Int32 = 1
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard unsafe bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0,
      listen(descriptor, SOMAXCONN) == 0, let port = Self.port(of: descriptor)
    else {
      defer { close(descriptor) }
      throw Self.failure(host, port)
    }
    (self.descriptor, self.port) = (descriptor, port)
  }

  private static func failure(_ host: String, _ port: Int) -> ServerError {
    switch errno {
    case EADDRINUSE:
      ServerError(
        description: "port \(port) is taken by another program", isPortTaken: true)
    case EACCES:
      ServerError(
        description: "port \(port) is reserved for administrators; choose one from 1024 on")
    case EADDRNOTAVAIL:
      ServerError(description: "this machine has no address '\(host)'")
    default:
      ServerError(
        description: "cannot listen on \(host), port \(port): \(FileError.text(of: errno))")
    }
  }

  private static func port(of descriptor: Int32) -> Int? {
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &size)
      }
    }
    guard status == 0 else { return nil }
    // The port is at the same offset in both kinds of addresses.
    return unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe Int(bytes[2]) << 8 | Int(bytes[3])
    }
  }
}
