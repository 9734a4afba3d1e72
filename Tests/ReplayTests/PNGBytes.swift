/// Small PNG files of every colour type, made here without Reel's own writer:
/// https://www.w3.org/TR/png-3/
enum PNGBytes {
  /// What a pixel's bits mean.
  enum Kind: UInt8 { case gray = 0, rgb = 2, palette = 3, grayAlpha = 4, rgba = 6 }

  /// A file of rows of bytes as they are packed; `palette` is three bytes for each colour.
  static func file(
    width: Int, height: Int, _ kind: Kind, bits: UInt8, palette: [UInt8] = [], rows: [[UInt8]]
  ) -> [UInt8] {
    let lines = rows.flatMap { row -> [UInt8] in [0] + row }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", number(width) + number(height) + [bits, kind.rawValue, 0, 0, 0])
      + (palette.isEmpty ? [] : chunk("PLTE", palette)) + chunk("IDAT", stored(lines))
      + chunk("IEND", [])
  }

  /// A file of one colour.
  static func plain(_ red: UInt8, _ green: UInt8, _ blue: UInt8, width: Int = 8, height: Int = 6)
    -> [UInt8]
  {
    let row = (0..<width).flatMap { _ -> [UInt8] in [red, green, blue] }
    return file(
      width: width, height: height, .rgb, bits: 8, rows: Array(repeating: row, count: height))
  }

  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return number(data.count) + body + number(Int(checksum(body)))
  }

  static func number(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// Deflated without compression, in blocks of at most 65,535 bytes.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var (out, start): ([UInt8], Int) = ([0x78, 0x01], 0)
    repeat {
      let end = min(bytes.count, start + 65_535)
      let size = UInt16(end - start)
      out += [end == bytes.count ? 1 : 0]
      for half in [size, ~size] { out += [UInt8(half & 0xFF), UInt8(half >> 8)] }
      out += bytes[start..<end]
      start = end
    } while start < bytes.count
    var (low, high) = (1, 0)
    for byte in bytes {
      low = (low + Int(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return out + number(high << 16 | low)
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
        sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1
      }
    }
  }
}

/// Numbers without a pattern, the same in every run.
struct Noise {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// A number from 0 to below a bound.
  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
