package import Raster

extension Canvas {
  /// The picture as a PNG file: in a palette where it has at most 256 colours, else in true colour.
  package func encodedPNG() -> [UInt8] {
    var builder = PaletteBuilder()
    builder.count(self)
    let coloring: Coloring = builder.isExact(limit: 256) ? .indexed(builder.palette()) : .truecolor
    var encoder = PNGEncoder(width: width, height: height, coloring: coloring, level: 9)
    return encoder.encode(self)
  }

  /// Writes the picture as a PNG file, which appears when it is complete.
  package func writePNG(to path: String, replacing: Bool) throws(FileError) {
    try OutputFile.check(path, replacing: replacing)
    try OutputFile.write(encodedPNG(), to: path, replacing: replacing)
  }
}
