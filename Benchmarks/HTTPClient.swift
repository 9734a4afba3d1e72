import Film
import Glibc
import Rollouts

/// A connection that stays open, like a browser's.
final class HTTPClient {
  private let descriptor: Int32
  private let head: String
  private var rest: [UInt8] = []

  /// Connects to a port of this machine.
  init(port: Int, cookie: String) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    head = " HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nCookie: \(cookie)\r\n\r\n"
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw HTTPFailure(description: "nothing listens on port \(port)") }
  }

  deinit { close(descriptor) }

  /// The body of an answer; an error status is thrown.
  func get(_ path: String) throws -> [UInt8] {
    let lines = try begin(path)
    guard let length = lines.lazy.compactMap(Self.length).first else {
      throw HTTPFailure(description: "\(path): an answer without a length")
    }
    while rest.count < length { try receive() }
    let body = Array(rest.prefix(length))
    rest.removeFirst(length)
    return body
  }

  /// An answer as JSON.
  func json(_ path: String) throws -> JSON {
    try JSON(parsing: String(decoding: get(path), as: UTF8.self))
  }

  /// The ids of a studio's recordings, by name.
  func ids() throws -> [String: String] {
    guard case .array(let rows)? = try json("/api/library")["rows"] else { return [:] }
    return Dictionary(
      rows.map { ($0["name"]?.text ?? "", $0["id"]?.text ?? "") },
      uniquingKeysWith: { first, _ in first })
  }

  /// Receives the events called "run" until `body` returns false.
  func listen(_ path: String, _ body: (JSON) -> Bool) throws {
    _ = try begin(path)
    while true {
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest.removeFirst(end + 1)
        guard line.hasPrefix("data: {\"steps\"") else { continue }
        if try !body(JSON(parsing: String(line.dropFirst("data: ".count)))) { return }
      }
      try receive()
    }
  }

  /// Visits the address with a token; returns the cookie.
  static func cookie(port: Int, token: String) throws -> String {
    let lines = try HTTPClient(port: port, cookie: "").begin("/?token=\(token)", " 303")
    let header = lines.first { $0.lowercased().hasPrefix("set-cookie:") } ?? ""
    return String(header.dropFirst("set-cookie:".count).drop { $0 == " " }.prefix { $0 != ";" })
  }

  /// Sends a request for a path, and reads the head of the answer.
  private func begin(_ path: String, _ status: String = " 20") throws -> [String] {
    let bytes = Array("GET \(path)\(head)".utf8)
    guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw HTTPFailure(description: "the server hung up")
    }
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let place = rest.indices.first(where: { rest[$0...].starts(with: end) }) {
        let lines = String(decoding: rest[..<place], as: UTF8.self).split(separator: "\r\n")
          .map(String.init)
        rest.removeFirst(place + end.count)
        guard lines.first?.contains(status) == true else {
          throw HTTPFailure(description: "\(path): \(lines.first ?? "")")
        }
        return lines
      }
      try receive()
    }
  }

  private static func length(_ line: String) -> Int? {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
    return Int(parts[1].drop { $0 == " " })
  }

  private func receive() throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw HTTPFailure(description: "the server hung up") }
    rest += buffer.prefix(count)
  }
}

/// Why a server did not answer as expected.
struct HTTPFailure: Error, CustomStringConvertible {
  let description: String
}

/// A studio that serves a folder in its own process, and a browser that was admitted.
struct ServedStudio {
  let port: Int
  let cookie: String
  let client: HTTPClient
  private let process: pid_t

  /// Starts the studio, and visits the address that it prints.
  init(_ folder: String) throws {
    let line =
      "reel=$(readlink /proc/$PPID/exe); cd '\(folder)'; echo $$;"
      + " exec $reel studio . --port 0 --json 2>/dev/null"
    guard let output = popen(line, "r") else { throw HTTPFailure(description: "no shell") }
    var said = ""
    var buffer = [CChar](repeating: 0, count: 512)
    while !said.contains("}"), fgets(&buffer, 512, output) != nil {
      said += String(
        decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    // It writes nothing more, and is stopped by its process id.
    let parts = said.split(separator: "\n", maxSplits: 1)
    guard parts.count == 2, let process = pid_t(parts[0]),
      let json = try? JSON(parsing: String(parts[1])), let port = json["port"]?.int,
      let token = json["address"]?.text?.split(separator: "=").last
    else { throw HTTPFailure(description: "the studio did not start: \(said)") }
    (self.process, self.port) = (process, port)
    cookie = try HTTPClient.cookie(port: port, token: String(token))
    client = try HTTPClient(port: port, cookie: cookie)
  }

  func stop() { kill(process, SIGINT) }

  /// The id of a recording.
  func id(_ name: String) throws -> String {
    guard let id = try client.ids()[name] else {
      throw HTTPFailure(description: "there is no recording \(name)")
    }
    return id
  }

  /// Requests a frame and decodes it.
  func frame(_ id: String, _ episode: Int, _ t: Int) throws {
    let png = try client.get("/api/run/\(id)/stage?episode=\(episode)&t=\(t)&size=720")
    _ = try PNGReader.canvas(from: png, path: "frame.png")
  }

  /// The memory of the studio's process.
  func residentMegabytes() throws -> Double {
    var line = [CChar](repeating: 0, count: 64)
    guard let output = popen("ps -o rss= -p \(process)", "r"), fgets(&line, 64, output) != nil,
      let kilobytes = Double(
        String(decoding: line.map(UInt8.init(bitPattern:)), as: UTF8.self).filter(\.isNumber))
    else { throw HTTPFailure(description: "ps does not say what memory the studio holds") }
    pclose(output)
    return kilobytes / 1024
  }
}
