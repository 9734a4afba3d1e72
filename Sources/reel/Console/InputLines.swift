import Glibc

/// The lines of standard input, without their line breaks.
///
/// Swift's `readLine` compares whole lines with the line break as Unicode text: with thousands of
/// accents on one letter that takes minutes.
struct InputLines: IteratorProtocol {
  private var bytes: [UInt8] = []
  private var isOver = false

  mutating func next() -> String? {
    var searched = 0
    while true {
      if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { bytes.removeFirst(end + 1) }
        return Self.text(bytes[..<end])
      }
      searched = bytes.count
      if isOver {
        defer { bytes = [] }
        return bytes.isEmpty ? nil : Self.text(bytes[...])
      }
      readMore()
    }
  }

  private mutating func readMore() {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(STDIN_FILENO, &piece, piece.count)
    if count < 0, errno == EINTR, !Interruption.isRequested { return }
    isOver = count <= 0
    bytes += piece.prefix(max(0, count))
  }

  private static func text(_ line: ArraySlice<UInt8>) -> String {
    String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
  }
}
