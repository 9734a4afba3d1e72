import Experiments
import Recordings
import Replay
package import Rollouts

/// An HTTP response.
package struct Response {
  /// The HTTP status.
  package var status = 200
  /// The headers, besides those of every response.
  package var headers: [(name: String, value: String)] = []
  /// The body.
  package var body: Body

  /// A body: all at once, or streamed.
  package enum Body {
    case bytes([UInt8])
    case stream(any ByteStream)
  }

  /// Bytes with a content type, such as "image/png".
  package init(_ bytes: [UInt8], type: String, status: Int = 200) {
    (body, self.status) = (.bytes(bytes), status)
    headers = [("Content-Type", type)]
  }

  /// Text with a content type.
  package init(_ text: String, type: String, status: Int = 200) {
    self.init(Array(text.utf8), type: "\(type); charset=utf-8", status: status)
  }

  /// A JSON value.
  package init(_ json: JSON, status: Int = 200) {
    self.init(json.compact, type: "application/json", status: status)
  }

  /// A value, or a sentence that the recording does not have it, which is no failure.
  package static func orAbsent(_ read: () throws -> JSON) throws -> Response {
    do {
      return Response(try read())
    } catch {
      guard let sentence = absence(error) else { throw error }
      return Response(["absent": .string(sentence)])
    }
  }

  /// A picture, or an empty answer that says why the recording has none.
  package static func pictureOrAbsent(_ paint: () throws -> Response) throws -> Response {
    do {
      return try paint()
    } catch {
      guard let sentence = absence(error) else { throw error }
      var response = Response([], type: "image/png", status: 204)
      response.headers.append(("X-Reel-Absent", escaped(sentence)))
      return response
    }
  }

  /// A text as a header can hold it: other characters are percent-encoded.
  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "%")
      return isPlain
        ? String(UnicodeScalar(byte)) : "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
    }.joined()
  }

  /// The sentence of an error about something that a recording does not have.
  private static func absence(_ error: any Error) -> String? {
    switch error {
    case let refusal as Refusal where refusal.status == 404: refusal.description
    case let error as RunError where error.kind != .cancelled: error.description
    case let error as RecordingError where error.kind == .absent: error.description
    case PainterError.noMap: "\(error)"
    default: nil
    }
  }

  /// Bytes as they come.
  package init(_ stream: any ByteStream, type: String) {
    body = .stream(stream)
    headers = [("Content-Type", type)]
  }

  /// A file to save, with a name.
  package init(_ bytes: [UInt8], type: String, savedAs name: String) {
    self.init(bytes, type: type)
    let plain = name.unicodeScalars.map { scalar -> String in
      let isPlain =
        scalar.isASCII && scalar.value > 0x20 && !"\"\\/;".unicodeScalars.contains(scalar)
      return isPlain ? String(scalar) : "-"
    }
    headers.append(("Content-Disposition", "attachment; filename=\"\(plain.joined())\""))
  }
}

/// A streamed body, read by a connection's own thread.
package protocol ByteStream: AnyObject, Sendable {
  /// The next bytes, once there are some; nil at the end. May wait, for a few seconds at most: a stream without
  /// news then sends something harmless, which shows whether the connection is alive.
  func next() -> [UInt8]?
  /// The connection was closed.
  func close()
}

/// The numbers that precede each picture of a stream.
enum WireNumbers {
  /// Four bytes each, little-endian.
  static func bytes(_ numbers: Int...) -> [UInt8] {
    numbers.flatMap { number in
      let word = UInt32(clamping: number)
      return (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }
}
