extension Canvas {
  /// The text, shortened to the width and with "…" at its end if necessary.
  package func ellipsized(_ string: String, _ font: Font, width: Double) -> String {
    guard measure(string, font).width > width else { return string }
    let letters = Array(string)
    var fitting = 0
    var tooLong = letters.count
    while fitting + 1 < tooLong {
      let middle = (fitting + tooLong) / 2
      if measure(shortened(letters, to: middle), font).width <= width {
        fitting = middle
      } else {
        tooLong = middle
      }
    }
    let result = shortened(letters, to: fitting)
    return measure(result, font).width <= width ? result : ""
  }

  /// Wraps a text into lines, broken between words; a word that is wider than a line is broken,
  /// too. An empty text has no lines. If there are more lines than permitted, the last one ends in
  /// "…".
  package func lines(
    of string: String, _ font: Font, width: Double, most: Int = .max
  ) -> [String] {
    var lines: [String] = []
    for word in string.split(separator: " ") {
      let longer = lines.last.map { "\($0) \(word)" } ?? ""
      if !lines.isEmpty, measure(longer, font).width <= width {
        lines[lines.count - 1] = longer
      } else {
        lines += pieces(of: word, font, width: width)
      }
    }
    guard lines.count > most else { return lines }
    let rest = lines[(most - 1)...].joined(separator: " ")
    return lines[..<(most - 1)] + [ellipsized(rest, font, width: width)]
  }

  /// Draws a title on one line, or on two smaller ones in the same space.
  package func title(
    _ string: String, at place: Point, _ font: Font, _ color: Color, width: Double
  ) {
    guard measure(string, font).width > width else {
      return text(string, at: place, font, color)
    }
    let small = Font(font.family, size: (font.size * 0.72).rounded(), weight: font.weight)
    let leading = (small.size * 1.25).rounded()
    text(
      lines(of: string, small, width: width, most: 2), at: place.moved(0, -leading * 0.9), small,
      color, leading: leading)
  }

  /// Draws lines below each other.
  package func text(
    _ lines: [String], at place: Point, _ font: Font, _ color: Color, align: TextAlignment = .left,
    anchor: TextAnchor = .baseline, leading: Double
  ) {
    for (index, line) in lines.enumerated() {
      text(
        line, at: place.moved(0, Double(index) * leading), font, color, align: align,
        anchor: anchor)
    }
  }

  /// A word, broken wherever a line is full; cut off where not even a letter fits.
  private func pieces(of word: Substring, _ font: Font, width: Double) -> [String] {
    var (pieces, rest) = ([String](), Array(word))
    while !rest.isEmpty {
      var count = rest.count
      while count > 1, measure(String(rest[..<count]), font).width > width { count -= 1 }
      if measure(String(rest[..<count]), font).width > width {
        return pieces + [ellipsized(String(rest), font, width: width)]
      }
      pieces.append(String(rest[..<count]))
      rest.removeFirst(count)
    }
    return pieces
  }

  private func shortened(_ letters: [Character], to count: Int) -> String {
    var start = letters.prefix(count)
    while start.last == " " { start.removeLast() }
    return String(start) + "…"
  }
}

extension Font {
  /// Wraps a text into lines, for layouts made before there is a canvas.
  package func lines(of string: String, width: Double) -> [String] {
    guard let canvas = try? Canvas(width: 1, height: 1) else { return [string] }
    return canvas.lines(of: string, self, width: width)
  }
}
