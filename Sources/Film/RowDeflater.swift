import CPNG
import Glibc

/// Compresses rows of flat colours, many times faster than zlib and nearly as small.
///
/// A byte either repeats the previous pixel or the one above, or is a literal; the codes are
/// deflate's fixed ones. Pieces are independent, so they can be joined in any order. RFC 1951:
/// https://www.rfc-editor.org/rfc/rfc1951
@safe
final class RowDeflater {
  private let rowBytes: Int
  private let pixelBytes: Int
  /// The code of each byte: its bits and their number.
  private let literals = UnsafeMutablePointer<Code>.allocate(capacity: 256)
  /// The code of each length, with its extra bits.
  private let lengths = UnsafeMutablePointer<Code>.allocate(capacity: 259)
  private let before: Code
  private let above: Code
  private let room: UnsafeMutablePointer<UInt8>
  private let capacity: Int

  private struct Code {
    var bits: UInt32
    var count: UInt32
  }

  private static var longest: Int { 258 }

  /// For pieces up to a number of bytes, in rows of `rowBytes`.
  init(rowBytes: Int, pixelBytes: Int, most: Int) {
    self.rowBytes = rowBytes
    self.pixelBytes = pixelBytes
    before = Self.distance(pixelBytes)
    above = Self.distance(rowBytes)
    // A literal has at most nine bits; the ends of blocks take a few bytes.
    capacity = most * 9 / 8 + 64
    unsafe room = .allocate(capacity: capacity)
    for byte in 0..<256 {
      // 00110000 to 10111111, then 110010000 to 111111111.
      unsafe literals[byte] =
        byte < 144
        ? Self.reversed(UInt32(0x30 + byte), 8) : Self.reversed(UInt32(0x190 + byte - 144), 9)
    }
    for length in 0...Self.longest {
      unsafe lengths[length] = length < 3 ? Code(bits: 0, count: 0) : Self.length(length)
    }
  }

  deinit {
    unsafe literals.deallocate()
    unsafe lengths.deallocate()
    unsafe room.deallocate()
  }

  /// Compresses the bytes and ends them at a whole byte.
  func compress(_ source: UnsafePointer<UInt8>, count: Int) -> [UInt8] {
    precondition(count * 9 / 8 + 64 <= capacity, "the piece is not longer than announced")
    var (pending, pendingBits): (UInt64, UInt64) = (0, 0)
    var target = unsafe room
    /// At most 32 bits are pending, so another 32 fit.
    @inline(__always) func put(_ code: Code) {
      pending |= UInt64(code.bits) << pendingBits
      pendingBits += UInt64(code.count)
      guard pendingBits >= 32 else { return }
      unsafe UnsafeMutableRawPointer(target).storeBytes(
        of: UInt32(truncatingIfNeeded: pending).littleEndian, as: UInt32.self)
      unsafe target += 4
      pending >>= 32
      pendingBits -= 32
    }
    // Not the last block, with fixed codes.
    put(Code(bits: 0b010, count: 3))
    var position = 0
    while position < count {
      let most = min(Self.longest, count - position)
      var run = 0
      var isAbove = false
      if position >= rowBytes {
        run = unsafe Self.match(source + position, source + position - rowBytes, most: most)
        // A distant match of three bytes costs as much as three literals.
        isAbove = run > 3
        if !isAbove { run = 0 }
      }
      if run < most, position >= pixelBytes {
        let near = unsafe Self.match(
          source + position, source + position - pixelBytes, most: most)
        if near >= 3, near >= run { (run, isAbove) = (near, false) }
      }
      if run == 0 {
        put(unsafe literals[Int(source[position])])
        position += 1
      } else {
        put(unsafe lengths[run])
        put(isAbove ? above : before)
        position += run
      }
    }
    put(Code(bits: 0, count: 7))
    // An empty stored block ends at a whole byte.
    put(Code(bits: 0b000, count: 3))
    if pendingBits % 8 != 0 { put(Code(bits: 0, count: UInt32(8 - pendingBits % 8))) }
    while pendingBits > 0 {
      unsafe target.pointee = UInt8(truncatingIfNeeded: pending)
      unsafe target += 1
      pending >>= 8
      pendingBits -= 8
    }
    var all = unsafe [UInt8](UnsafeBufferPointer(start: room, count: target - room))
    all += [0x00, 0x00, 0xFF, 0xFF]
    return all
  }

  /// How many bytes are equal, eight at a time.
  @inline(__always)
  private static func match(
    _ first: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>, most: Int
  ) -> Int {
    let (a, b) = unsafe (UnsafeRawPointer(first), UnsafeRawPointer(second))
    var length = 0
    while length + 8 <= most {
      let one = unsafe a.loadUnaligned(fromByteOffset: length, as: UInt64.self)
      let other = unsafe b.loadUnaligned(fromByteOffset: length, as: UInt64.self)
      let difference = (one ^ other).littleEndian
      if difference != 0 { return length + difference.trailingZeroBitCount / 8 }
      length += 8
    }
    while unsafe length < most && first[length] == second[length] { length += 1 }
    return length
  }

  // MARK: Codes

  /// Lengths of 3 to 258: eight without extra bits, then four for each number of them.
  private static func length(_ length: Int) -> Code {
    if length == longest { return reversed(0xC0 + 285 - 280, 8) }
    let (symbol, extra, value) = split(length - 3, exact: 8, perWidth: 4)
    let number = 257 + symbol
    let code =
      number < 280
      ? reversed(UInt32(number - 256), 7) : reversed(UInt32(0xC0 + number - 280), 8)
    return Code(bits: code.bits | value << code.count, count: code.count + extra)
  }

  /// Distances from 1: four without extra bits, then two for each number of them.
  private static func distance(_ distance: Int) -> Code {
    precondition((1...32_768).contains(distance), "deflate reaches 32 KiB back")
    let (symbol, extra, value) = split(distance - 1, exact: 4, perWidth: 2)
    let code = reversed(UInt32(symbol), 5)
    return Code(bits: code.bits | value << code.count, count: 5 + extra)
  }

  /// Deflate's classes of numbers: `exact` single numbers, then `perWidth` classes for each width.
  private static func split(
    _ number: Int, exact: Int, perWidth: Int
  ) -> (symbol: Int, extra: UInt32, value: UInt32) {
    if number < exact { return (number, 0, 0) }
    let perWidthBits = perWidth.trailingZeroBitCount
    let width = Int.bitWidth - number.leadingZeroBitCount - 1 - perWidthBits
    let symbol = exact + (width - 1) * perWidth + (number >> width) - perWidth
    return (symbol, UInt32(width), UInt32(number & (1 << width - 1)))
  }

  /// Codes are stored with their highest bit first.
  private static func reversed(_ code: UInt32, _ count: UInt32) -> Code {
    var bits: UInt32 = 0
    for place in 0..<count where code >> place & 1 == 1 { bits |= 1 << (count - 1 - place) }
    return Code(bits: bits, count: count)
  }
}
