package import Raster

/// Encodes pictures of one size as they come, in true colours: fast, and faster where a picture resembles the one
/// before.
package struct LivePNGEncoder {
  private var encoder: PNGEncoder

  /// An encoder of pictures of a size.
  package init(width: Int, height: Int) {
    encoder = PNGEncoder(width: width, height: height, colors: nil)
  }

  /// The PNG file of a picture.
  package mutating func encode(_ canvas: Canvas) -> [UInt8] {
    encoder.encode(Picture(canvas, hasNumbers: false))
  }
}
