internal import Glibc
internal import Platform
internal import Synchronization

/// Ends connections that do not send their request in time: a client that sends a byte now and then would
/// occupy a connection for ever.
final class ConnectionWatch: Sendable {
  private let seconds: Double
  /// Since when each socket's request has been awaited; nil while one is answered.
  private let awaited = Mutex<[Int32: Double?]>([:])
  private let isDone = Atomic(false)

  /// Gives each request some seconds, from its connection or the end of the one before.
  init(seconds: Double) { self.seconds = seconds }

  func begin(_ socket: Int32) { awaited.withLock { $0[socket] = monotonicSeconds() } }

  /// Called when a request is complete and is being answered.
  func answer(_ socket: Int32) {
    awaited.withLock { if $0[socket] != nil { $0[socket] = .some(nil) } }
  }

  /// Called when the next request is awaited.
  func answered(_ socket: Int32) {
    awaited.withLock { if $0[socket] != nil { $0[socket] = monotonicSeconds() } }
  }

  func end(_ socket: Int32) { awaited.withLock { _ = $0.removeValue(forKey: socket) } }

  /// Checks once a second, until it is stopped.
  func run() {
    while !isDone.load(ordering: .relaxed) {
      usleep(250_000)
      let now = monotonicSeconds()
      awaited.withLock { awaited in
        for (socket, since) in awaited {
          guard let since, now - since > seconds else { continue }
          // The socket is closed by its own thread, once it sees this; until then its number is not given to
          // another.
          shutdown(socket, Int32(SHUT_RDWR))
        }
      }
    }
  }

  func stop() { isDone.store(true, ordering: .relaxed) }
}
