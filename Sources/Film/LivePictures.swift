package import Raster

/// A stream of pictures of the same size, each painted over the last one. They are encoded in true
/// colour for speed, and faster if a picture resembles the previous one.
package struct LivePictures {
  /// The canvas to paint on.
  package let canvas: Canvas
  private var encoder: PNGEncoder

  /// Pictures of a size.
  package init(width: Int, height: Int) throws(CanvasError) {
    canvas = try Canvas(width: width, height: height)
    encoder = PNGEncoder(width: width, height: height, colors: nil)
  }

  /// The canvas as a PNG file.
  package mutating func png() -> [UInt8] {
    encoder.encode(Picture(canvas, hasNumbers: false))
  }
}
