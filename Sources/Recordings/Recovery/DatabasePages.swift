internal import Glibc
internal import Platform

/// The pages of an SQLite file as of its last commit, read without SQLite: including those of the
/// log beside it, or those that a journal restores. https://sqlite.org/fileformat2.html
///
/// Nothing is locked, and closing the file drops this process's locks on it, so no connection to it
/// may be open meanwhile.
@safe final class DatabasePages {
  /// Pages are counted from 1.
  let count: Int
  /// The bytes of a page that SQLite uses.
  let usable: Int
  private let size: Int
  private var files: [Int32] = []
  /// Pages that are in the log or the journal: in which file, and where.
  private var moved: [Int: (file: Int32, offset: Int)] = [:]

  /// Opens a file with its log and journal, which may belong to another file.
  init(_ path: String, withoutLog: Bool) throws(RecordingError) {
    let real = Files.resolved(path)
    guard Files.isFile(real) else { throw RecordingError.noFile(path) }
    let main = unsafe Glibc.open(real, O_RDONLY | O_CLOEXEC)
    guard main >= 0 else {
      throw RecordingError(.denied, "\(path) cannot be opened: \(FileError.text(of: errno))")
    }
    files = [main]
    let header = Self.bytes(of: main, at: 0, count: 100)
    let isSound = header.starts(with: Array("SQLite format 3\0".utf8))
    // A page size of 65536 is stored as 1. All recordings have pages of 4096 bytes.
    let stated = isSound ? header.number(at: 16, bytes: 2) : 0
    let isSize = stated == 1 || stated >= 512 && stated & (stated - 1) == 0
    size = isSize ? (stated == 1 ? 1 << 16 : stated) : 4096
    usable = max(480, size - (isSound && isSize ? Int(header[20]) : 0))
    let length = Files.size(real) ?? 0
    var pages = (length + size - 1) / size
    // The header of a file without a log says so; a log beside it then belongs to another file.
    if !withoutLog, !isSound || header[18] == 2, let file = Self.open(real + "-wal") {
      files.append(file)
      var log = WriteAheadLog(file, pageSize: size)
      pages = log?.read(into: &moved) ?? pages
    }
    if let journal = Self.open(real + "-journal") {
      files.append(journal)
      pages = RollbackJournal(journal, pageSize: size)?.read(into: &moved) ?? pages
    }
    count = pages
  }

  deinit { for file in files { close(file) } }

  /// A page; missing bytes read as zeros.
  subscript(number: Int) -> [UInt8] {
    guard (1...max(1, count)).contains(number) else { return [] }
    let (file, offset) = moved[number] ?? (files[0], (number - 1) * size)
    var page = Self.bytes(of: file, at: offset, count: size)
    page.append(contentsOf: repeatElement(0, count: size - page.count))
    return page
  }

  /// Opens a file that exists and is not empty.
  private static func open(_ path: String) -> Int32? {
    guard Files.isFile(path), Files.size(path) ?? 0 > 0 else { return nil }
    let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    return file >= 0 ? file : nil
  }

  /// As many bytes as exist, at most `count`.
  static func bytes(of file: Int32, at offset: Int, count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
      while filled < count, let start = room.baseAddress {
        let got = unsafe pread(file, start + filled, count - filled, off_t(offset + filled))
        if got < 0 && errno == EINTR { continue }
        if got <= 0 { break }
        filled += got
      }
    }
  }
}

/// A log: committed pages that are not in the file yet. https://sqlite.org/walformat.html
private struct WriteAheadLog {
  private let file: Int32
  private let pageSize: Int
  private let salt: ArraySlice<UInt8>
  private let isBigEndian: Bool
  private var sums: (UInt32, UInt32) = (0, 0)

  init?(_ file: Int32, pageSize: Int) {
    let header = DatabasePages.bytes(of: file, at: 0, count: 32)
    guard header.count == 32, header.number(at: 0, bytes: 4) & ~1 == 0x377F_0682,
      header.number(at: 8, bytes: 4) == pageSize
    else { return nil }
    (self.file, self.pageSize) = (file, pageSize)
    salt = header[16..<24]
    isBigEndian = header[3] & 1 == 1
    add(header[0..<24])
    guard isSum(header, at: 24) else { return nil }
  }

