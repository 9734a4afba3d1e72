internal import SQLite

/// A row as a page stores it. The key column is NULL in it.
struct PageRow {
  var key: Int
  var values: [SQLiteValue]
}

extension DatabasePages {
  /// The kinds of pages in a table.
  enum Kind: UInt8 {
    case interior = 5
    case leaf = 13
  }

  /// The kind of a table's page; nil where it is something else.
  func kind(of page: [UInt8], _ number: Int) -> Kind? {
    let start = Self.start(number)
    return page.count > start ? Kind(rawValue: page[start]) : nil
  }

  /// The first page begins with the file's header.
  private static func start(_ number: Int) -> Int { number == 1 ? 100 : 0 }

  /// The pages below an interior page, in the order of their keys.
  func children(of page: [UInt8], _ number: Int) -> [Int] {
    let start = Self.start(number)
    let cells = page.number(at: start + 3, bytes: 2)
    let children = (0..<cells).map { cell in
      page.number(at: page.number(at: start + 12 + 2 * cell, bytes: 2), bytes: 4)
    }
    return children + [page.number(at: start + 8, bytes: 4)]
  }

  /// The rows of a leaf page, as far as each can be read.
  func rows(of page: [UInt8], _ number: Int) -> [PageRow] {
    let start = Self.start(number)
    let cells = min(page.number(at: start + 3, bytes: 2), page.count / 4)
    return (0..<cells).compactMap { cell in
      row(page, at: page.number(at: start + 8 + 2 * cell, bytes: 2))
    }
  }

  private func row(_ page: [UInt8], at place: Int) -> PageRow? {
    var place = place
    guard place > 0, let length = page.varint(at: &place), let key = page.varint(at: &place),
      length > 0, length <= count * usable
    else { return nil }
    // The rest of a long row is in a chain of other pages.
    let most = usable - 35
    let least = (usable - 12) * 32 / 255 - 23
    var local = length
    if length > most {
      let rest = least + (length - least) % (usable - 4)
      local = rest <= most ? rest : least
    }
    guard place + local <= usable else { return nil }
    if local == length {
      return Self.values(page, from: place, length).map { PageRow(key: key, values: $0) }
    }
    var payload = Array(page[place..<place + local])
    var next = page.number(at: place + local, bytes: 4)
    while payload.count < length {
      let more = self[next]
      guard !more.isEmpty else { return nil }
      payload += more[4..<min(usable, 4 + length - payload.count)]
      next = more.number(at: 0, bytes: 4)
    }
    return Self.values(payload, from: 0, length).map { PageRow(key: key, values: $0) }
  }

  /// The values of a record: https://sqlite.org/fileformat2.html#record_format
  private static func values(_ bytes: [UInt8], from start: Int, _ length: Int) -> [SQLiteValue]? {
    var head = start
    guard let headLength = bytes.varint(at: &head), headLength > 0, headLength <= length else {
      return nil
    }
    let end = start + length
    var body = start + headLength
    var values: [SQLiteValue] = []
    while head < start + headLength {
      guard let type = bytes.varint(at: &head), type >= 0 else { return nil }
      let sizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]
      let size = type < 10 ? sizes[type] : (type - 12) / 2
      guard type < 10 || type >= 12, size <= end - body else { return nil }
      values.append(value(bytes, at: body, type, size))
      body += size
    }
    return values
  }

  private static func value(
    _ bytes: [UInt8], at place: Int, _ type: Int, _ size: Int
  ) -> SQLiteValue {
    switch type {
    case 0: return .null
    case 7: return .real(Double(bitPattern: UInt64(bitPattern: Int64(integer(bytes, place, 8)))))
    case 8, 9: return .integer(type - 8)
    case 1...6: return .integer(integer(bytes, place, size))
    case _ where type & 1 == 1:
      return .text(String(decoding: bytes[place..<place + size], as: UTF8.self))
    default: return .blob(Array(bytes[place..<place + size]))
    }
  }

  /// A signed big-endian integer.
  private static func integer(_ bytes: [UInt8], _ place: Int, _ size: Int) -> Int {
    bytes[place..<place + size].reduce(bytes[place] & 0x80 == 0 ? 0 : -1) { $0 << 8 | Int($1) }
  }
}

extension [UInt8] {
  /// A number of 1 to 9 bytes, and the position after it; nil where it is cut off.
  fileprivate func varint(at place: inout Int) -> Int? {
    var number: UInt64 = 0
    for index in 0..<9 {
      guard place < count else { return nil }
      let byte = self[place]
      place += 1
      if index == 8 { return Int(Int64(bitPattern: number << 8 | UInt64(byte))) }
      number = number << 7 | UInt64(byte & 0x7F)
      if byte & 0x80 == 0 { return Int(Int64(bitPattern: number)) }
    }
    return nil
  }
}
