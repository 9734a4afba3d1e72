/// GIF's compression, with a shortcut for long runs of one colour.
///
/// GIF89a, appendix F: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
@safe
struct LZWEncoder: ~Copyable {
  /// The compressed bytes since `start`, not yet split into sub-blocks.
  private(set) var bytes: [UInt8] = []

  /// Known strings: `prefix code | next pixel | code` in 12 + 8 + 12 bits; all ones means free.
  private let entries = UnsafeMutablePointer<UInt32>.allocate(capacity: LZWEncoder.capacity)
  /// The codes of strings that only contain the run's pixel, by length minus one.
  private let runs = UnsafeMutablePointer<UInt32>.allocate(capacity: 4096)
  private var runCount = 0
  private var runPixel: UInt32 = 0
  private var minimumBits: UInt32 = 8
  private var codeBits: UInt32 = 9
  private var nextCode: UInt32 = 0
  /// The current string; nil at the start.
  private var prefix: UInt32?
  /// How many of the run's pixels the prefix consists of; 0 if it contains other pixels.
  private var prefixRun = 0
  private var pending: UInt64 = 0
  private var pendingBits: UInt32 = 0

  private static var capacity: Int { 1 << 14 }
  private static var free: UInt32 { .max }

  init() {}

  deinit {
    unsafe entries.deallocate()
    unsafe runs.deallocate()
  }

  /// Begins an image; `runPixel` is the colour that is expected in long runs.
  mutating func start(minimumBits: Int, runPixel: UInt8) {
    self.minimumBits = UInt32(minimumBits)
    self.runPixel = UInt32(runPixel)
    bytes.removeAll(keepingCapacity: true)
    pending = 0
    pendingBits = 0
    prefix = nil
    prefixRun = 0
    codeBits = self.minimumBits + 1
    clear()
  }

  /// Adds pixels.
  mutating func add(_ pixels: UnsafePointer<UInt8>, count: Int) {
    for position in 0..<count { add(UInt32(unsafe pixels[position])) }
  }

  /// Adds one pixel.
  mutating func add(_ pixel: UInt8) { add(UInt32(pixel)) }

  /// Adds the run's pixel a number of times, in time that does not grow with the run.
  mutating func addRun(_ count: Int) {
    var left = count
    while left > 0 {
      guard prefixRun > 0 else {
        add(runPixel)
        left -= 1
        continue
      }
      let reach = min(prefixRun + left, runCount)
      left -= reach - prefixRun
      self.prefix = unsafe runs[reach - 1]
      prefixRun = reach
      if left > 0 {
        add(runPixel)
        left -= 1
      }
    }
  }

  /// Ends the image: its bytes are complete.
  mutating func finish() {
    if let prefix { emit(prefix) }
    // The decoder has one more code by now, so the end code may need one more bit.
    if nextCode == 1 << codeBits, codeBits < 12 { codeBits += 1 }
    emit(1 << minimumBits + 1)
    if pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
  }

  private mutating func add(_ pixel: UInt32) {
    guard let prefix else {
      begin(pixel)
      return
    }
    let key = prefix << 8 | pixel
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B1) >> 18)
    while true {
      let entry = unsafe entries[slot]
      if entry == Self.free { break }
      if entry >> 12 == key {
        self.prefix = entry & 0xFFF
        prefixRun = prefixRun > 0 && pixel == runPixel ? prefixRun + 1 : 0
        return
      }
      slot = (slot &+ 1) & (Self.capacity - 1)
    }
    emit(prefix)
    if nextCode < 4096 {
      unsafe entries[slot] = key << 12 | nextCode
      if pixel == runPixel && prefixRun == runCount {
        unsafe runs[runCount] = nextCode
        runCount += 1
      }
      if nextCode == 1 << codeBits { codeBits += 1 }
      nextCode += 1
    } else {
      clear()
    }
    begin(pixel)
  }

  private mutating func begin(_ pixel: UInt32) {
    prefix = pixel
    prefixRun = pixel == runPixel ? 1 : 0
  }

  /// Clears all strings, and writes the clear code for the decoder.
  private mutating func clear() {
    emit(1 << minimumBits)
    unsafe entries.update(repeating: Self.free, count: Self.capacity)
    codeBits = minimumBits + 1
    nextCode = 1 << minimumBits + 2
    unsafe runs[0] = runPixel
    runCount = 1
  }

  private mutating func emit(_ code: UInt32) {
    pending |= UInt64(code) << UInt64(pendingBits)
    pendingBits += codeBits
    while pendingBits >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingBits -= 8
    }
  }
}
