/// A hash table from colours to numbers, fast enough for a lookup per run of pixels.
struct ColorTable {
  /// How many colours there are.
  private(set) var count = 0
  /// Each entry is `colour | marker` in its upper half and the number in the lower; 0 is free.
  private var entries: [UInt64]
  private var mask: Int

  private static var marker: UInt64 { 0xFF00_0000 }

  init(capacity: Int = 1024) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "the capacity is a power of two")
    entries = Array(repeating: 0, count: capacity)
    mask = capacity - 1
  }

  /// The number of a colour (`0xRRGGBB`).
  func value(of color: UInt32) -> UInt32? {
    let entry = entries[slot(of: color)]
    return entry == 0 ? nil : UInt32(truncatingIfNeeded: entry)
  }

  /// Removes all colours, but keeps the memory.
  mutating func clear() {
    guard count > 0 else { return }
    for index in entries.indices { entries[index] = 0 }
    count = 0
  }

  /// Sets the number of a colour.
  mutating func set(_ color: UInt32, to value: UInt32) {
    let slot = slot(of: color)
    if entries[slot] == 0 { count += 1 }
    entries[slot] = Self.key(color) << 32 | UInt64(value)
    if count * 2 > entries.count { grow() }
  }

  /// Adds to a colour's number, up to the greatest possible number.
  mutating func add(_ amount: UInt32, to color: UInt32) {
    let (sum, overflow) = (value(of: color) ?? 0).addingReportingOverflow(amount)
    set(color, to: overflow ? .max : sum)
  }

  /// All colours with their numbers, in no particular order.
  var all: [(color: UInt32, value: UInt32)] {
    var all: [(color: UInt32, value: UInt32)] = []
    all.reserveCapacity(count)
    for entry in entries where entry != 0 {
      all.append(
        (UInt32(truncatingIfNeeded: entry >> 32) & 0xFF_FFFF, UInt32(truncatingIfNeeded: entry)))
    }
    return all
  }

  private static func key(_ color: UInt32) -> UInt64 { UInt64(color) | marker }

  private func slot(of color: UInt32) -> Int {
    let key = Self.key(color)
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
    while entries[slot] != 0 && entries[slot] >> 32 != key { slot = (slot &+ 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = all
    entries = Array(repeating: 0, count: entries.count * 2)
    mask = entries.count - 1
    count = 0
    for (color, value) in old { set(color, to: value) }
  }
}
