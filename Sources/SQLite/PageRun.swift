/// Consecutive leaf pages of a table, as they are in the file: `TablePages` fetches them, and any
/// thread can decode them.
@safe package final class PageRun: @unchecked Sendable {
  /// A page and the range of keys that its rows may have.
  struct Leaf {
    var page: Int
    /// The exclusive lower bound, and the inclusive upper bound.
    var low: Int
    var high: Int
    /// Whether each of its bytes belongs to at most one row; known once the page is decoded.
    var isWhole = false
  }

  var leaves: [Leaf] = []
  /// One page after another, with spare bytes at the end so that a word can be read at any offset.
  private(set) var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)
  let pageSize: Int
  let usable: Int
  private static let slack = 32

  init(pageSize: Int, usable: Int) { (self.pageSize, self.usable) = (pageSize, usable) }

  deinit { unsafe bytes.deallocate() }

  /// Makes space for the pages of `leaves`.
  func makeRoom() {
    let needed = leaves.count * pageSize + Self.slack
    guard unsafe needed > bytes.count else { return }
    unsafe bytes.deallocate()
    unsafe bytes = .allocate(byteCount: max(needed, 1 << 16), alignment: 16)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// The numbers of the pages whose bytes each belong to at most one row.
  package var wholePages: [Int] { leaves.filter(\.isWhole).map(\.page) }

  /// Adds the rows with some keys to the columns. False where a page is not as SQLite itself writes
  /// it, or there is no space: then SQLite must read the rows.
  package func decode(_ keys: Range<Int>, into columns: Columns, by decoder: RowDecoder) -> Bool {
    decoder.begin(columns)
    for index in leaves.indices {
      guard let start = unsafe bytes.baseAddress,
        let isWhole = unsafe decode(
          UnsafeRawPointer(start + index * pageSize), leaves[index], keys, decoder)
      else { return false }
      leaves[index].isWhole = isWhole
    }
    decoder.finish()
    return true
  }

  /// Decodes a page and returns whether it is whole; nil where it cannot be read.
  private func decode(
    _ page: UnsafeRawPointer, _ leaf: Leaf, _ keys: Range<Int>, _ decoder: RowDecoder
  ) -> Bool? {
    let header = unsafe PageHeader(page)
    let pointers = PageHeader.leafSize
    let first = pointers + 2 * header.cells
    guard header.kind == PageHeader.leaf, first <= usable else { return nil }
    var (extent, previous) = (CellExtent(header, usable), leaf.low)
    for cell in 0..<header.cells {
      let place = unsafe page.word16(at: pointers + 2 * cell)
      guard place >= first, place <= usable - 4 else { return nil }
      var at = place
      let length = unsafe page.varint(at: &at)
      let key = unsafe page.varint(at: &at)
      // A longer row continues on other pages.
      guard length > 0, length <= usable - 35, at + length <= usable, key > previous,
        key <= leaf.high
      else { return nil }
      extent.add(place..<at + length)
      previous = key
      if keys.contains(key) {
        guard unsafe decoder.take(page + at, length, key) else { return nil }
      }
    }
    // The interior page holds the leaf's last key, if no row was deleted. If it were wrong, rows
    // would be on the next page.
    guard leaf.high == .max || previous == leaf.high else { return nil }
    return unsafe extent.isWhole(page)
  }
}

/// The header of a table's page. https://sqlite.org/fileformat2.html#b_tree_pages
struct PageHeader {
  static let (interior, leaf) = (5, 13)
  static let (interiorSize, leafSize) = (12, 8)
  let kind: Int
  let cells: Int
  let contentStart: Int
  /// Where the first free block between cells is, 0 where there is none, and how many fragmented
  /// bytes there are.
  let firstFree: Int
  let fragments: Int

  init(_ page: UnsafeRawPointer) {
    kind = unsafe page.byte(at: 0)
    cells = unsafe page.word16(at: 3)
    let start = unsafe page.word16(at: 5)
    contentStart = start == 0 ? 1 << 16 : start
    firstFree = unsafe page.word16(at: 1)
    fragments = unsafe page.byte(at: 7)
  }
}

/// The extent of a page's cells. It shows, as SQLite's own check does, whether each byte belongs to
/// one cell or is free.
struct CellExtent {
  private let header: PageHeader
  private let usable: Int
  /// Cells that were written in order are adjacent, each one before the previous one.
  private var end: Int
  private var isPlain: Bool

  init(_ header: PageHeader, _ usable: Int) {
    (self.header, self.usable, end) = (header, usable, usable)
    isPlain = header.firstFree == 0 && header.fragments == 0
  }

  @inline(__always)
  mutating func add(_ cell: Range<Int>) {
    isPlain = isPlain && cell.upperBound == end
    end = cell.lowerBound
  }

  /// Whether the added cells cover the content without overlap. Reads cells that are not adjacent
  /// again.
  func isWhole(_ page: UnsafeRawPointer) -> Bool {
    if isPlain { return end == header.contentStart }
    guard var parts = unsafe cells(of: page) else { return false }
    var free = header.firstFree
    while free != 0 {
      guard free >= header.contentStart, free <= usable - 4 else { return false }
      let (next, size) = unsafe (page.word16(at: free), page.word16(at: free + 2))
      guard size >= 4, next == 0 || next > free + size + 3 else { return false }
      parts.append(free..<free + size)
      free = next
    }
    var (place, fragments) = (header.contentStart, 0)
    for part in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard part.lowerBound >= place else { return false }
      fragments += part.lowerBound - place
      place = part.upperBound
    }
    return place <= usable && fragments + usable - place == header.fragments
  }

  private func cells(of page: UnsafeRawPointer) -> [Range<Int>]? {
    let isLeaf = header.kind == PageHeader.leaf
    let pointers = isLeaf ? PageHeader.leafSize : PageHeader.interiorSize
    guard pointers + 2 * header.cells <= header.contentStart else { return nil }
    return (0..<header.cells).map { cell in
      let place = unsafe page.word16(at: pointers + 2 * cell)
      var end = place + (isLeaf ? 0 : 4)
      let length = isLeaf ? unsafe page.varint(at: &end) : 0
      _ = unsafe page.varint(at: &end)
      return place..<end + length
    }
  }
}

extension UnsafeRawPointer {
  @inline(__always)
  func byte(at place: Int) -> Int { unsafe Int(load(fromByteOffset: place, as: UInt8.self)) }

  @inline(__always)
  func word16(at place: Int) -> Int {
    unsafe Int(UInt16(bigEndian: loadUnaligned(fromByteOffset: place, as: UInt16.self)))
  }

  @inline(__always)
  func word32(at place: Int) -> Int {
    unsafe Int(UInt32(bigEndian: loadUnaligned(fromByteOffset: place, as: UInt32.self)))
  }

  /// A number of 1 to 9 bytes, and the position after it.
  @inline(__always)
  func varint(at place: inout Int) -> Int {
    let first = unsafe byte(at: place)
    place += 1
    return first < 0x80 ? first : unsafe longVarint(first & 0x7F, at: &place)
  }

  @inline(__always)
  private func longVarint(_ first: Int, at place: inout Int) -> Int {
    var number = first
    for _ in 0..<7 {
      let byte = unsafe byte(at: place)
      place += 1
      number = number << 7 | byte & 0x7F
      if byte < 0x80 { return number }
    }
    let last = unsafe byte(at: place)
    place += 1
    return number << 8 | last
  }
}
