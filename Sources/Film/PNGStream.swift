package import Raster

/// PNG files of pictures that follow one another, such as those that a browser shows while they are made:
/// fast where a picture resembles the one before, and in true colour.
package struct PNGStream {
  private var encoder: PNGEncoder

  /// Pictures of one size.
  package init(width: Int, height: Int) {
    encoder = PNGEncoder(width: width, height: height, colors: nil)
  }

  /// The next picture as a PNG file.
  package mutating func encode(_ canvas: Canvas) -> [UInt8] {
    encoder.encode(Picture(canvas, hasNumbers: false))
  }
}
