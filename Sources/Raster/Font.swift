import CCairo

/// A typeface in one size.
package struct Font: Hashable, Sendable {
  /// The typefaces of this program's pictures.
  package enum Family: Sendable {
    /// DejaVu Sans, for words.
    case sans
    /// DejaVu Sans Mono, for numbers that change in place.
    case mono
  }
  /// How heavy the letters are.
  package enum Weight: Sendable { case regular, bold }

  /// The typeface.
  package var family: Family
  /// The size of the letters (of an em) in pixels.
  package var size: Double
  /// How heavy the letters are.
  package var weight: Weight

  /// A typeface in one size.
  package init(_ family: Family = .sans, size: Double, weight: Weight = .regular) {
    self.family = family
    self.size = size
    self.weight = weight
  }

  /// The width of the box drawn for a letter that the typeface lacks. In a monospaced face, it is that of any letter.
  var missingWidth: Double { size * (family == .mono ? Self.monoWidth : 1) }
  /// The width of a letter of DejaVu Sans Mono, as a share of the size.
  private static let monoWidth = 1233.0 / 2048

  /// Letters for words.
  package static func sans(_ size: Double, _ weight: Weight = .regular) -> Font {
    Font(.sans, size: size, weight: weight)
  }

  /// Letters of equal width, for numbers that change in place.
  package static func mono(_ size: Double, _ weight: Weight = .regular) -> Font {
    Font(.mono, size: size, weight: weight)
  }
}

/// Where text is in relation to its anchor point.
package enum TextAlignment: Sendable { case left, center, right }

/// Which part of a line of text is at the height of its anchor point.
package enum TextAnchor: Sendable {
  /// The baseline.
  case baseline
  /// The middle of the capital letters and digits.
  case middle
  /// The top of the capital letters and digits.
  case top
  /// The lowest point of letters such as g.
  case bottom
}

/// The size of a line of text.
package struct TextSize: Hashable, Sendable {
  /// The advance: where the next letter would begin.
  package var width: Double
  /// How far the font reaches above the baseline.
  package var ascent: Double
  /// How far the font reaches below the baseline.
  package var descent: Double
  /// The height of a capital letter.
  package var capHeight: Double
  /// From the highest to the lowest point.
  package var height: Double { ascent + descent }
}

/// Cairo's font in one size, kept for the canvas that measured it.
@safe
final class ScaledFont {
  let face: OpaquePointer
  let scaled: OpaquePointer
  let extents: cairo_font_extents_t

  init(_ font: Font, of typefaces: Typefaces) {
    unsafe face = typefaces.face(font.family, font.weight)
    var size = cairo_matrix_t()
    unsafe cairo_matrix_init_scale(&size, font.size, font.size)
    var identity = cairo_matrix_t()
    unsafe cairo_matrix_init_identity(&identity)
    let options = unsafe Self.makeOptions()
    defer { unsafe cairo_font_options_destroy(options) }
    // Cairo's constructors never return null: a failed object is a valid one that draws nothing.
    unsafe scaled = cairo_scaled_font_create(face, &size, &identity, options)
    var extents = cairo_font_extents_t()
    unsafe cairo_scaled_font_extents(scaled, &extents)
    self.extents = extents
  }

  deinit { unsafe cairo_scaled_font_destroy(scaled) }

  /// Fixes everything that desktop settings could change, so that the same text has the same pixels.
  static func makeOptions() -> OpaquePointer? {
    let options = unsafe cairo_font_options_create()
    unsafe cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
    unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    unsafe cairo_font_options_set_subpixel_order(options, CAIRO_SUBPIXEL_ORDER_DEFAULT)
    return unsafe options
  }
}
