import CPNG

/// Compresses with zlib, in independent pieces that can be joined.
@safe
final class Deflater {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var room: [UInt8] = []

  /// `level` is from 1 (fast) to 9 (small). 9 takes four times as long as 6 and saves a tenth.
  init(level: Int = 6) {
    unsafe stream.initialize(to: z_stream())
    // Negative window bits: no header and no checksum, only the compressed blocks.
    let status = unsafe deflateInit2_(
      stream, Int32(level), Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib needs 270 KB of memory")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Compresses the bytes and ends them with a full flush.
  func compress(_ source: UnsafePointer<UInt8>, count: Int) -> [UInt8] {
    unsafe deflateReset(stream)
    // A flush adds at most a few bytes to the result of deflateBound().
    let bound = Int(unsafe deflateBound(stream, UInt(count))) + 64
    if room.count < bound { room = Array(repeating: 0, count: bound) }
    let written = unsafe room.withUnsafeMutableBufferPointer { output in
      unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
      unsafe stream.pointee.avail_in = UInt32(count)
      unsafe stream.pointee.next_out = output.baseAddress
      unsafe stream.pointee.avail_out = UInt32(output.count)
      let status = unsafe deflate(stream, Z_FULL_FLUSH)
      precondition(status == Z_OK, "the output buffer is large enough")
      return unsafe output.count - Int(stream.pointee.avail_out)
    }
    return Array(room[..<written])
  }
}
