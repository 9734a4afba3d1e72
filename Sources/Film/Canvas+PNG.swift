package import Raster

extension Canvas {
  /// The picture as a PNG file: with a palette if it has at most 256 colours, otherwise in true
  /// colour.
  package func encodedPNG() -> [UInt8] {
    var builder = PaletteBuilder()
    builder.count(self)
    return encodedPNG(builder.isExact(limit: 256) ? builder.palette() : nil)
  }

  /// The picture as a PNG file, with each pixel in the nearest colour of a palette, or in true
  /// colour without one.
  package func encodedPNG(_ palette: Palette?) -> [UInt8] {
    let picture = Picture(self, hasNumbers: palette != nil)
    if let palette {
      var mapper = PaletteMapper(palette)
      mapper.map(picture, after: nil)
    }
    var encoder = PNGEncoder(
      width: width, height: height, colors: palette?.colors.count, isThorough: true)
    return encoder.encode(picture)
  }
}
