import Studio
import Testing

/// Which requests are let in.
struct GateTests {
  private let gate = Gate(port: 7335)
  private let host = "127.0.0.1:7335"

  private func request(
    _ method: String = "GET", _ path: String = "/", query: [String: String] = [:],
    _ headers: [String: String] = [:]
  ) -> Request {
    var request = Request(method: method, path: path)
    request.query = query
    request.headers = ["host": host].merging(headers) { $1 }
    return request
  }

  /// The cookie that a token brings.
  private func cookie() throws -> String {
    let response = try #require(
      gate.response(to: request(query: ["token": gate.token()])))
    #expect(response.status == 303)
    let header = try #require(response.headers.first { $0.name == "Set-Cookie" }?.value)
    for part in ["reel-7335=", "HttpOnly", "SameSite=Strict", "Path=/"] {
      #expect(header.contains(part))
    }
    return String(header.prefix { $0 != ";" })
  }

  private func status(_ request: Request) -> Int? { gate.response(to: request)?.status }

  @Test func `a token lets one browser in, once, and its cookie from then on`() throws {
    let token = gate.token()
    #expect(status(request(query: ["token": token])) == 303)
    #expect(status(request(query: ["token": token])) == 403)
    let cookie = try cookie()
    #expect(status(request("GET", "/api/library", ["cookie": cookie])) == nil)
    #expect(status(request("GET", "/api/library", ["cookie": "a=b; \(cookie); c=d"])) == nil)
  }

  @Test func `a request without a cookie, or with a guessed one, is refused`() throws {
    let cookie = try cookie()
    #expect(status(request()) == 403)
    #expect(status(request("GET", "/page/run.js")) == 403)
    #expect(status(request(query: ["token": ""])) == 403)
    for guess in ["", "reel-7335=", "reel-7335=0", cookie.dropLast() + "x", "x\(cookie)"] {
      #expect(status(request("GET", "/", ["cookie": String(guess)])) == 403)
    }
    // Another server's cookie, of another port.
    #expect(
      status(request("GET", "/", ["cookie": cookie.replacing("7335", with: "7336")])) == 403)
  }

  @Test(arguments: [
    "evil.example", "evil.example:7335", "127.0.0.1.evil.example", "localhost.evil.example:7335",
    "evil.example:7335@127.0.0.1", "127.0.0.1:x", "[::1", "[::1]evil", "", "127.0.0.2",
  ])
  func `a foreign host name is refused before everything else`(name: String) throws {
    let cookie = try cookie()
    #expect(status(request("GET", "/", ["host": name, "cookie": cookie])) == 403)
    #expect(
      status(request(query: ["token": gate.token()], ["host": name])) == 403)
  }

  @Test(arguments: ["127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]:7335", "127.0.0.1:80"])
  func `our host names are accepted with any port, as ports are forwarded`(name: String) throws {
    #expect(status(request("GET", "/", ["host": name, "cookie": try cookie()])) == nil)
  }

  @Test func `a request that changes something must come from our page, as JSON`() throws {
    let cookie = try cookie()
    let good = [
      "cookie": cookie, "origin": "http://\(host)", "content-type": "application/json",
      "sec-fetch-site": "same-origin",
    ]
    func post(_ changes: [String: String?]) -> Int? {
      var headers = good
      for (name, value) in changes { headers[name] = value }
      return status(request("POST", "/api/library/label", headers))
    }
    #expect(post([:]) == nil)
    #expect(post(["content-type": "application/json; charset=utf-8"]) == nil)
    #expect(post(["origin": nil]) == 403)
    #expect(post(["origin": "null"]) == 403)
    #expect(post(["origin": "http://evil.example"]) == 403)
    #expect(post(["origin": "http://127.0.0.1:9999"]) == 403)
    #expect(post(["origin": "https://\(host)"]) == 403)
    #expect(post(["sec-fetch-site": "cross-site"]) == 403)
    #expect(post(["content-type": "text/plain"]) == 415)
    #expect(post(["content-type": nil]) == 415)
    #expect(post(["content-type": "application/x-www-form-urlencoded"]) == 415)
    #expect(post(["cookie": nil]) == 403)
    #expect(status(request("PUT", "/", good)) == 405)
    #expect(status(request("OPTIONS", "/", good)) == 405)
    // Reading from a page elsewhere is refused as well.
    #expect(
      status(request("GET", "/", ["cookie": cookie, "origin": "http://evil.example"])) == 403)
  }
}
