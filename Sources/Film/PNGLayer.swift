import CPNG
package import Raster

extension Canvas {
  /// The picture as a PNG file with transparency, to be drawn over others: with a palette if it has
  /// at most 256 colours, otherwise in true colour. Optimized for speed.
  package func encodedLayer() -> [UInt8] {
    unsafe withPixels { pixels in
      let numbers = unsafe PNGLayer.numbers(of: pixels)
      let data = unsafe PNGLayer.data(pixels, width: width, height: height, numbers)
      return PNGFormat.signature
        + PNGFormat.header(width: width, height: height, bitsPerPixel: numbers == nil ? 32 : 8)
        + (numbers.map(PNGLayer.palette) ?? []) + PNGFormat.chunk("IDAT") { $0 += data }
        + PNGFormat.end
    }
  }
}

/// The pixels of a PNG file with a single image.
private enum PNGLayer {
  /// A quarter of the default level's time for slightly more bytes.
  private static let level = 3

  /// The index of each colour; nil where there are too many.
  static func numbers(of pixels: UnsafeBufferPointer<UInt32>) -> [UInt32: UInt8]? {
    var numbers: [UInt32: UInt8] = [:]
    var last: UInt32?
    for index in pixels.indices {
      let word = unsafe pixels[index]
      if word == last { continue }
      last = word
      guard numbers[word] == nil else { continue }
      guard numbers.count < 256 else { return nil }
      numbers[word] = UInt8(numbers.count)
    }
    return numbers
  }

  /// The colours and their opacity.
  static func palette(_ numbers: [UInt32: UInt8]) -> [UInt8] {
    let words = numbers.sorted { $0.value < $1.value }.map(\.key)
    return PNGFormat.palette(words.map { Color(straight($0)) })
      + PNGFormat.chunk("tRNS") { $0 += words.map { UInt8($0 >> 24) } }
  }

  /// A canvas stores premultiplied colours, a file does not.
  private static func straight(_ word: UInt32) -> UInt32 {
    let alpha = word >> 24
    if alpha == 255 { return word }
    if alpha == 0 { return 0 }
    func channel(_ shift: UInt32) -> UInt32 {
      min(255, ((word >> shift & 0xFF) * 255 + alpha / 2) / alpha) << shift
    }
    return alpha << 24 | channel(16) | channel(8) | channel(0)
  }

  /// All rows in one stream, without a filter, since flat colours compress well without one.
  static func data(
    _ pixels: UnsafeBufferPointer<UInt32>, width: Int, height: Int, _ numbers: [UInt32: UInt8]?
  ) -> [UInt8] {
    let rowBytes = 1 + width * (numbers == nil ? 4 : 1)
    return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: rowBytes * height) {
      rows in
      guard let first = rows.baseAddress else { return [] }
      var (last, known): (UInt32?, UInt32) = (nil, 0)
      for y in 0..<height {
        var target = unsafe first + y * rowBytes
        unsafe target.initialize(to: 0)
        unsafe target += 1
        for x in 0..<width {
          let word = unsafe pixels[y * width + x]
          if word != last {
            last = word
            known =
              numbers.map { UInt32($0[word] ?? 0) }
              ?? (straight(word) << 8 | word >> 24).byteSwapped
          }
          if numbers == nil {
            unsafe UnsafeMutableRawPointer(target).storeBytes(of: known, as: UInt32.self)
            unsafe target += 4
          } else {
            unsafe target.initialize(to: UInt8(truncatingIfNeeded: known))
            unsafe target += 1
          }
        }
      }
      let checksum = unsafe adler32(1, first, UInt32(rows.count))
      let packed = unsafe Deflater(level: level).compress(first, count: rows.count)
      // An empty last block, then the checksum of all rows.
      return [0x78, 0x01] + packed + [0x03, 0x00] + PNGFormat.number(Int(checksum))
    }
  }
}
