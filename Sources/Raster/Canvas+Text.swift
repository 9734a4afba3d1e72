import CCairo

extension Canvas {
  /// Draws one line of text; `rotation` turns it clockwise around its position, in radians.
  package func text(
    _ string: String, at place: Point, _ font: Font, _ color: Color,
    align: TextAlignment = .left, anchor: TextAnchor = .baseline, rotation: Double = 0
  ) {
    guard !string.isEmpty, font.size > 0 else { return }
    let scaled = scaledFont(font)
    func origin(_ advance: Double) -> Point {
      let left =
        switch align {
        case .left: 0.0
        case .center: -advance / 2
        case .right: -advance
        }
      return Point(left, shift(to: anchor, font, scaled))
    }
    guard rotation == 0 else {
      return isolated {
        translate(place.x, place.y)
        rotate(rotation)
        text(string, at: Point(0, 0), font, color, align: align, anchor: anchor)
      }
    }
    let isWhole = unsafe withGlyphs(of: string, scaled) { glyphs, advance in
      guard unsafe !glyphs.contains(where: { $0.index == 0 }) else { return false }
      let start = origin(advance)
      unsafe draw(glyphs, at: place.moved(start.x, start.y), font, scaled, color)
      return true
    }
    if isWhole { return }
    let parts = parts(of: string, font, scaled)
    let start = origin(parts.reduce(0) { $0 + $1.width })
    var end = place.moved(start.x, start.y)
    for part in parts {
      if let letter = part.missing {
        drawMissing(letter, at: end, font, color)
      } else {
        text(part.letters, at: end, font, color)
      }
      end = end.moved(part.width, 0)
    }
  }

  private func draw(
    _ glyphs: UnsafeMutableBufferPointer<cairo_glyph_t>, at origin: Point, _ font: Font,
    _ scaled: ScaledFont, _ color: Color
  ) {
    unsafe cairo_set_font_face(context, scaled.face)
    unsafe cairo_set_font_size(context, font.size)
    for index in glyphs.indices {
      unsafe glyphs[index].x += origin.x
      unsafe glyphs[index].y += origin.y
    }
    let count = Int32(glyphs.count)
    cover(
      color,
      extents: {
        var extents = cairo_text_extents_t()
        unsafe cairo_glyph_extents(context, glyphs.baseAddress, count, &extents)
        return Rect(
          x: origin.x + extents.x_bearing, y: origin.y + extents.y_bearing,
          width: extents.width, height: extents.height)
      }
    ) { unsafe cairo_show_glyphs(context, glyphs.baseAddress, count) }
  }

  /// The size of a line of text.
  package func measure(_ string: String, _ font: Font) -> TextSize {
    let scaled = scaledFont(font)
    let width =
      string.isEmpty
      ? 0
      : unsafe withGlyphs(of: string, scaled) { glyphs, advance in
        unsafe glyphs.contains { $0.index == 0 } ? nil : advance
      } ?? parts(of: string, font, scaled).reduce(0) { $0 + $1.width }
    return TextSize(
      width: width, ascent: scaled.extents.ascent, descent: scaled.extents.descent,
      capHeight: font.size * Self.capHeight)
  }

  // MARK: Letters that are missing from the font

  /// A part of a line: letters of the font, or one missing letter.
  private struct Part {
    var letters = ""
    var missing: Character?
    var width: Double
  }

  private func parts(of string: String, _ font: Font, _ scaled: ScaledFont) -> [Part] {
    func advance(_ letters: String) -> Double? {
      unsafe withGlyphs(of: letters, scaled) { glyphs, advance in
        unsafe glyphs.contains { $0.index == 0 } ? nil : advance
      }
    }
    var parts: [Part] = []
    for character in string {
      // Scalars that only change how their neighbours look are invisible.
      let seen = character.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
      let letter = character.isWhitespace ? " " : String(String.UnicodeScalarView(seen))
      if letter.isEmpty || letter.unicodeScalars.allSatisfy({ $0.value < 32 }) { continue }
      if advance(letter) == nil {
        parts.append(Part(missing: character, width: font.missingWidth))
      } else if let last = parts.last, last.missing == nil {
        let letters = last.letters + letter
        parts[parts.count - 1] = Part(letters: letters, width: advance(letters) ?? last.width)
      } else {
        parts.append(Part(letters: letter, width: advance(letter) ?? 0))
      }
    }
    return parts
  }

