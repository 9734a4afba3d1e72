import Glibc
import Studio
import TestSupport
import Testing

/// What the server withstands, over real connections.
@Suite(.serialized) struct ServerTests {
  /// Serves a folder with a recording while a body runs, and checks that the server still answers at the end.
  private func serving(
    requestSeconds: Double = 15, _ body: (ServedStudio) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      _ = try smallRun(in: folder)
      let studio = try ServedStudio(folder, requestSeconds: requestSeconds)
      defer { studio.server.stop() }
      try body(studio)
      #expect(studio.status("/api/library") == 200, "the server still runs")
    }
  }

  @Test func `a foreign name is refused, with our port and our cookie too`() throws {
    try serving { studio in
      for name in ["evil.example", "evil.example:\(studio.port)", "127.0.0.1.evil.example"] {
        let answer = RawConnection.status(studio.get("/", host: name), port: studio.port)
        #expect(answer == 403)
      }
      #expect(RawConnection.status("GET / HTTP/1.1\r\n\r\n", port: studio.port) != 200)
      #expect(RawConnection.status("GET / HTTP/1.0\r\n\r\n", port: studio.port) == 403)
    }
  }

  @Test func `without the token's cookie nothing is answered, not even a picture`() throws {
    try serving { studio in
      for path in ["/", "/page/studio.js", "/api/library", "/api/events", "/?token=0", "/?token="] {
        let request = studio.get(path, cookie: "reel-\(studio.port)=0")
        #expect(RawConnection.status(request, port: studio.port) == 403)
      }
    }
  }

  @Test func `a post from another page is refused before its body is read`() throws {
    try serving { studio in
      let head =
        "POST /api/library/label HTTP/1.1\r\nHost: \(studio.host)\r\nCookie: \(studio.cookie)\r\n"
        + "Content-Length: 100000\r\n"
      for origin in [
        "", "Origin: http://evil.example\r\nContent-Type: application/json\r\n",
        "Origin: null\r\nContent-Type: application/json\r\n",
        "Origin: http://\(studio.host)\r\nContent-Type: text/plain\r\n",
      ] {
        let connection = try #require(RawConnection(port: studio.port))
        connection.send(head + origin + "\r\n")
        #expect([403, 415].contains(RawConnection.status(of: connection.receive(atMost: 500))))
      }
    }
  }

  @Test func `no path leads out of the studio`() throws {
    try serving { studio in
      for path in [
        "/page/../../../etc/passwd", "/page/..%2f..%2f..%2fetc%2fpasswd",
        "/page/%2e%2e/Package.swift",
        "/../etc/passwd", "//etc/passwd", "/page//etc/passwd", "/api/run/..%2f..%2fetc%2fpasswd",
        "/api/run/%2fetc%2fpasswd", "/page/index.html%00.js", "/page/", "/run/a/b", "/etc/passwd",
        "/api/run/run.sqlite", "/api/library/thumb?id=../run",
      ] {
        let connection = try #require(RawConnection(port: studio.port))
        connection.send(studio.get(path))
        let answer = connection.receive()
        #expect(!answer.contains("root:"), "\(path)")
        #expect(
          [400, 404].contains(RawConnection.status(of: answer))
            || answer.contains("<!doctype html>"),
          "\(path): \(answer.prefix(60))")
      }
    }
  }

  @Test func `a client that is slow, or sends half a request, is disconnected`() throws {
    try serving(requestSeconds: 1) { studio in
      let idle = try #require(RawConnection(port: studio.port))
      let half = try #require(RawConnection(port: studio.port))
      half.send("GET / HTTP/1.1\r\nHost: ")
      let dripping = try #require(RawConnection(port: studio.port))
      dripping.send("GET / HTTP/1.1\r\nX: ")
      var isConnected = true
      for _ in 0..<40 where isConnected {
        usleep(100_000)
        isConnected = dripping.send("a")
      }
      #expect(!isConnected, "a byte now and then does not keep a connection open")
      #expect(!idle.receive().contains("200"))
      #expect(!half.receive().contains("200"))
    }
  }

  @Test func `a thousand idle connections do not block the server for long`() throws {
    try serving(requestSeconds: 2) { studio in
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      let count = min(1000, Int(limit.rlim_cur) / 2 - 100)
      let connections = (0..<count).compactMap { _ in RawConnection(port: studio.port, seconds: 1) }
      #expect(connections.count > 200)
      for connection in connections { connection.send("GET / HT") }
      usleep(3_500_000)
      #expect(studio.status("/api/library") == 200)
      withExtendedLifetime(connections) {}
    }
  }

  @Test func `a body of 100 MB is not read`() throws {
    try serving { studio in
      let head =
        "POST /api/library/label HTTP/1.1\r\nHost: \(studio.host)\r\nCookie: \(studio.cookie)\r\n"
        + "Origin: http://\(studio.host)\r\nContent-Type: application/json\r\n"
      let known = try #require(RawConnection(port: studio.port))
      known.send(head + "Content-Length: 100000000\r\n\r\n")
      #expect(RawConnection.status(of: known.receive(atMost: 300)) == 413)
      for length in ["-1", "99999999999999999999", "1e9"] {
        let odd = try #require(RawConnection(port: studio.port))
        odd.send(head + "Content-Length: \(length)\r\n\r\n")
        #expect(RawConnection.status(of: odd.receive(atMost: 300)) != 200)
      }
      // In chunks, whose sum is not known in advance.
      let chunked = try #require(RawConnection(port: studio.port))
      chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n")
      let chunk = "100000\r\n" + String(repeating: "a", count: 1 << 20) + "\r\n"
      var sent = 0
      while sent < 100, chunked.send(chunk) { sent += 1 }
      #expect(sent < 40, "hung up after \(sent) MB")
    }
  }

  @Test func `garbage is not accepted as a request`() throws {
    try serving { studio in
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<200 {
        let connection = try #require(RawConnection(port: studio.port, seconds: 1))
        let count = Int.random(in: 1...2000, using: &generator)
        connection.send((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        connection.send("\r\n\r\n")
      }
      let long = try #require(RawConnection(port: studio.port))
      long.send("GET /\(String(repeating: "a", count: 1 << 20)) HTTP/1.1\r\n\r\n")
      #expect(RawConnection.status(of: long.receive(atMost: 300)) != 200)
      let many = try #require(RawConnection(port: studio.port))
      many.send("GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 100_000) + "\r\n")
      #expect(RawConnection.status(of: many.receive(atMost: 300)) != 200)
    }
  }

  @Test func `a server ends while a stream is open`() throws {
    try withTemporaryFolder { folder in
      _ = try smallRun(in: folder)
      let studio = try ServedStudio(folder)
      let connection = try #require(RawConnection(port: studio.port))
      connection.send(studio.get("/api/events"))
      #expect(connection.receive(atMost: 10).contains("HTTP/1.1"))
      studio.server.stop()
      #expect(RawConnection(port: studio.port) == nil)
    }
  }

  @Test func `a port that is taken is reported in one sentence`() throws {
    try withTemporaryFolder { folder in
      let studio = try ServedStudio(folder)
      defer { studio.server.stop() }
      let error = #expect(throws: ServerError.self) {
        try HTTPServer(host: "127.0.0.1", port: studio.port) { _ in
          Studio(Library([folder]), gate: Gate(port: 0))
        }
      }
      #expect(error?.description.hasPrefix("port \(studio.port) is taken") == true)
    }
  }
}
