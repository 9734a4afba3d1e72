package import Raster

/// Pictures of one size as they come, each painted over the last one: encoded in true colours, fast, and faster where a
/// picture resembles the one before.
package struct LivePictures {
  /// What is painted on.
  package let canvas: Canvas
  private var encoder: PNGEncoder

  /// Pictures of a size.
  package init(width: Int, height: Int) throws(CanvasError) {
    canvas = try Canvas(width: width, height: height)
    encoder = PNGEncoder(width: width, height: height, colors: nil)
  }

  /// What the canvas shows, as a PNG file.
  package mutating func png() -> [UInt8] {
    encoder.encode(Picture(canvas, hasNumbers: false))
  }
}
