import Platform
import Synchronization

/// Decides which browsers are admitted: those that were given the address in the terminal.
///
/// The address holds a token that is good for one visit, which sets a cookie. Host names are checked before
/// everything else, because a foreign page may give its own name our address (DNS rebinding); requests that change
/// something must come from our own pages.
/// https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
package final class Gate: Sendable {
  /// The names that browsers may use for this server, without ports: those may be forwarded.
  private let hosts: Set<String>
  private let cookieName: String
  private let secret = Gate.chance()
  private let tokens = Mutex<Set<String>>([])

  /// A gate for a server with a port, and with these names besides the usual ones.
  package init(port: Int, hosts: [String] = []) {
    self.hosts = Set(["localhost", "127.0.0.1", "[::1]"] + hosts.map { $0.lowercased() })
    cookieName = "reel-\(port)"
  }

  /// A token that admits one browser, once.
  package func token() -> String {
    let token = Self.chance()
    tokens.withLock { _ = $0.insert(token) }
    return token
  }

  /// Why a request is refused, or the cookie that it gets; nil if it may pass. Called before a request's body is
  /// read.
  package func response(to request: Request) -> Response? {
    guard let host = request.headers["host"], hosts.contains(Self.name(ofHost: host)) else {
      return refusal(403, "this server is not known by that name")
    }
    guard request.method == "GET" || request.method == "POST" else {
      return refusal(405, "only GET and POST are answered")
    }
    if let origin = request.headers["origin"], origin != "http://\(host)" {
      return refusal(403, "this request comes from another page")
    }
    if let site = request.headers["sec-fetch-site"], request.method == "POST",
      site != "same-origin"
    {
      return refusal(403, "this request comes from another page")
    }
    if request.path == "/", let token = request.query["token"] { return admit(token, request) }
    guard isKnown(request) else {
      return refusal(
        403,
        "open the address that reel studio printed; it works once, and Enter in its terminal prints another"
      )
    }
    guard request.method == "POST" else { return nil }
    guard request.headers["origin"] != nil else {
      return refusal(403, "this request does not say which page it comes from")
    }
    let type = request.headers["content-type"]?.split(separator: ";").first
    guard type == "application/json" else { return refusal(415, "only JSON is accepted") }
    return nil
  }

  /// Admits a browser with an unused token, or one that was admitted before.
  private func admit(_ token: String, _ request: Request) -> Response {
    guard tokens.withLock({ $0.remove(token) != nil }) || isKnown(request) else {
      return refusal(
        403,
        "this address has been used already; Enter in the terminal of reel studio prints another")
    }
    var response = Response("", type: "text/plain", status: 303)
    response.headers += [
      ("Location", "/"),
      ("Set-Cookie", "\(cookieName)=\(secret); HttpOnly; SameSite=Strict; Path=/"),
    ]
    return response
  }

  private func isKnown(_ request: Request) -> Bool {
    guard let given = request.cookie(cookieName) else { return false }
    // All bytes are compared, so that timing does not reveal how many are right.
    return given.utf8.count == secret.utf8.count
      && zip(given.utf8, secret.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private func refusal(_ status: Int, _ sentence: String) -> Response {
    Response("reel studio: \(sentence)\n", type: "text/plain", status: status)
  }

  /// A host's name in lower case without its port.
  private static func name(ofHost host: String) -> String {
    let host = host.lowercased()
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      let rest = host[host.index(after: end)...]
      return rest.isEmpty || isPort(rest) ? String(host[...end]) : ""
    }
    guard let colon = host.firstIndex(of: ":") else { return host }
    return isPort(host[colon...]) ? String(host[..<colon]) : ""
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.first == ":" && text.dropFirst().allSatisfy { ("0"..."9").contains($0) }
  }

  /// 192 random bits from the system, in letters that are valid in addresses.
  private static func chance() -> String {
    var source = SystemRandomNumberGenerator()
    return (0..<3).map { _ in
      let word = String(UInt64.random(in: .min ... .max, using: &source), radix: 16)
      return String(repeating: "0", count: 16 - word.count) + word
    }.joined()
  }
}
