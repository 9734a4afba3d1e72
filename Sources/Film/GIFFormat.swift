import Raster

/// The blocks of a GIF file.
///
/// GIF89a: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
enum GIFFormat {
  /// How many bits number all colours and, if there is space, "unchanged".
  static func bits(colors: Int) -> Int {
    let numbers = min(256, colors + 1)
    return max(2, Int.bitWidth - (numbers - 1).leadingZeroBitCount)
  }

  /// Header, size, space for a palette, and the number of repetitions (0: for ever; nil: none).
  static func start(width: Int, height: Int, colors: Int, repetitions: Int?) -> [UInt8] {
    let bits = bits(colors: colors)
    var bytes = Array("GIF89a".utf8) + number(width) + number(height)
    // A global table of 2^bits colours, with 8 bits per channel.
    bytes += [0xF0 | UInt8(bits - 1), 0, 0]
    bytes += Array(repeating: 0, count: 3 << bits)
    if let repetitions {
      bytes += [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1] + number(repetitions) + [0]
    }
    return bytes
  }

  /// The offset of the palette in a file.
  static var paletteOffset: Int { 13 }

  /// A palette as stored in a file.
  static func bytes(of palette: Palette) -> [UInt8] {
    palette.colors.flatMap { [$0.red, $0.green, $0.blue] }
  }

  /// The block before an image: its delay, and the index for "unchanged".
  static func control(delay: Int, transparent: UInt8?) -> [UInt8] {
    // Disposal 1: the image stays, so that the next one only needs the changes.
    let flags: UInt8 = transparent == nil ? 0x04 : 0x05
    return [0x21, 0xF9, 4, flags] + number(delay) + [transparent ?? 0, 0]
  }

  /// An image's position, size and data, split into sub-blocks of at most 255 bytes.
  static func image(
    left: Int, top: Int, width: Int, height: Int, minimumBits: Int, data: [UInt8]
  ) -> [UInt8] {
    var bytes: [UInt8] = [0x2C]
    bytes.reserveCapacity(data.count + data.count / 255 + 16)
    bytes += number(left) + number(top) + number(width) + number(height)
    bytes += [0, UInt8(minimumBits)]
    var start = 0
    while start < data.count {
      let end = min(start + 255, data.count)
      bytes.append(UInt8(end - start))
      bytes += data[start..<end]
      start = end
    }
    bytes.append(0)
    return bytes
  }

  /// The end of the file.
  static var trailer: [UInt8] { [0x3B] }

  private static func number(_ value: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }
}
