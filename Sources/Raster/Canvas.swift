import CCairo

/// A picture to draw on: pixels in memory, or an SVG document with the same calls.
///
/// Only one thread at a time may use a canvas; different threads may use different canvases.
@safe
package final class Canvas {
  /// Pixels from left to right.
  package let width: Int
  /// Pixels from top to bottom.
  package let height: Int
  /// Whether this canvas has pixels (and is not an SVG document).
  package let hasPixels: Bool

  /// Whether the edges of shapes and letters have 4 levels of coverage instead of 256, for pictures
  /// that must fit a small palette.
  package var hasCoarseEdges = false

  let context: OpaquePointer
  let surface: OpaquePointer
  let typefaces: Typefaces
  /// What the SVG surface has written so far; nil for a canvas of pixels.
  private let document: ByteSink?
  /// The fonts used on this canvas so far.
  var fonts: [Font: ScaledFont] = [:]

  /// The most pixels of a canvas: 400 MB.
  package static let greatestPixelCount = 100_000_000
  /// The longest side that Cairo supports.
  package static let greatestSide = 32_767

  /// A canvas of pixels, filled with one colour.
  package init(width: Int, height: Int, background: Color = Color(0xFFFFFF)) throws(CanvasError) {
    try CanvasError.check(width: width, height: height)
    self.width = width
    self.height = height
    self.hasPixels = true
    self.document = nil
    self.typefaces = try Typefaces.shared.get()
    unsafe (self.surface, self.context) = try Self.opened(
      cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height)))
    clear(background)
  }

  /// A canvas that writes an SVG document; one unit is one pixel.
  package init(svgWidth width: Int, height: Int) throws(CanvasError) {
    try CanvasError.check(width: width, height: height)
    let document = ByteSink()
    self.width = width
    self.height = height
    self.hasPixels = false
    self.document = document
    self.typefaces = try Typefaces.shared.get()
    unsafe (self.surface, self.context) = try Self.opened(
      cairo_svg_surface_create_for_stream(
        { closure, bytes, count in
          guard let closure = unsafe closure, let bytes = unsafe bytes else {
            return CAIRO_STATUS_WRITE_ERROR
          }
          let sink = unsafe Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue()
          unsafe sink.bytes.append(
            contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
          return CAIRO_STATUS_SUCCESS
        }, Unmanaged.passUnretained(document).toOpaque(), Double(width), Double(height)))
    unsafe cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX)
  }

  deinit {
    unsafe cairo_destroy(context)
    unsafe cairo_surface_finish(surface)
    unsafe cairo_surface_destroy(surface)
  }

  /// Ends an SVG document and returns its text; the canvas can no longer be drawn on.
  package func finishedSVG() throws(CanvasError) -> [UInt8] {
    guard let document else { preconditionFailure("only a canvas made for SVG has an SVG text") }
    unsafe cairo_surface_finish(surface)
    try CanvasError.check(status: unsafe cairo_surface_status(surface))
    return SVGNames.renumbered(document.bytes)
  }

  private static func opened(
    _ surface: OpaquePointer?
  ) throws(CanvasError) -> (OpaquePointer, OpaquePointer) {
    guard let surface = unsafe surface else { throw .drawing("out of memory") }
    let status = unsafe cairo_surface_status(surface)
    let context = unsafe cairo_create(surface)
    guard status == CAIRO_STATUS_SUCCESS, let context = unsafe context else {
      unsafe cairo_destroy(context)
      unsafe cairo_surface_destroy(surface)
      try CanvasError.check(status: status)
      throw .drawing("out of memory")
    }
    let options = unsafe ScaledFont.makeOptions()
    unsafe cairo_set_font_options(context, options)
    unsafe cairo_font_options_destroy(options)
    return unsafe (surface, context)
  }
}

/// The target of an SVG surface's bytes; a class because C keeps its address.
private final class ByteSink {
  var bytes: [UInt8] = []
}

/// Why a picture could not be made.
package enum CanvasError: Error, Hashable, CustomStringConvertible {
  /// The requested size is not possible for a picture.
  case size(width: Int, height: Int)
  /// Drawing itself failed, for the reason given by Cairo.
  case drawing(String)
  /// A file of the typefaces is missing.
  case missingFont(String)
  /// A file of the typefaces is not a font.
  case brokenFont(String)

  /// The failure as one sentence.
  package var description: String {
    switch self {
    case .size(let width, let height):
      "a picture of \(width)×\(height) pixels cannot be made: each side must have 1 to "
        + "\(Canvas.greatestSide) pixels, and both together at most "
        + "\(Canvas.greatestPixelCount / 1_000_000) million"
    case .drawing(let reason): "the picture could not be drawn: \(reason)"
    case .missingFont(let file):
      "pictures need the font \(file), which is missing: apt install fonts-dejavu-core"
    case .brokenFont(let path): "pictures need the font \(path), which cannot be read"
    }
  }

  static func check(width: Int, height: Int) throws(CanvasError) {
    let sides = 1...Canvas.greatestSide
    guard sides.contains(width), sides.contains(height),
      width * height <= Canvas.greatestPixelCount
    else { throw .size(width: width, height: height) }
  }

  static func check(status: cairo_status_t) throws(CanvasError) {
    guard status != CAIRO_STATUS_SUCCESS else { return }
    throw .drawing(unsafe String(cString: cairo_status_to_string(status)))
  }
}