  /// Draws a box with the code of a missing letter, if it fits.
  private func drawMissing(_ letter: Character, at place: Point, _ font: Font, _ color: Color) {
    let size = font.size
    let box = Rect(
      x: place.x + size * 0.07, y: place.y - size * 0.78, width: font.missingWidth - size * 0.14,
      height: size * 0.86)
    let line = max(0.8, size * 0.045)
    stroke(.rounded(box.inset(by: line / 2), radius: size * 0.08), color, width: line)
    let code = String(letter.unicodeScalars.first?.value ?? 0, radix: 16, uppercase: true)
    let digits = Array(String(repeating: "0", count: max(0, 4 - code.count)) + code)
    let half = (digits.count + 1) / 2
    let small = Font.mono(min(box.height * 0.5, box.width * 0.84 / (Double(half) * 0.602)))
    guard small.size >= Self.leastLegible else { return }
    for (row, part) in [digits[..<half], digits[half...]].enumerated() {
      text(
        String(part), at: Point(box.center.x, box.y + box.height * (row == 0 ? 0.29 : 0.71)), small,
        color, align: .center, anchor: .middle)
    }
  }

  /// Smaller digits are illegible.
  private static var leastLegible: Double { 4.5 }

  /// The height of DejaVu's capitals and digits, as a share of the size.
  private static var capHeight: Double { 0.729 }

  private func shift(to anchor: TextAnchor, _ font: Font, _ scaled: ScaledFont) -> Double {
    switch anchor {
    case .baseline: 0
    case .middle: font.size * Self.capHeight / 2
    case .top: font.size * Self.capHeight
    case .bottom: -scaled.extents.descent
    }
  }

  private func scaledFont(_ font: Font) -> ScaledFont {
    if let known = fonts[font] { return known }
    let made = ScaledFont(font, of: typefaces)
    fonts[font] = made
    return made
  }

  /// Passes on the glyphs of a text that starts at the origin, and the position of the next one.
  private func withGlyphs<Result>(
    of string: String, _ scaled: ScaledFont,
    _ body: (UnsafeMutableBufferPointer<cairo_glyph_t>, Double) -> Result
  ) -> Result {
    var string = string
    return string.withUTF8 { letters in
      // A text has at most as many glyphs as bytes; one more marks the end.
      unsafe withUnsafeTemporaryAllocation(of: cairo_glyph_t.self, capacity: letters.count + 1) {
        room in
        var glyphs = room.baseAddress
        var count = Int32(letters.count + 1)
        let status = unsafe letters.withMemoryRebound(to: CChar.self) {
          unsafe cairo_scaled_font_text_to_glyphs(
            scaled.scaled, 0, 0, $0.baseAddress, Int32($0.count), &glyphs, &count, nil, nil, nil)
        }
        guard status == CAIRO_STATUS_SUCCESS, let first = unsafe glyphs, count > 0 else {
          return unsafe body(UnsafeMutableBufferPointer(start: nil, count: 0), 0)
        }
        // Cairo may allocate its own array if ours is too small.
        defer {
          if unsafe glyphs != room.baseAddress { unsafe cairo_glyph_free(glyphs) }
        }
        let last = unsafe first[Int(count) - 1]
        var lastExtents = cairo_text_extents_t()
        var lastCopy = last
        unsafe cairo_scaled_font_glyph_extents(scaled.scaled, &lastCopy, 1, &lastExtents)
        return unsafe body(
          UnsafeMutableBufferPointer(start: first, count: Int(count)),
          last.x + lastExtents.x_advance)
      }
    }
  }
}
