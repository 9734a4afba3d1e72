internal import Platform
internal import Rollouts
internal import SQLite

/// SHA-256 over rows of values, in the encoding that batches and digests share.
///
/// An integer is 8 bytes, little-endian and signed. A real is 8 bytes, IEEE 754. A text or a blob
/// is the integer −1 − its length, followed by its bytes. NULL is the real NaN.
@safe struct CanonicalHash: ~Copyable {
  private var hash = SHA256()
  /// Collects values, so that many are hashed at once.
  private let gathered = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
  private var count = 0
  private static let capacity = 32_768

  init() {}

  deinit { unsafe gathered.deallocate() }

  /// The 32 bytes.
  consuming func finished() -> [UInt8] {
    flush()
    return hash.finished()
  }

  private mutating func flush() {
    unsafe hash.update(UnsafeRawBufferPointer(start: gathered, count: count))
    count = 0
  }

  @inline(__always)
  private mutating func add(word: UInt64) {
    if count > Self.capacity - 8 { flush() }
    unsafe gathered.storeBytes(of: word.littleEndian, toByteOffset: count, as: UInt64.self)
    count += 8
  }

  mutating func add(_ value: Int) { add(word: UInt64(bitPattern: Int64(value))) }

  mutating func add(_ value: Double) { add(word: value.bitPattern) }

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { unsafe add(UnsafeRawBufferPointer($0)) }
  }

  mutating func add(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe add($0) } }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(-1 - bytes.count)
    unsafe addRaw(bytes)
  }

  private mutating func addRaw(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count > Self.capacity - count { flush() }
    if bytes.count > Self.capacity {
      unsafe hash.update(bytes)
    } else if let start = bytes.baseAddress {
      unsafe (gathered + count).copyMemory(from: start, byteCount: bytes.count)
      count += bytes.count
    }
  }

  /// Adds bytes without their length.
  mutating func add(raw bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe addRaw($0) } }

  /// Adds a row of a table.
  mutating func add<Column>(_ row: Row<Column>, in format: Format) {
    for value in row.values(in: format) { add(value) }
  }

  mutating func add(_ value: SQLiteValue) {
    switch value {
    case .null: add(Double.nan)
    case .integer(let value): add(value)
    case .real(let value): add(value)
    case .text(let value): add(value)
    case .blob(let value): add(value)
    }
  }

  mutating func add(_ metric: Metric) {
    add(metric.step)
    add(metric.name)
    // SQLite stores neither NaN nor the sign of zero.
    add(metric.value.isNaN ? .nan : metric.value + 0)
  }

  mutating func add(_ checkpoint: Checkpoint) {
    add(checkpoint.step)
    add(checkpoint.kind)
    add(checkpoint.parameters)
    add(checkpoint.trainingState)
  }

  /// Adds some rows from a column to the last, row by row.
  mutating func add<Column>(_ table: TableRows<Column>, _ rows: Range<Int>, from first: Column) {
    add(table.columns, rows: rows, columns: first.rawValue..<table.columns.width)
  }

  private mutating func add(_ table: Columns, rows: Range<Int>, columns: Range<Int>) {
    let kinds = columns.map(table.kind)
    if kinds.allSatisfy({ $0 == .integer || $0 == .real }) {
      addNumbers(table, rows: rows, columns: columns)
      return
    }
    for row in rows {
      for column in columns {
        let word = unsafe table.column(column)[row]
        switch kinds[column - columns.lowerBound] {
        case .integer, .real: add(word: word)
        case .optional: word == Columns.none ? add(Double.nan) : add(word: word)
        case .name: unsafe add(table.nameBytes(word))
        case .bytes: unsafe add(table.bytes(word))
        }
      }
    }
  }

  /// For columns of numbers: converts stretches from columns to rows.
  private mutating func addNumbers(_ table: Columns, rows: Range<Int>, columns: Range<Int>) {
    let width = columns.count
    var first = rows.lowerBound
    while first < rows.upperBound {
      flush()
      let stretch = min(Self.capacity / 8 / width, rows.upperBound - first)
      let words = unsafe gathered.assumingMemoryBound(to: UInt64.self)
      for (place, column) in columns.enumerated() {
        let source = unsafe table.column(column) + first
        for row in 0..<stretch {
          unsafe words[row &* width &+ place] = source[row].littleEndian
        }
      }
      count = 8 * width * stretch
      first += stretch
    }
  }
}
