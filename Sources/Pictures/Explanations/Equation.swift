import Raster

/// An equation on a page, with a caption below each number.
struct Equation {
  /// A number or a sign.
  struct Term {
    var text: String
    /// Its caption; empty for a sign.
    var caption = ""
    var color: Color?
    /// The name for finding its place.
    var key: Key?
  }

  /// The numbers that move to or from other places.
  enum Key: Hashable { case reward, next, old, new, target }

  let terms: [Term]
  private let font: Font
  private let small: Font
  private let places: [Rect]
  private let page: ExplanationPage

  /// An equation starting at the left of a line through the middle of its numbers; made smaller if it would
  /// not fit.
  init(_ terms: [Term], at place: Point, width: Double, on page: ExplanationPage, _ canvas: Canvas)
  {
    self.terms = terms
    self.page = page
    var size = 26.0
    var places: [Rect] = []
    repeat {
      places = Self.places(terms, at: place, page.font(size, .bold), page.font(12.5), canvas)
      if (places.last?.right ?? 0) - place.x <= width { break }
      size -= 1
    } while size > 11
    self.places = places
    (font, small) = (page.font(size, .bold), page.font(12.5))
  }

  private static func places(
    _ terms: [Term], at place: Point, _ font: Font, _ small: Font, _ canvas: Canvas
  ) -> [Rect] {
    var x = place.x
    return terms.map { term in
      let number = canvas.measure(term.text, font).width
      let width = max(
        number + (term.key == nil ? 0 : font.size * 0.7), canvas.measure(term.caption, small).width)
      defer { x += width + font.size * 0.34 }
      return Rect(x: x, y: place.y - font.size * 0.85, width: width, height: font.size * 1.7)
    }
  }

  /// The place of a number.
  func rect(of key: Key) -> Rect? {
    terms.firstIndex { $0.key == key }.map { places[$0] }
  }

  /// Its lower edge.
  var bottom: Double { (places.first?.bottom ?? 0) + small.size * 1.3 }

  /// Draws it; of the named numbers only those for which `isThere`.
  func draw(onto canvas: Canvas, isThere: (Key) -> Bool) {
    for (term, rect) in zip(terms, places) {
      let color = term.color ?? page.theme.text
      if let key = term.key {
        canvas.fill(.rounded(rect, radius: font.size * 0.25), color.opacity(0.13))
        guard isThere(key) else {
          canvas.text(
            "?", at: rect.center, font, color.opacity(0.6), align: .center, anchor: .middle)
          drawCaption(term, rect, onto: canvas)
          continue
        }
      }
      canvas.text(
        term.text, at: rect.center, font, term.caption.isEmpty ? page.theme.mutedText : color,
        align: .center, anchor: .middle)
      drawCaption(term, rect, onto: canvas)
    }
  }

  private func drawCaption(_ term: Term, _ rect: Rect, onto canvas: Canvas) {
    canvas.text(
      term.caption, at: Point(rect.center.x, rect.bottom + small.size * 1.1), small,
      term.key == nil ? page.theme.mutedText : term.color ?? page.theme.mutedText, align: .center)
  }
}
