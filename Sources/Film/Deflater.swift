import CPNG

/// Compresses by zlib, in pieces that can be joined: none refers to the one before.
@safe
final class Deflater {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var room: [UInt8] = []

  /// As well, or as fast, as a level of 1 to 9 says. 9 takes four times as long as 6 for a tenth less.
  init(level: Int = 6) {
    unsafe stream.initialize(to: z_stream())
    // Negative window bits: no header, no checksum, only the compressed blocks.
    let status = unsafe deflateInit2_(
      stream, Int32(level), Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib needs 270 KB of memory")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The bytes compressed and ended by a full flush.
  func compress(_ source: UnsafePointer<UInt8>, count: Int) -> [UInt8] {
    unsafe deflateReset(stream)
    // A flush adds at most a few bytes to what deflateBound() promises.
    let bound = Int(unsafe deflateBound(stream, UInt(count))) + 64
    if room.count < bound { room = Array(repeating: 0, count: bound) }
    let written = unsafe room.withUnsafeMutableBufferPointer { output in
      unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
      unsafe stream.pointee.avail_in = UInt32(count)
      unsafe stream.pointee.next_out = output.baseAddress
      unsafe stream.pointee.avail_out = UInt32(output.count)
      let status = unsafe deflate(stream, Z_FULL_FLUSH)
      precondition(status == Z_OK, "zlib compresses whatever it is given room for")
      return unsafe output.count - Int(stream.pointee.avail_out)
    }
    return Array(room[..<written])
  }
}
