internal import CSQLite

/// Rows of a table, held in memory column by column. SQL reads them as a virtual table, and a query
/// fills many rows at a time. Each value is one 64-bit word; bytes are in a common arena.
///
/// Only one thread may use it at a time.
@safe @usableFromInline package final class Columns: @unchecked Sendable {
  /// How a column's words are read.
  package enum Kind: Sendable, Equatable {
    /// The word is an integer.
    case integer
    /// The word is an integer, or `Columns.none`, which is NULL.
    case optional
    /// The word is a double's bits; NaN is NULL.
    case real
    /// The word is a place in the arena (see `append`).
    case bytes
    /// The word is the number of a name; SQL sees the name.
    case name
  }

  /// The word for NULL in a column of the kind `optional`.
  package static let none = UInt64(bitPattern: Int64.min)

  /// How many rows fit.
  @usableFromInline package let capacity: Int
  /// How many rows there are.
  package var count = 0
  /// The names that words of the kind `name` refer to.
  let names: [StaticString]
  private(set) var kinds: UnsafeMutableBufferPointer<Kind>
  @usableFromInline let words: UnsafeMutableBufferPointer<UInt64>
  private(set) var arena: UnsafeMutableRawBufferPointer
  /// How many bytes of the arena are in use.
  package private(set) var arenaCount = 0

  /// Space for `capacity` rows of columns of these kinds.
  package init(_ kinds: [Kind], capacity: Int, names: [StaticString] = []) {
    precondition(capacity > 0 && !kinds.isEmpty, "columns have space for a row")
    self.capacity = capacity
    unsafe self.kinds = .allocate(capacity: kinds.count)
    _ = unsafe self.kinds.initialize(from: kinds)
    unsafe words = .allocate(capacity: kinds.count * capacity)
    unsafe words.initialize(repeating: 0)
    unsafe arena = .allocate(byteCount: 0, alignment: 16)
    self.names = names
  }

  deinit {
    unsafe kinds.deallocate()
    unsafe words.deallocate()
    unsafe arena.deallocate()
  }

  /// How many columns there are.
  package var width: Int { unsafe kinds.count }

  /// Removes all rows.
  package func removeAll() {
    count = 0
    arenaCount = 0
  }

  /// How a column is read.
  package func kind(_ column: Int) -> Kind { unsafe kinds[column] }

  /// Changes how a column is read from now on; there must be no rows.
  package func setKind(_ column: Int, _ kind: Kind) {
    precondition(count == 0, "a column's kind changes only while it is empty")
    unsafe kinds[column] = kind
  }

  /// The bytes of the name with a number; empty where there is none.
  package func nameBytes(_ word: UInt64) -> UnsafeRawBufferPointer {
    guard word < UInt64(names.count) else {
      return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    }
    let name = names[Int(word)]
    return unsafe UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
  }

  /// The words of one column.
  @inlinable package func column(_ column: Int) -> UnsafeMutablePointer<UInt64> {
    unsafe precondition(
      column >= 0 && (column + 1) * capacity <= words.count, "there is such a column")
    // The precondition above checks the bounds, and the buffer is never empty, since capacity is
    // positive.
    return unsafe words.baseAddress.unsafelyUnwrapped + column * capacity
  }

  /// Stores bytes in the arena and returns their place: the offset in the low half, the length in
  /// the high half.
  package func append(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let place = arenaCount
    let needed = place + bytes.count
    precondition(needed < 1 << 32, "an arena holds less than 4 GB")
    if unsafe needed > arena.count { grow(to: needed) }
    unsafe UnsafeMutableRawBufferPointer(rebasing: arena[place..<needed]).copyMemory(from: bytes)
    arenaCount = needed
    return UInt64(bytes.count) << 32 | UInt64(place)
  }

  /// Stores bytes in the arena and returns their place.
  package func append(_ bytes: [UInt8]) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe append($0) }
  }

  /// The bytes at a place in the arena, valid until the next change.
  package func bytes(_ place: UInt64) -> UnsafeRawBufferPointer {
    let offset = Int(place & 0xFFFF_FFFF)
    return unsafe UnsafeRawBufferPointer(rebasing: arena[offset..<offset + Int(place >> 32)])
  }

  private func grow(to needed: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(needed, unsafe arena.count * 2, 4096), alignment: 16)
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: arena[..<arenaCount]))
    unsafe arena.deallocate()
    unsafe arena = larger
  }

  /// Removes the first rows and moves the others to the front; the arena stays as it is while any
  /// row uses it.
  package func removeFirst(_ rows: Int) {
    precondition(rows >= 0 && rows <= count, "only rows that there are can be removed")
    let rest = count - rows
    for index in unsafe kinds.indices {
      let start = unsafe column(index)
      unsafe start.update(from: start + rows, count: rest)
    }
    count = rest
    guard arenaCount > 0 else { return }
    compact()
  }

  /// Copies the bytes still in use to a new arena.
  private func compact() {
    let old = unsafe arena
    unsafe arena = .allocate(byteCount: 0, alignment: 16)
    arenaCount = 0
    for index in unsafe kinds.indices where unsafe kinds[index] == .bytes {
      let words = unsafe column(index)
      for row in 0..<count {
        let offset = Int(unsafe words[row] & 0xFFFF_FFFF)
        let length = Int(unsafe words[row] >> 32)
        unsafe words[row] = append(UnsafeRawBufferPointer(rebasing: old[offset..<offset + length]))
      }
    }
    unsafe old.deallocate()
  }
}
