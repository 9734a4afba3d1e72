import CPNG
package import Raster

/// How a picture's colours are stored.
package enum Coloring: Hashable, Sendable {
  /// As numbers of palette colours.
  case indexed(Palette)
  /// As three channels a pixel, exactly as drawn.
  case truecolor
}

/// Writes the PNG files of one film, fast where a frame resembles the one before.
///
/// A picture is cut into bands of rows. Each is compressed on its own and ended by a full flush,
/// so that a band that did not change since this encoder's last picture is used again as it is.
/// PNG: https://www.w3.org/TR/png-3/ · flushing: https://www.zlib.net/manual.html
package struct PNGEncoder {
  /// How far off the worst channel of any pixel was, so far; 0 for true colour.
  package var greatestError: Int { mapper?.greatestError ?? 0 }

  private let width: Int
  private let height: Int
  private let header: [UInt8]
  private let bitsPerPixel: Int
  private var mapper: PixelMapper?
  private let deflater: Deflater
  /// The pixels of the last picture, to find what changed.
  private var last: [UInt32]
  private var bands: [Band?]
  private var scanlines: [UInt8]
  private var indices: [UInt8]

  private struct Band {
    var compressed: [UInt8]
    var checksum: UInt
    var byteCount: Int
  }

  private static var rowsPerBand: Int { 16 }

  /// An encoder for pictures of one size.
  package init(width: Int, height: Int, coloring: Coloring, level: Int = 2) {
    self.width = width
    self.height = height
    switch coloring {
    case .indexed(let palette):
      mapper = PixelMapper(palette)
      bitsPerPixel = palette.bitDepth
      let colors = palette.colors.flatMap { [$0.red, $0.green, $0.blue] }
      header =
        Self.start(width, height, bitDepth: palette.bitDepth, colorType: 3)
        + Self.chunk("PLTE", colors)
    case .truecolor:
      bitsPerPixel = 24
      header = Self.start(width, height, bitDepth: 8, colorType: 2)
    }
    deflater = Deflater(level: level)
    last = Array(repeating: 0, count: width * height)
    bands = Array(repeating: nil, count: (height + Self.rowsPerBand - 1) / Self.rowsPerBand)
    scanlines = Array(repeating: 0, count: Self.rowsPerBand * (1 + (width * bitsPerPixel + 7) / 8))
    indices = Array(repeating: 0, count: width)
  }

  /// The PNG file of a picture.
  package mutating func encode(_ canvas: Canvas) -> [UInt8] {
    precondition(
      canvas.width == width && canvas.height == height, "an encoder's pictures have one size")
    unsafe canvas.withPixels { pixels in
      guard let pixels = pixels.baseAddress else { return }
      for band in bands.indices where unsafe hasChanged(band, pixels) {
        unsafe compress(band, pixels)
      }
    }
    var data: [UInt8] = [0x78, 0x01]
    data.reserveCapacity(bands.reduce(64) { $0 + ($1?.compressed.count ?? 0) })
    var checksum: UInt = 1
    for case let band? in bands {
      data += band.compressed
      checksum = adler32_combine(checksum, band.checksum, band.byteCount)
    }
    // An empty last block, then the checksum of all rows.
    data += [0x03, 0x00]
    data += Self.bigEndian(UInt32(truncatingIfNeeded: checksum))
    return header + Self.chunk("IDAT", data) + Self.chunk("IEND", [])
  }

  private func rows(of band: Int) -> Range<Int> {
    band * Self.rowsPerBand..<min(height, (band + 1) * Self.rowsPerBand)
  }

  /// Compares a band with the last picture's and remembers it.
  private mutating func hasChanged(_ band: Int, _ pixels: UnsafePointer<UInt32>) -> Bool {
    let range = rows(of: band)
    let start = range.lowerBound * width
    let byteCount = range.count * width * 4
    let isNew = bands[band] == nil
    return unsafe last.withUnsafeMutableBufferPointer { last in
      guard let base = last.baseAddress else { return false }
      let kept = unsafe base + start
      guard unsafe isNew || memcmp(kept, pixels + start, byteCount) != 0 else { return false }
      unsafe memcpy(kept, pixels + start, byteCount)
      return true
    }
  }

  private mutating func compress(_ band: Int, _ pixels: UnsafePointer<UInt32>) {
    let range = rows(of: band)
    let rowBytes = (width * bitsPerPixel + 7) / 8
    // Taken out while it is written, so that the rest of this value can be used beside it.
    var lines = scanlines
    scanlines = []
    unsafe lines.withUnsafeMutableBufferPointer { lines in
      guard var line = lines.baseAddress else { return }
      for y in range {
        let row = unsafe pixels + y * width
        unsafe line[0] = 0
        if unsafe y > range.lowerBound && memcmp(row, row - width, width * 4) == 0 {
          unsafe memcpy(line, line - 1 - rowBytes, 1 + rowBytes)
        } else {
          unsafe write(row, into: line + 1)
        }
        unsafe line += 1 + rowBytes
      }
    }
    let byteCount = range.count * (1 + rowBytes)
    let (compressed, checksum) = deflater.compress(lines, count: byteCount)
    scanlines = lines
    bands[band] = Band(compressed: compressed, checksum: checksum, byteCount: byteCount)
  }

  private mutating func write(
    _ row: UnsafePointer<UInt32>, into line: UnsafeMutablePointer<UInt8>
  ) {
    switch bitsPerPixel {
    case 24:
      for x in 0..<width {
        let word = unsafe row[x]
        unsafe line[3 * x] = UInt8(truncatingIfNeeded: word >> 16)
        unsafe line[3 * x + 1] = UInt8(truncatingIfNeeded: word >> 8)
        unsafe line[3 * x + 2] = UInt8(truncatingIfNeeded: word)
      }
    case 8: unsafe mapper?.map(row, count: width, into: line)
    default:
      unsafe indices.withUnsafeMutableBufferPointer { indices in
        guard let index = indices.baseAddress else { return }
        unsafe mapper?.map(row, count: width, into: index)
      }
      unsafe pack(into: line)
    }
  }

  /// Puts several small pixels into each byte, the first one into the highest bits.
  private func pack(into line: UnsafeMutablePointer<UInt8>) {
    let perByte = 8 / bitsPerPixel
    for byte in 0..<(width + perByte - 1) / perByte {
      var packed = 0
      for x in byte * perByte..<(byte + 1) * perByte {
        packed = packed << bitsPerPixel | (x < width ? Int(indices[x]) : 0)
      }
      unsafe line[byte] = UInt8(truncatingIfNeeded: packed)
    }
  }

  private static func start(
    _ width: Int, _ height: Int, bitDepth: Int, colorType: UInt8
  ) -> [UInt8] {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let size = bigEndian(UInt32(width)) + bigEndian(UInt32(height))
    return signature + chunk("IHDR", size + [UInt8(bitDepth), colorType, 0, 0, 0])
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    var bytes = bigEndian(UInt32(data.count))
    bytes.reserveCapacity(data.count + 12)
    bytes += Array(name.utf8)
    bytes += data
    let checksum = unsafe bytes.withUnsafeBufferPointer { all in
      unsafe crc32(0, all.baseAddress.map { unsafe $0 + 4 }, UInt32(all.count - 4))
    }
    return bytes + bigEndian(UInt32(truncatingIfNeeded: checksum))
  }

  private static func bigEndian(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
