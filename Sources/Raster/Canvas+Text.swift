import CCairo

extension Canvas {
  /// Writes one line of text; rotation turns it clockwise around its place, in radians.
  package func text(
    _ string: String, at place: Point, _ font: Font, _ color: Color,
    align: TextAlignment = .left, anchor: TextAnchor = .baseline, rotation: Double = 0
  ) {
    guard !string.isEmpty, font.size > 0 else { return }
    let scaled = scaledFont(font)
    unsafe cairo_set_font_face(context, scaled.face)
    unsafe cairo_set_font_size(context, font.size)
    var offset = Point(0, shift(to: anchor, font, scaled))
    unsafe withGlyphs(of: string, scaled) { glyphs, advance in
      switch align {
      case .left: break
      case .center: offset.x = -advance / 2
      case .right: offset.x = -advance
      }
      let turned = rotation != 0
      if turned {
        unsafe cairo_save(context)
        unsafe cairo_translate(context, place.x, place.y)
        unsafe cairo_rotate(context, rotation)
      }
      let origin = turned ? offset : place.moved(offset.x, offset.y)
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
      if turned { unsafe cairo_restore(context) }
    }
  }

  /// The room that a line of text takes.
  package func measure(_ string: String, _ font: Font) -> TextSize {
    let scaled = scaledFont(font)
    let width =
      string.isEmpty
      ? 0 : unsafe withGlyphs(of: string, scaled) { _, advance in advance }
    return TextSize(
      width: width, ascent: scaled.extents.ascent, descent: scaled.extents.descent,
      capHeight: font.size * Self.capHeight)
  }

  /// The text, or as much of its start as fits the width, followed by "…".
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

  /// The text in lines, broken between words where the next one does not fit the width; a word that is wider
  /// than a line is cut. None of an empty text.
  package func lines(of string: String, _ font: Font, width: Double) -> [String] {
    var lines: [String] = []
    for word in string.split(separator: " ") {
      let longer = lines.last.map { "\($0) \(word)" } ?? ""
      if !lines.isEmpty, measure(longer, font).width <= width {
        lines[lines.count - 1] = longer
      } else {
        lines.append(ellipsized(String(word), font, width: width))
      }
    }
    return lines
  }

  /// The height of DejaVu's capitals and digits, as a share of the size.
  private static var capHeight: Double { 0.729 }

  private func shortened(_ letters: [Character], to count: Int) -> String {
    var start = letters.prefix(count)
    while start.last == " " { start.removeLast() }
    return String(start) + "…"
  }

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
    let made = ScaledFont(font)
    fonts[font] = made
    return made
  }

  /// Lends the glyphs of a text that starts at the origin, and where the next one would stand.
  private func withGlyphs<Result>(
    of string: String, _ scaled: ScaledFont,
    _ body: (UnsafeMutableBufferPointer<cairo_glyph_t>, Double) -> Result
  ) -> Result {
    var string = string
    return string.withUTF8 { letters in
      // No text has more glyphs than bytes; one more stands for the end.
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
        // Cairo may bring its own array where ours did not suffice.
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