  /// Adds the pages of all commits, and returns how many pages the file has after the last.
  mutating func read(into pages: inout [Int: (file: Int32, offset: Int)]) -> Int? {
    var (offset, count) = (32, Int?.none)
    var open: [Int: (file: Int32, offset: Int)] = [:]
    while true {
      let frame = DatabasePages.bytes(of: file, at: offset, count: 24 + pageSize)
      guard frame.count == 24 + pageSize, frame[8..<16].elementsEqual(salt) else { break }
      add(frame[0..<8])
      add(frame[24...])
      guard isSum(frame, at: 16) else { break }
      open[frame.number(at: 0, bytes: 4)] = (file, offset + 24)
      let size = frame.number(at: 4, bytes: 4)
      if size > 0 {
        pages.merge(open) { $1 }
        open.removeAll()
        count = size
      }
      offset += frame.count
    }
    return count
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>) {
    var (first, second) = sums
    var place = bytes.startIndex
    while place + 8 <= bytes.endIndex {
      first = first &+ word(bytes, place) &+ second
      second = second &+ word(bytes, place + 4) &+ first
      place += 8
    }
    sums = (first, second)
  }

  private func word(_ bytes: ArraySlice<UInt8>, _ place: Int) -> UInt32 {
    let word =
      UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16 | UInt32(bytes[place + 2]) << 8
      | UInt32(bytes[place + 3])
    return isBigEndian ? word : word.byteSwapped
  }

  private func isSum(_ bytes: [UInt8], at place: Int) -> Bool {
    bytes.number(at: place, bytes: 4) == Int(sums.0)
      && bytes.number(at: place + 4, bytes: 4) == Int(sums.1)
  }
}

/// A journal: pages as they were before an unfinished change.
/// https://sqlite.org/fileformat2.html#rollbackjournal
private struct RollbackJournal {
  private let file: Int32
  private let pageSize: Int

  init?(_ file: Int32, pageSize: Int) {
    (self.file, self.pageSize) = (file, pageSize)
  }

  /// Adds the pages that were changed, and returns how many pages the file had before.
  func read(into pages: inout [Int: (file: Int32, offset: Int)]) -> Int? {
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    var (offset, count) = (0, Int?.none)
    while true {
      let header = DatabasePages.bytes(of: file, at: offset, count: 28)
      guard header.count == 28, header.starts(with: magic),
        header.number(at: 24, bytes: 4) == pageSize
      else { return count }
      let nonce = UInt32(truncatingIfNeeded: header.number(at: 12, bytes: 4))
      let sector = max(512, min(1 << 16, header.number(at: 20, bytes: 4)))
      // No change begins before the number of pages is written, except where it is only written at
      // the end.
      let stated = header.number(at: 8, bytes: 4)
      count = count ?? header.number(at: 16, bytes: 4)
      offset += sector
      var left = stated == 0xFFFF_FFFF ? Int.max : stated
      while left > 0 {
        let record = DatabasePages.bytes(of: file, at: offset, count: pageSize + 8)
        guard record.count == pageSize + 8 else { return count }
        let sum = stride(from: pageSize - 200, to: 0, by: -200).reduce(nonce) {
          $0 &+ UInt32(record[4 + $1])
        }
        guard record.number(at: pageSize + 4, bytes: 4) == Int(sum) else { return count }
        let number = record.number(at: 0, bytes: 4)
        if pages[number]?.file != file { pages[number] = (file, offset + 4) }
        offset += record.count
        left -= 1
      }
      offset = (offset + sector - 1) / sector * sector
    }
  }
}

extension [UInt8] {
  /// A big-endian number; 0 where the bytes are missing.
  func number(at place: Int, bytes count: Int) -> Int {
    guard place >= 0, place + count <= self.count else { return 0 }
    return self[place..<place + count].reduce(0) { $0 << 8 | Int($1) }
  }
}
