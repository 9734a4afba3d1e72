internal import CMicroHTTPD
internal import Glibc
internal import Platform
internal import Synchronization

/// An HTTP server based on GNU libmicrohttpd.
///
/// ```swift
/// let server = try HTTPServer(host: "127.0.0.1", port: 0) { server in Answers(port: server.port) }
/// defer { server.stop() }
/// ```
///
/// https://www.gnu.org/software/libmicrohttpd/manual/libmicrohttpd.html
@safe package final class HTTPServer: Sendable {
  /// The object that answers requests.
  package protocol Answering: Sendable {
    /// The answer to a request before its body is read, if the body should not be read.
    func refusal(of head: Request) -> Response?
    /// The answer to a request, on a thread of its connection.
    func answer(_ request: Request) -> Response
  }

  /// The port that it listens on.
  package let port: Int
  private let core: Core
  nonisolated(unsafe) private let daemon: OpaquePointer
  private let watching: SystemThread?

  /// The limits: further connections are closed at once, longer headers and bodies refused.
  static let (connections, headBytes, bodyBytes) = (UInt32(200), 32 << 10, 8 << 20)

  /// Serves on a host name of this machine; port 0 picks a free one. A client that does not send a complete
  /// request within some seconds is disconnected.
  package init(
    host: String, port: Int, requestSeconds: Double = 15,
    answering: (_ port: Int) throws -> any Answering
  ) throws {
    guard let http = unsafe reel_load_http()?.pointee else {
      throw ServerError(
        description: "the studio needs libmicrohttpd, which is missing: apt install libmicrohttpd12"
      )
    }
    let socket = try ListeningSocket(host: host, port: port)
    self.port = socket.port
    do {
      core = Core(
        http: http, answering: try answering(socket.port),
        ConnectionWatch(seconds: requestSeconds))
    } catch {
      close(socket.descriptor)
      throw error
    }
    let limits = reel_http_limits(
      connections: Self.connections, idle_seconds: UInt32(requestSeconds.rounded(.up)),
      head_bytes: Self.headBytes)
    let daemon = unsafe reel_http_start(
      http, socket.descriptor, limits,
      { core, connection, path, method, _, bytes, count, incoming in
        guard let core = unsafe Core.of(core), let connection = unsafe connection,
          let count = unsafe count, let incoming = unsafe incoming
        else { return reel_http_no }
        return unsafe core.receive(
          connection, path: path.map { unsafe String(cString: $0) } ?? "",
          method: method.map { unsafe String(cString: $0) } ?? "", bytes, count, incoming)
      },
      { core, connection, incoming, _ in
        guard let core = unsafe Core.of(core), let connection = unsafe connection,
          let incoming = unsafe incoming
        else { return }
        unsafe core.complete(connection, incoming)
      },
      { core, connection, _, code in
        guard let core = unsafe Core.of(core), let connection = unsafe connection else { return }
        unsafe core.notice(connection, isNew: code == reel_http_started)
      }, Unmanaged.passUnretained(core).toOpaque())
    guard let daemon = unsafe daemon else {
      close(socket.descriptor)
      throw ServerError(description: "libmicrohttpd cannot start the server")
    }
    unsafe self.daemon = daemon
    watching = SystemThread { [watch = core.watch] in watch.run() }
  }

  /// Stops answering; returns once all running requests are done.
  package func stop() {
    core.isStopping.store(true, ordering: .relaxed)
    unsafe core.http.stop(daemon)
    core.watch.stop()
    watching?.join()
  }

  // MARK: Callbacks

  /// The state shared with the library's threads.
  @safe private final class Core: @unchecked Sendable {
    let http: reel_http
    let answering: any Answering
    let watch: ConnectionWatch
    let isStopping = Atomic(false)

    init(http: reel_http, answering: any Answering, _ watch: ConnectionWatch) {
      (self.http, self.answering, self.watch) = (http, answering, watch)
    }

    static func of(_ pointer: UnsafeMutableRawPointer?) -> Core? {
      unsafe pointer.map { unsafe Unmanaged<Core>.fromOpaque($0).takeUnretainedValue() }
    }

    func notice(_ connection: OpaquePointer, isNew: Bool) {
      let socket = unsafe reel_http_socket(http, connection)
      if isNew { watch.begin(socket) } else { watch.end(socket) }
    }

    /// Called for a request's head, then for each piece of its body, then at its end.
    func receive(
      _ connection: OpaquePointer, path: String, method: String,
      _ bytes: UnsafePointer<CChar>?, _ count: UnsafeMutablePointer<Int>,
      _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
      guard let known = unsafe kept.pointee else {
        let incoming = Incoming(unsafe head(of: connection, method: method, path: path))
        unsafe kept.pointee = Unmanaged.passRetained(incoming).toOpaque()
        if let refusal = answering.refusal(of: incoming.request) ?? incoming.tooLong {
          return unsafe queue(refusal, connection)
        }
        return reel_http_yes
      }
      let incoming = unsafe Unmanaged<Incoming>.fromOpaque(known).takeUnretainedValue()
      if unsafe count.pointee > 0, let bytes = unsafe bytes {
        guard
          unsafe incoming.request.body.count + count.pointee <= HTTPServer.bodyBytes
        else { return reel_http_no }
        unsafe incoming.request.body.append(
          contentsOf: UnsafeRawBufferPointer(start: bytes, count: count.pointee))
        unsafe count.pointee = 0
        return reel_http_yes
      }
      unsafe watch.answer(reel_http_socket(http, connection))
      return unsafe queue(answering.answer(incoming.request), connection)
    }

    func complete(
      _ connection: OpaquePointer, _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) {
      if let known = unsafe kept.pointee {
        unsafe Unmanaged<Incoming>.fromOpaque(known).release()
        unsafe kept.pointee = nil
      }
      unsafe watch.answered(reel_http_socket(http, connection))
    }

    private func head(of connection: OpaquePointer, method: String, path: String) -> Request {
      let request = Incoming(Request(method: method, path: path))
      let pointer = unsafe Unmanaged.passUnretained(request).toOpaque()
      unsafe _ = http.values(
        connection, reel_http_headers,
        { incoming, _, key, value in
          unsafe Incoming.take(incoming, key, value) { $0.headers[$1.lowercased()] = $2 }
        }, pointer)
      unsafe _ = http.values(
        connection, reel_http_query,
        { incoming, _, key, value in
          unsafe Incoming.take(incoming, key, value) { $0.query[$1] = $2 }
        }, pointer)
      return request.request
    }

    private func queue(_ response: Response, _ connection: OpaquePointer) -> MHD_Result {
      let made: OpaquePointer?
      switch response.body {
      case .bytes(let bytes):
        unsafe made = unsafe bytes.withUnsafeBytes { bytes in
          unsafe http.bytes(
            bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), reel_http_copy)
        }
      case .stream(let stream):
        let reading = Reading(stream, self)
        unsafe made = unsafe http.stream(
          .max, 64 << 10,
          { reading, _, buffer, room in
            guard let reading = unsafe reading, let buffer = unsafe buffer else { return -1 }
            return unsafe Unmanaged<Reading>.fromOpaque(reading).takeUnretainedValue()
              .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: room))
          }, Unmanaged.passRetained(reading).toOpaque(),
          { reading in
            guard let reading = unsafe reading else { return }
            unsafe Unmanaged<Reading>.fromOpaque(reading).takeRetainedValue().stream.close()
          })
      }
      guard let made = unsafe made else { return reel_http_no }
      for header in response.headers + Self.headers {
        unsafe _ = http.header(made, header.name, header.value)
      }
      defer { unsafe http.destroy(made) }
      return unsafe http.queue(connection, UInt32(response.status), made)
    }

    /// The headers of every response: pages run only their own scripts, load nothing from other sites, cannot be
    /// framed, and are not cached.
    private static let headers = [
      (
        name: "Content-Security-Policy",
        value: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
          + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
      ),
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Cross-Origin-Opener-Policy", "same-origin"), ("Cache-Control", "no-store"),
    ]
  }

  /// A request while it arrives.
  private final class Incoming {
    var request: Request

    init(_ request: Request) { self.request = request }

    /// The refusal of a body that is too long to be read.
    var tooLong: Response? {
      guard let length = request.headers["content-length"],
        Int(length).map({ $0 > HTTPServer.bodyBytes }) ?? true
      else { return nil }
      return Response("the request is too large\n", type: "text/plain", status: 413)
    }

    static func take(
      _ pointer: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?,
      _ value: UnsafePointer<CChar>?, _ keep: (inout Request, String, String) -> Void
    ) -> MHD_Result {
      guard let pointer = unsafe pointer, let key = unsafe key else { return reel_http_yes }
      let incoming = unsafe Unmanaged<Incoming>.fromOpaque(pointer).takeUnretainedValue()
      unsafe keep(
        &incoming.request, String(cString: key), value.map { unsafe String(cString: $0) } ?? "")
      return reel_http_yes
    }
  }

  /// A stream while it is sent.
  private final class Reading {
    let stream: any ByteStream
    private let core: Core
    private var rest: ArraySlice<UInt8> = []

    init(_ stream: any ByteStream, _ core: Core) { (self.stream, self.core) = (stream, core) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
      while rest.isEmpty {
        guard !core.isStopping.load(ordering: .relaxed), let next = stream.next() else {
          return -1
        }
        rest = next[...]
      }
      let count = min(rest.count, buffer.count)
      unsafe buffer.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }
  }
}
