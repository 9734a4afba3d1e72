package import Rollouts

/// A browser's request.
package struct Request: Sendable {
  /// GET or POST.
  package var method: String
  /// The path without the query.
  package var path: String
  /// The query parameters.
  package var query: [String: String] = [:]
  /// The headers, by lower-case names.
  package var headers: [String: String] = [:]
  /// The posted body.
  package var body: [UInt8] = []

  /// A request with a method and a path, and optional parts.
  package init(
    method: String, path: String, query: [String: String] = [:], headers: [String: String] = [:],
    body: [UInt8] = []
  ) {
    (self.method, self.path, self.query) = (method, path, query)
    (self.headers, self.body) = (headers, body)
  }

  /// The components of the path.
  package var words: [String] {
    path.split(separator: "/").map(String.init)
  }

  /// The text of a query parameter.
  package func text(_ name: String) throws(Refusal) -> String {
    guard let text = query[name] else { throw .invalid("'\(name)' is missing") }
    return text
  }

  /// A whole number in a range from the query; `usual` if it is missing.
  package func number(
    _ name: String, in range: ClosedRange<Int>, usual: Int? = nil
  ) throws(Refusal) -> Int {
    guard let text = query[name] else {
      if let usual { return usual }
      throw .invalid("'\(name)' is missing")
    }
    guard let number = Int(text), range.contains(number) else {
      throw .invalid(
        "'\(name)' must be a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
  }

  /// The body as JSON.
  package func json() throws(Refusal) -> JSON {
    guard let text = String(validating: body, as: UTF8.self) else {
      throw .invalid("the request's body is not UTF-8")
    }
    do {
      return try JSON(parsing: text)
    } catch {
      throw .invalid("the request's body is \(error)")
    }
  }

  /// A cookie's value.
  package func cookie(_ name: String) -> String? {
    for pair in (headers["cookie"] ?? "").split(separator: ";") {
      let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      if parts.count == 2, parts[0] == name { return String(parts[1]) }
    }
    return nil
  }
}

/// Why a request is refused: an HTTP status and a sentence.
package struct Refusal: Error, CustomStringConvertible {
  /// The HTTP status.
  package var status: Int
  /// The sentence.
  package var description: String

  /// The request itself is wrong.
  package static func invalid(_ sentence: String) -> Refusal {
    Refusal(status: 400, description: sentence)
  }

  /// The requested thing does not exist.
  package static func missing(_ sentence: String) -> Refusal {
    Refusal(status: 404, description: sentence)
  }

  /// The request does not fit the present state.
  package static func conflict(_ sentence: String) -> Refusal {
    Refusal(status: 409, description: sentence)
  }
}
