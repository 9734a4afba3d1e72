import CPNG
import Raster

/// Writes the PNG files of one film, faster if a frame resembles the previous one.
///
/// A picture is divided into bands of rows. Each is compressed separately and ended with a full
/// flush, so the bytes of a band that has not changed since this encoder's last picture are reused.
/// PNG: https://www.w3.org/TR/png-3/ · flushing: https://www.zlib.net/manual.html
struct PNGEncoder {
  private let width: Int
  private let height: Int
  private let isIndexed: Bool
  private let bitsPerPixel: Int
  private let quick: RowDeflater
  /// A slower compressor, for single pictures.
  private let thorough: Deflater?
  /// Signature, size and palette; the palette may grow from picture to picture.
  private var header: (bytes: [UInt8], colors: Int) = ([], -1)
  /// The last picture's pixels, a byte or a word each, for finding changes.
  private var last: [UInt8]
  private var bands: [Band?]
  private var scanlines: [UInt8]

  private struct Band {
    var compressed: [UInt8]
    var checksum: UInt
    var byteCount: Int
  }

  private static var rowsPerBand: Int { 16 }

  /// An encoder for pictures of one size, with a limited number of colours; nil means true colour.
  init(width: Int, height: Int, colors: Int?, isThorough: Bool = false) {
    self.width = width
    self.height = height
    isIndexed = colors != nil
    bitsPerPixel = colors.map(Palette.bitDepth(colors:)) ?? 24
    let rowBytes = 1 + (width * bitsPerPixel + 7) / 8
    quick = RowDeflater(
      rowBytes: rowBytes, pixelBytes: isIndexed ? 1 : 3, most: Self.rowsPerBand * rowBytes)
    thorough = isThorough ? Deflater() : nil
    last = Array(repeating: 0, count: width * height * (isIndexed ? 1 : 4))
    bands = Array(repeating: nil, count: (height + Self.rowsPerBand - 1) / Self.rowsPerBand)
    scanlines = Array(repeating: 0, count: Self.rowsPerBand * rowBytes)
  }

  /// The PNG file of a picture.
  mutating func encode(_ picture: Picture) -> [UInt8] {
    precondition(
      picture.canvas.width == width && picture.canvas.height == height,
      "an encoder's pictures have one size")
    if isIndexed {
      unsafe compress(UnsafeRawPointer(picture.numbers.baseAddress))
    } else {
      unsafe picture.canvas.withPixels { unsafe compress(UnsafeRawPointer($0.baseAddress)) }
    }
    let colors = isIndexed ? picture.palette.colors : []
    if header.colors != colors.count { header = (start(colors), colors.count) }
    return assembled()
  }

  private mutating func compress(_ pixels: UnsafeRawPointer?) {
    guard let pixels = unsafe pixels else { return }
    for band in bands.indices where unsafe hasChanged(band, pixels) {
      unsafe compress(band, pixels)
    }
  }

  private func rows(of band: Int) -> Range<Int> {
    band * Self.rowsPerBand..<min(height, (band + 1) * Self.rowsPerBand)
  }

  private var rowLength: Int { isIndexed ? width : width * 4 }

  /// Compares a band with the last picture's and stores it.
  private mutating func hasChanged(_ band: Int, _ pixels: UnsafeRawPointer) -> Bool {
    let range = rows(of: band)
    let (start, count) = (range.lowerBound * rowLength, range.count * rowLength)
    let isNew = bands[band] == nil
    return unsafe last.withUnsafeMutableBytes { last in
      guard let base = last.baseAddress else { return false }
      let kept = unsafe base + start
      guard unsafe isNew || memcmp(kept, pixels + start, count) != 0 else { return false }
      unsafe memcpy(kept, pixels + start, count)
      return true
    }
  }

  private mutating func compress(_ band: Int, _ pixels: UnsafeRawPointer) {
    let range = rows(of: band)
    let rowBytes = (width * bitsPerPixel + 7) / 8
    // Moved out during the loop, so that the rest of this value can be used.
    var lines = scanlines
    scanlines = []
    bands[band] = unsafe lines.withUnsafeMutableBufferPointer { lines in
      guard let first = lines.baseAddress else { return nil }
      var line = unsafe first
      for y in range {
        let row = unsafe pixels + y * rowLength
        // No filter: neighbouring palette indices are unrelated, and flat colours compress well
        // without one.
        unsafe line[0] = 0
        unsafe write(row, into: line + 1)
        unsafe line += 1 + rowBytes
      }
      let count = range.count * (1 + rowBytes)
      return unsafe Band(
        compressed: thorough?.compress(first, count: count) ?? quick.compress(first, count: count),
        checksum: adler32(1, first, UInt32(count)), byteCount: count)
    }
    scanlines = lines
  }

  private func write(_ row: UnsafeRawPointer, into line: UnsafeMutablePointer<UInt8>) {
    switch bitsPerPixel {
    case 24:
      let words = unsafe row.assumingMemoryBound(to: UInt32.self)
      for x in 0..<width {
        let word = unsafe words[x]
        unsafe line[3 * x] = UInt8(truncatingIfNeeded: word >> 16)
        unsafe line[3 * x + 1] = UInt8(truncatingIfNeeded: word >> 8)
        unsafe line[3 * x + 2] = UInt8(truncatingIfNeeded: word)
      }
    case 8: unsafe memcpy(line, row, width)
    default:
      unsafe PNGFormat.pack(
        row.assumingMemoryBound(to: UInt8.self), count: width, bits: bitsPerPixel, into: line)
    }
  }
}

// MARK: The file

extension PNGEncoder {
  private func start(_ colors: [Color]) -> [UInt8] {
    PNGFormat.signature
      + PNGFormat.header(width: width, height: height, bitsPerPixel: bitsPerPixel)
      + (isIndexed ? PNGFormat.palette(colors) : [])
  }

  private func assembled() -> [UInt8] {
    var bytes = header.bytes
    bytes.reserveCapacity(bytes.count + bands.reduce(64) { $0 + ($1?.compressed.count ?? 0) })
    PNGFormat.add("IDAT", to: &bytes) { bytes in
      bytes += [0x78, 0x01]
      var checksum: UInt = 1
      for case let band? in bands {
        bytes += band.compressed
        checksum = adler32_combine(checksum, band.checksum, band.byteCount)
      }
      // An empty last block, then the checksum of all rows.
      bytes += [0x03, 0x00] + PNGFormat.number(Int(checksum))
    }
    return bytes + PNGFormat.end
  }
}
