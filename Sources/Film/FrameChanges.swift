package import Raster

/// A film as small pictures of the changes from each frame to the next, for pages that draw them
/// over one another in order.
///
/// All share one palette, which is stored once: a whole PNG file is a part's first `headerSize`
/// bytes, the palette, and the part's other bytes.
package struct FrameChanges {
  /// The changes of one frame; for the first frame, the whole picture.
  package struct Part: Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int
    /// A PNG file without its palette; unchanged pixels are transparent.
    package var png: [UInt8]
  }

  /// How many bytes of a part precede the palette: signature and header.
  package static let headerSize = 33

  /// Pixels from left to right.
  package let width: Int
  /// Pixels from top to bottom.
  package let height: Int
  /// The chunks with the palette and its transparent index.
  package let palette: [UInt8]
  /// The changes of each frame; nil where it looks like the previous one.
  package let parts: [Part?]

  /// The bytes of all parts and the palette.
  package var byteCount: Int { parts.reduce(palette.count) { $0 + ($1?.png.count ?? 0) } }

  /// The changes of a film's frames. Colours that the palette lacks are added while there is space,
  /// then replaced with the nearest.
  package init(of source: inout some FrameSource, _ palette: Palette) throws {
    let (width, height) = (source.width, source.height)
    // One index means "unchanged".
    var mapper = PaletteMapper(palette, limit: 255)
    let colors = mapper.limit
    var parts: [Part?] = []
    let pipeline = FramePipeline {
      AnimatedPNGEncoder(width: width, height: height, colors: colors)
    }
    try pipeline.run(&source, map: { mapper.map($0, after: $1) }) { _, _, image in
      parts.append(image.data.isEmpty ? nil : Part(image))
    }
    (self.width, self.height, self.parts) = (width, height, parts)
    self.palette = Self.chunks(mapper.palette, colors: colors)
  }

  private static func chunks(_ palette: Palette, colors: Int) -> [UInt8] {
    let transparent = AnimatedPNGEncoder.transparent(colors: colors)
    return PNGFormat.palette(palette.colors, count: min(256, colors + 1))
      + (transparent.map { PNGFormat.transparency(after: Int($0)) } ?? [])
  }
}

extension FrameChanges.Part {
  fileprivate init(_ image: AnimatedPNGEncoder.Image) {
    (x, y) = (image.area.left, image.area.top)
    (width, height) = (image.area.width, image.area.height)
    png =
      PNGFormat.signature
      + PNGFormat.header(width: width, height: height, bitsPerPixel: AnimatedPNGEncoder.bits)
      + PNGFormat.chunk("IDAT") { $0 += image.data } + PNGFormat.end
  }
}
