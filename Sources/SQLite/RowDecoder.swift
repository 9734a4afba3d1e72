/// Decodes rows from pages into columns. https://sqlite.org/fileformat2.html#record_format
///
/// A row begins with the types of its values. A table has few different headers, so the decoder
/// remembers for each where the values are and how to read them. Only one thread may use it at a
/// time.
@safe package final class RowDecoder {
  /// Where a value is and how to read it.
  private struct Field {
    enum Way: UInt8 {
      case constant, integer, real, realOfInteger, bytes, name
    }

    var way = Way.constant
    /// How far to shift the eight bytes that start at the value.
    var shift: UInt8 = 0
    var offset: Int32 = 0
    var size: Int32 = 0
    var constant: UInt64 = 0
  }

  /// Headers of up to this many bytes are remembered.
  private static let longest = 8
  private static let plans = 64
  /// The known headers in a hash table, and the length of the values after each. The entry behind
  /// the table is for headers that are too long.
  private let known = UnsafeMutablePointer<UInt64>.allocate(capacity: plans)
  private let bodies = UnsafeMutablePointer<Int>.allocate(capacity: plans + 1)
  private var fields = UnsafeMutablePointer<Field>.allocate(capacity: 1)
  private var kinds: [Columns.Kind] = []

  private var columns: Columns?
  private var words: UnsafeMutablePointer<UInt64>?
  private var capacity = 0
  private var count = 0

  package init() {
    unsafe known.initialize(repeating: 0, count: Self.plans)
    unsafe bodies.initialize(repeating: 0, count: Self.plans + 1)
  }

  deinit {
    unsafe known.deallocate()
    unsafe bodies.deallocate()
    unsafe fields.deallocate()
  }

  /// Adds rows to the columns from now on; the first column is the key.
  func begin(_ columns: Columns) {
    self.columns = columns
    unsafe words = columns.words.baseAddress
    (capacity, count) = (columns.capacity, columns.count)
    let kinds = (0..<columns.width).map(columns.kind)
    guard kinds != self.kinds else { return }
    self.kinds = kinds
    unsafe known.update(repeating: 0, count: Self.plans)
    unsafe fields.deallocate()
    unsafe fields = .allocate(capacity: kinds.count * (Self.plans + 1))
    unsafe fields.initialize(repeating: Field(), count: kinds.count * (Self.plans + 1))
  }

  /// Makes the decoded rows part of the columns.
  func finish() {
    columns?.count = count
    columns = nil
  }

  /// Decodes a row; false where its types do not match the columns, or there is no space.
  @inline(__always)
  func take(_ row: UnsafeRawPointer, _ length: Int, _ key: Int) -> Bool {
    let head = unsafe row.byte(at: 0)
    guard count < capacity, head > 0, head < 0x80, head <= length else { return false }
    var plan = Self.plans
    if head <= Self.longest {
      let beginning =
        unsafe UInt64(littleEndian: row.loadUnaligned(as: UInt64.self))
        & (UInt64.max >> UInt64(64 - 8 * head))
      plan = Int(truncatingIfNeeded: (beginning &* 0x9E37_79B9_7F4A_7C15) >> 58)
      if unsafe known[plan] != beginning {
        unsafe known[plan] = 0
        guard unsafe learn(row, head, plan) else { return false }
        unsafe known[plan] = beginning
      }
    } else if unsafe !learn(row, head, plan) {
      return false
    }
    guard unsafe head + bodies[plan] == length, let words = unsafe words else { return false }
    unsafe words[count] = UInt64(bitPattern: Int64(key))
    let body = unsafe row + head
    let width = kinds.count
    let fields = unsafe self.fields + plan * width
    var place = count
    for column in 1..<width {
      place += capacity
      unsafe words[place] = value(fields[column], body)
    }
    count += 1
    return true
  }

  @inline(__always)
  private func value(_ field: Field, _ body: UnsafeRawPointer) -> UInt64 {
    switch field.way {
    case .constant: return field.constant
    case .integer: return unsafe UInt64(bitPattern: Int64(integer(field, body)))
    case .real:
      let real = Double(bitPattern: unsafe UInt64(bitPattern: Int64(integer(field, body))))
      return real.isNaN ? Double.nan.bitPattern : real.bitPattern
    case .realOfInteger: return unsafe Double(integer(field, body)).bitPattern
    case .bytes:
      return unsafe columns?.append(Self.bytes(field, body)) ?? 0
    case .name: return unsafe number(of: Self.bytes(field, body))
    }
  }

  @inline(__always)
  private func integer(_ field: Field, _ body: UnsafeRawPointer) -> Int {
    let word = unsafe body.loadUnaligned(fromByteOffset: Int(field.offset), as: Int64.self)
    return Int(Int64(bigEndian: word) >> Int64(field.shift))
  }

  private static func bytes(_ field: Field, _ body: UnsafeRawPointer) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: body + Int(field.offset), count: Int(field.size))
  }

  /// The number of a name; an unknown name gets the first.
  private func number(of name: UnsafeRawBufferPointer) -> UInt64 {
    let names = columns?.names ?? []
    let place = names.firstIndex {
      unsafe name.elementsEqual(
        UnsafeRawBufferPointer(start: $0.utf8Start, count: $0.utf8CodeUnitCount))
    }
    return UInt64(place ?? 0)
  }

  /// Reads the types in a row's header; false where they do not match the columns.
  private func learn(_ row: UnsafeRawPointer, _ head: Int, _ plan: Int) -> Bool {
    var (place, offset, column) = (1, 0, 0)
    let fields = unsafe self.fields + plan * kinds.count
    while place < head {
      let type = unsafe row.varint(at: &place)
      guard type >= 0, type < 10 || type >= 12, type < 1 << 20 else { return false }
      let sizes: InlineArray<10, Int> = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]
      let size = type < 10 ? sizes[type] : (type - 12) / 2
      if column == 0 {
        // The key is stored before the row.
        guard type == 0 else { return false }
      } else if column < kinds.count {
        guard let field = Self.field(type, size, at: offset, kinds[column]) else { return false }
        unsafe fields[column] = field
      }
      offset += size
      column += 1
    }
    unsafe bodies[plan] = offset
    return place == head && column >= kinds.count
  }

  private static func field(
    _ type: Int, _ size: Int, at offset: Int, _ kind: Columns.Kind
  ) -> Field? {
    var field = Field(offset: Int32(offset), size: Int32(size))
    field.shift = UInt8(max(0, 64 - 8 * min(8, size)))
    switch (kind, type) {
    case (.integer, 1...6), (.optional, 1...6): field.way = .integer
    case (.integer, 8...9), (.optional, 8...9): field.constant = UInt64(type - 8)
    case (.optional, 0): field.constant = Columns.none
    case (.real, 0): field.constant = Double.nan.bitPattern
    case (.real, 7): field.way = .real
    case (.real, 1...6): field.way = .realOfInteger
    case (.real, 8...9): field.constant = Double(type - 8).bitPattern
    case (.bytes, 12...) where type & 1 == 0: field.way = .bytes
    case (.name, 13...) where type & 1 == 1: field.way = .name
    default: return nil
    }
    return field
  }
}
