internal import CSQLite

/// The pages of a table, read without SQL: SQLite's virtual machine takes about 200 ns per row,
/// this takes 20.
///
/// It reads what the open transaction sees. That transaction must have begun and must not end
/// meanwhile; nobody changes a file without a log while it is read. SQLite itself must read a table
/// that has a log or that another connection may change, and every page that is not as SQLite
/// writes it: nothing is repaired or guessed here.
///
/// The first column of the table is its key.
@safe package final class TablePages {
  private let database: Database
  private let root: Int
  /// How many bytes a page has.
  package let pageSize: Int
  private let usable: Int
  /// How many pages the file has.
  package let count: Int
  /// The leaf pages below one interior page.
  private var span: [PageRun.Leaf] = []

  /// Nil where SQL must read the table.
  package init?(of table: String, in database: Database) throws(SQLiteError) {
    guard [.reading, .immutable].contains(database.mode), database.isInTransaction,
      let root = try database.first(
        "SELECT rootpage FROM main.sqlite_schema WHERE type = 'table' AND name = ?", .text(table)
      )?[0].int, root > 1, unsafe reel_sqlite3_log_size(database.handle) == 0
    else { return nil }
    let header = try database.firstBytes(100)
    let size = Int(header[16]) << 8 | Int(header[17])
    pageSize = size == 1 ? 1 << 16 : size
    usable = pageSize - Int(header[20])
    count = header[28..<32].reduce(0) { $0 << 8 | Int($1) }
    guard pageSize >= 512, usable >= 480, root <= count else { return nil }
    (self.database, self.root) = (database, root)
  }

  /// An empty run of pages.
  package func makeRun() -> PageRun { PageRun(pageSize: pageSize, usable: usable) }

  /// Fills a run with the pages of some keys; false where SQLite must read them.
  package func fetch(_ keys: Range<Int>, into run: PageRun) -> Bool {
    run.leaves.removeAll(keepingCapacity: true)
    guard !keys.isEmpty else { return true }
    var key = keys.lowerBound
    while true {
      guard var index = place(of: key) else { return false }
      while index < span.count {
        run.leaves.append(span[index])
        if span[index].high >= keys.upperBound - 1 { return read(run) }
        index += 1
      }
      guard let last = span.last, last.high < .max else { return false }
      key = last.high + 1
    }
  }

  /// The index in the span of a key's page; nil where the tree is not as it should be.
  private func place(of key: Int) -> Int? {
    func isInSpan() -> Bool {
      guard let first = span.first, let last = span.last else { return false }
      return first.low < key && key <= last.high
    }
    if !isInSpan() {
      span = []
      guard descend(to: key), isInSpan() else { return nil }
    }
    var (low, high) = (0, span.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if span[middle].high < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Finds the span of a key.
  private func descend(to key: Int) -> Bool {
    var siblings = [PageRun.Leaf(page: root, low: .min, high: .max)]
    for _ in 0..<Self.mostLevels {
      guard let next = siblings.first(where: { key <= $0.high }), key > next.low,
        let page = page(next.page)
      else { return false }
      switch Int(page[0]) {
      case PageHeader.leaf:
        span = siblings
        return true
      case PageHeader.interior:
        guard let children = children(of: page, next)?.pages else { return false }
        siblings = children
      default: return false
      }
    }
    return false
  }

  /// The limit in SQLite itself.
  private static let mostLevels = 20

  /// The pages below an interior page in key order, and whether each byte belongs to at most one of
  /// its cells; nil where it cannot be read.
  private func children(
    of page: [UInt8], _ own: PageRun.Leaf
  ) -> (pages: [PageRun.Leaf], isWhole: Bool)? {
    unsafe page.withUnsafeBytes { bytes in
      guard let page = bytes.baseAddress else { return nil }
      let header = unsafe PageHeader(page)
      let pointers = PageHeader.interiorSize
      let first = pointers + 2 * header.cells
      guard first <= usable else { return nil }
      var (extent, low) = (CellExtent(header, usable), own.low)
      var children: [PageRun.Leaf] = []
      for cell in 0...header.cells {
        var child = unsafe page.word32(at: 8)
        var key = own.high
        if cell < header.cells {
          let place = unsafe page.word16(at: pointers + 2 * cell)
          guard place >= first, place <= usable - 5 else { return nil }
          child = unsafe page.word32(at: place)
          var at = place + 4
          key = unsafe page.varint(at: &at)
          extent.add(place..<at)
          guard at <= usable, key < own.high || own.high == .max else { return nil }
        }
        guard child > 1, child <= count, key > low else { return nil }
        children.append(PageRun.Leaf(page: child, low: low, high: key))
        low = key
      }
      return (children, unsafe extent.isWhole(page))
    }
  }

  // MARK: Reading

  /// A page with spare bytes at the end.
  private func page(_ number: Int) -> [UInt8]? {
    var page = [UInt8](repeating: 0, count: pageSize + 16)
    let isRead = unsafe page.withUnsafeMutableBytes { bytes in
      unsafe read(number, 1, to: bytes.baseAddress)
    }
    return isRead ? page : nil
  }

  private func read(_ first: Int, _ pages: Int, to room: UnsafeMutableRawPointer?) -> Bool {
    unsafe reel_sqlite3_read_file(
      database.handle, room, Int32(pages * pageSize), Int64((first - 1) * pageSize)) == SQLITE_OK
  }

  /// Reads the pages of a run; adjacent pages take one read.
  private func read(_ run: PageRun) -> Bool {
    run.makeRoom()
    let most = (1 << 20) / pageSize
    var first = 0
    while first < run.leaves.count {
      var end = first + 1
      while end < run.leaves.count, end - first < most,
        run.leaves[end].page == run.leaves[end - 1].page + 1
      { end += 1 }
      guard let start = unsafe run.bytes.baseAddress,
        unsafe read(run.leaves[first].page, end - first, to: start + first * pageSize)
      else { return false }
      first = end
    }
    return true
  }

  // MARK: All pages

  /// Calls `body` with the number of each page of the table. False if a page is not whole, which `isWhole` decides for
  /// leaf pages, or if `body` returns false.
  package func visitPages(
    where isWhole: (Int) -> Bool, _ body: (Int) -> Bool
  ) -> Bool {
    let top = PageRun.Leaf(page: root, low: .min, high: .max)
    guard let levels = levels(below: top) else { return false }
    func visit(_ own: PageRun.Leaf, _ levels: Int) -> Bool {
      guard body(own.page) else { return false }
      if levels == 0 { return isWhole(own.page) }
      guard let page = page(own.page), Int(page[0]) == PageHeader.interior,
        let (children, isOwnWhole) = children(of: page, own), isOwnWhole
      else { return false }
      return children.allSatisfy { visit($0, levels - 1) }
    }
    return visit(top, levels)
  }

  /// The number of levels below a page; all leaves of a table are on the same level.
  private func levels(below top: PageRun.Leaf) -> Int? {
    var first = top
    for level in 0..<Self.mostLevels {
      guard let page = page(first.page) else { return nil }
      if Int(page[0]) == PageHeader.leaf { return level }
      guard let next = children(of: page, first)?.pages.first else { return nil }
      first = next
    }
    return nil
  }
}
