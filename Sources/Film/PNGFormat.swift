import CPNG
import Raster

/// The chunks of a PNG file.
///
/// PNG, third edition: https://www.w3.org/TR/png-3/
enum PNGFormat {
  /// The first bytes of every file.
  static var signature: [UInt8] { [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] }

  /// The size, and the bits per pixel: palette indices up to 8, three channels with 24, four with
  /// 32.
  static func header(width: Int, height: Int, bitsPerPixel: Int) -> [UInt8] {
    let isIndexed = bitsPerPixel <= 8
    return chunk("IHDR") {
      $0 += number(width) + number(height)
      $0 += [
        UInt8(isIndexed ? bitsPerPixel : 8), isIndexed ? 3 : bitsPerPixel == 32 ? 6 : 2, 0, 0, 0,
      ]
    }
  }

  /// The palette; if `count` is given, filled up with black.
  static func palette(_ colors: [Color], count: Int? = nil) -> [UInt8] {
    let spare = max(0, (count ?? colors.count) - colors.count)
    return chunk("PLTE") {
      $0 += colors.flatMap { [$0.red, $0.green, $0.blue] } + Array(repeating: 0, count: 3 * spare)
    }
  }

  /// Makes the colour after a number of others transparent.
  static func transparency(after colors: Int) -> [UInt8] {
    chunk("tRNS") { $0 += Array(repeating: 255, count: colors) + [0] }
  }

  /// How many images an animation has, and how often it plays: 0 for ever.
  static func animation(images: Int, plays: Int) -> [UInt8] {
    chunk("acTL") { $0 += number(images) + number(plays) }
  }

  /// The end of every file.
  static var end: [UInt8] { chunk("IEND") { _ in } }

  /// A chunk: its length, its name, what `body` writes, and the checksum of both.
  static func chunk(_ name: String, _ body: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    add(name, to: &bytes, body)
    return bytes
  }

  /// Adds a chunk.
  static func add(_ name: String, to bytes: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
    let start = bytes.count
    bytes += [0, 0, 0, 0] + Array(name.utf8)
    body(&bytes)
    let length = bytes.count - start - 8
    bytes.replaceSubrange(start..<start + 4, with: number(length))
    let checksum = unsafe bytes.withUnsafeBufferPointer { all in
      unsafe crc32(0, all.baseAddress.map { unsafe $0 + start + 4 }, UInt32(length + 4))
    }
    bytes += number(Int(checksum))
  }

  /// Four bytes, big-endian.
  static func number(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// Two bytes, big-endian.
  static func short(_ value: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }

  /// Packs several small numbers into each byte, the first one into the highest bits.
  static func pack(
    _ numbers: UnsafePointer<UInt8>, count: Int, bits: Int,
    into line: UnsafeMutablePointer<UInt8>
  ) {
    let perByte = 8 / bits
    for byte in 0..<(count + perByte - 1) / perByte {
      var packed = 0
      for x in byte * perByte..<(byte + 1) * perByte {
        packed = packed << bits | (x < count ? Int(unsafe numbers[x]) : 0)
      }
      unsafe line[byte] = UInt8(truncatingIfNeeded: packed)
    }
  }
}
