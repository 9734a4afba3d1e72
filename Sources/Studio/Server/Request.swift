package import Rollouts

/// What a browser asks for.
package struct Request: Sendable {
  /// GET or POST.
  package var method: String
  /// The path without what follows a question mark.
  package var path: String
  /// What follows the question mark.
  package var query: [String: String] = [:]
  /// The headers, by names in small letters.
  package var headers: [String: String] = [:]
  /// What was posted.
  package var body: [UInt8] = []

  /// A request of a method for a path, with what may belong to it.
  package init(
    method: String, path: String, query: [String: String] = [:], headers: [String: String] = [:],
    body: [UInt8] = []
  ) {
    (self.method, self.path, self.query) = (method, path, query)
    (self.headers, self.body) = (headers, body)
  }

  /// The words of the path between its slashes.
  package var words: [String] {
    path.split(separator: "/").map(String.init)
  }

  /// The text of a member of the query.
  package func text(_ name: String) throws(Refusal) -> String {
    guard let text = query[name] else { throw .invalid("'\(name)' is missing") }
    return text
  }

  /// A whole number of the query, in a range; `usual` where it is not given.
  package func number(
    _ name: String, in range: ClosedRange<Int>, usual: Int? = nil
  ) throws(Refusal) -> Int {
    guard let text = query[name] else {
      if let usual { return usual }
      throw .invalid("'\(name)' is missing")
    }
    guard let number = Int(text), range.contains(number) else {
      throw .invalid(
        "'\(name)' is a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
  }

  /// What was posted, as JSON.
  package func json() throws(Refusal) -> JSON {
    guard let text = String(validating: body, as: UTF8.self) else {
      throw .invalid("what was posted is not UTF-8")
    }
    do {
      return try JSON(parsing: text)
    } catch {
      throw .invalid("what was posted is \(error)")
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

/// Why a request is not answered as it wishes: a status of HTTP and a sentence.
package struct Refusal: Error, CustomStringConvertible {
  /// The status of HTTP.
  package var status: Int
  /// What is wrong.
  package var description: String

  /// The request itself is wrong.
  package static func invalid(_ sentence: String) -> Refusal {
    Refusal(status: 400, description: sentence)
  }

  /// What is asked for is not there.
  package static func missing(_ sentence: String) -> Refusal {
    Refusal(status: 404, description: sentence)
  }

  /// It cannot be done as things are.
  package static func conflict(_ sentence: String) -> Refusal {
    Refusal(status: 409, description: sentence)
  }
}
