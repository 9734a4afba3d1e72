/// Names inside an SVG document, which Cairo numbers throughout the life of a program.
enum SVGNames {
  /// The document with those names numbered from 0, so that the same drawing has the same bytes.
  static func renumbered(_ document: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(document.count)
    var numbers: [[UInt8]: Int] = [:]
    var position = 0
    while position < document.count {
      if let digits = digits(in: document, at: position) {
        let number = numbers[Array(document[digits])] ?? numbers.count
        numbers[Array(document[digits])] = number
        result += document[position..<digits.lowerBound]
        result += Array(String(number).utf8)
        position = digits.upperBound
      } else {
        result.append(document[position])
        position += 1
      }
    }
    return result
  }

  /// The range of a name's digits after an occurrence of its prefix.
  private static func digits(in document: [UInt8], at position: Int) -> Range<Int>? {
    guard document[position] == UInt8(ascii: "\"") || document[position] == UInt8(ascii: "#")
    else { return nil }
    for prefix in [Array("surface".utf8), Array("image".utf8)] {
      let start = position + 1 + prefix.count
      guard document[(position + 1)...].starts(with: prefix) else { continue }
      var end = start
      while end < document.count, (0x30...0x39).contains(document[end]) { end += 1 }
      if end > start { return start..<end }
    }
    return nil
  }
}
