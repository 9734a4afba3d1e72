import CPNG
import Raster

/// Turns frames into images of an animated PNG that only contain changes from the previous frame.
struct AnimatedPNGEncoder: FrameEncoder, ~Copyable {
  /// An image without its sequence number, which is only known once all earlier images are.
  struct Image: Sendable {
    var area: PixelArea
    /// Its compressed rows; empty if the frame looks like the previous one.
    var data: [UInt8]
    /// Whether it is drawn over the previous picture, which stays visible where the image is
    /// transparent.
    var isOverlay: Bool
  }

  private let width: Int
  private let height: Int
  /// The palette index for "unchanged"; nil where the palette needs all 256.
  private let transparent: UInt8?
  private let deflater = Deflater(level: 6)
  private var lines: [UInt8] = []

  /// An encoder for pictures of one size, in a limited number of colours.
  init(width: Int, height: Int, colors: Int) {
    self.width = width
    self.height = height
    transparent = Self.transparent(colors: colors)
  }

  /// Always eight: ffmpeg, and programs based on it, decode parts of pictures with fewer bits
  /// incorrectly.
  static var bits: Int { 8 }

  /// The palette index for "unchanged" after a number of colours.
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
    // Encodes in both ways if it is unclear which one is smaller.
    guard unsafe changes(from: old, to: new, area) * 2 > area.count else { return sparse }
    let opaque = unsafe compressed(new, area)
    return sparse.data.count < opaque.count
      ? sparse : Image(area: area, data: opaque, isOverlay: false)
  }

  /// How many pixels of an area differ.
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

  /// Compresses the rows of an area; pixels that equal another picture's become transparent.
  private mutating func compressed(
    _ new: UnsafePointer<UInt8>, _ area: PixelArea, unlike old: UnsafePointer<UInt8>? = nil,
    _ transparent: UInt8 = 0
  ) -> [UInt8] {
    let lineBytes = 1 + area.width
    let count = lineBytes * area.height
    if lines.count < count { lines = Array(repeating: 0, count: count) }
    // Moved out during the loop, so that the rest of this value can be used.
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
