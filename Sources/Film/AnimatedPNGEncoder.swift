import CPNG
import Raster

/// Turns frames into images of an animated PNG: only what changed since the frame before.
struct AnimatedPNGEncoder: FrameEncoder, ~Copyable {
  /// An image without its place in the sequence, which is known only when all before it are.
  struct Image: Sendable {
    var area: PixelArea
    /// Its rows, compressed; empty if the frame looks like the one before.
    var data: [UInt8]
    /// Whether it lies over the picture before it, which its transparent pixels leave as it was.
    var isOverlay: Bool
  }

  private let width: Int
  private let height: Int
  /// The number that stands for "as before"; nil where the palette needs all 256.
  private let transparent: UInt8?
  private let deflater = Deflater(level: 6)
  private var lines: [UInt8] = []

  /// An encoder for pictures of one size, in a limited number of colours.
  init(width: Int, height: Int, colors: Int) {
    self.width = width
    self.height = height
    transparent = Self.transparent(colors: colors)
  }

  /// Eight for any number of colours: ffmpeg, and what is built on it, mistakes the smaller ones in
  /// parts of a picture.
  static var bits: Int { 8 }

  /// The number that stands for "as before" beside a number of colours.
  static func transparent(colors: Int) -> UInt8? { colors < 256 ? UInt8(colors) : nil }

  mutating func encode(_ frame: Int, _ picture: Picture, after previous: Picture?) -> Image {
    let everything = PixelArea(width: width, height: height)
    let nothing = Image(area: everything, data: [], isOverlay: false)
    guard let new = unsafe UnsafePointer(picture.numbers.baseAddress) else { return nothing }
    guard let old = unsafe UnsafePointer(previous?.numbers.baseAddress) else {
      let data = unsafe compressed(new, everything)
      return Image(area: everything, data: data, isOverlay: false)
    }
    guard let area = unsafe PixelArea(changedFrom: old, to: new, width: width, height: height)
    else { return nothing }
    guard let transparent else {
      return Image(area: area, data: unsafe compressed(new, area), isOverlay: false)
    }
    let sparse = Image(
      area: area, data: unsafe compressed(new, area, unlike: old, transparent), isOverlay: true)
    // Both ways where it is not clear which one is smaller.
    guard unsafe changes(from: old, to: new, area) * 2 > area.count else { return sparse }
    let opaque = unsafe compressed(new, area)
    return sparse.data.count < opaque.count
      ? sparse : Image(area: area, data: opaque, isOverlay: false)
  }

  /// How many numbers of an area differ.
  private func changes(
    from old: UnsafePointer<UInt8>, to new: UnsafePointer<UInt8>, _ area: PixelArea
  ) -> Int {
    var count = 0
    for y in area.top..<area.bottom {
      for place in y * width + area.left..<y * width + area.right
      where unsafe new[place] != old[place] { count += 1 }
    }
    return count
  }

  /// The rows of an area; where they equal another picture's, the transparent number.
  private mutating func compressed(
    _ new: UnsafePointer<UInt8>, _ area: PixelArea, unlike old: UnsafePointer<UInt8>? = nil,
    _ transparent: UInt8 = 0
  ) -> [UInt8] {
    let lineBytes = 1 + area.width
    let count = lineBytes * area.height
    if lines.count < count { lines = Array(repeating: 0, count: count) }
    // Taken out while they are written, so that the rest of this value can be used beside them.
    var lines = lines
    self.lines = []
    defer { self.lines = lines }
    return unsafe lines.withUnsafeMutableBufferPointer { lines in
      guard let first = lines.baseAddress else { return [] }
      for y in 0..<area.height {
        let start = (area.top + y) * width + area.left
        let line = unsafe first + y * lineBytes
        unsafe line[0] = 0
        for x in 0..<area.width {
          let number = unsafe new[start + x]
          unsafe line[1 + x] = old?[start + x] == number ? transparent : number
        }
      }
      let rows = unsafe deflater.compress(first, count: count)
      let checksum = unsafe adler32(1, first, UInt32(count))
      // An empty last block, then the checksum of all rows.
      return [0x78, 0x01] + rows + [0x03, 0x00] + PNGFormat.number(Int(checksum))
    }
  }
}
