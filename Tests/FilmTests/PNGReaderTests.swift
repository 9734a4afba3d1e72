import Film
import Platform
import Raster
import TestSupport
import Testing

@Suite struct PNGReaderTests {
  private let valid: [UInt8]

  init() throws {
    let canvas = try Canvas(width: 24, height: 16, background: Theme.light.background)
    canvas.fill(.circle(Point(12, 8), radius: 6), Theme.light.accent)
    valid = canvas.encodedPNG()
  }

  @Test func `a file cut short anywhere is refused`() {
    for length in 0..<valid.count - 12 {
      #expect(throws: FilmError.self, "cut to \(length) bytes") {
        try PNGReader.canvas(from: Array(valid[..<length]), path: "cut.png")
      }
    }
  }

  @Test func `a file with one wrong byte anywhere before its end is refused`() {
    var random = TestRandom(state: 5)
    for position in 0..<valid.count - 12 {
      var damaged = valid
      damaged[position] ^= UInt8(1 + random.next(below: 255))
      #expect(throws: FilmError.self, "byte \(position) of \(valid.count)") {
        try PNGReader.canvas(from: damaged, path: "damaged.png")
      }
    }
  }

  @Test func `random bytes are refused, with and without a PNG header`() {
    var random = TestRandom(state: 6)
    for length in [0, 1, 7, 8, 9, 24, 33, 100, 5000] {
      let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next() >> 40) }
      for file in [bytes, valid[..<8] + bytes, valid[..<33] + bytes] {
        #expect(throws: FilmError.self) { try PNGReader.canvas(from: file, path: "random.png") }
      }
    }
  }

  @Test(arguments: [(0, 16), (24, 0), (65_000, 65_000), (2_000_000_000, 1), (1, 4_294_967_295)])
  func `a header that claims a hostile size is refused before memory is allocated`(
    width: Int, height: Int
  ) {
    var file = valid
    for (offset, value) in [(16, width), (20, height)] {
      for byte in 0..<4 {
        file[offset + byte] = UInt8(truncatingIfNeeded: value >> (24 - 8 * byte))
      }
    }
    let checksum = crc(file[12..<29])
    for byte in 0..<4 { file[29 + byte] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * byte)) }
    let error = #expect(throws: FilmError.self) {
      try PNGReader.canvas(from: file, path: "huge.png")
    }
    #expect(error?.description.hasPrefix("cannot read huge.png as a PNG picture: ") == true)
  }

  @Test func `a missing file and a folder are refused with one sentence each`() {
    let missing = #expect(throws: FileError.self) { try PNGReader.canvas(at: "/nowhere/x.png") }
    #expect(missing?.description == "cannot read /nowhere/x.png: No such file or directory")
    #expect(throws: FileError.self) { try PNGReader.canvas(at: "/tmp") }
  }

  @Test func `another program's pictures are read: gray, with opacity, interlaced`() throws {
    let gray = try PNGReader.canvas(at: "\(Repository.root)/Tests/Reference/png/gray.png")
    #expect(
      [gray.color(x: 0, y: 0), gray.color(x: 1, y: 0)] == [Color(0x000000), Color(0x808080)])
    let woven = try PNGReader.canvas(at: "\(Repository.root)/Tests/Reference/png/interlaced.png")
    #expect(
      woven.withPixels { $0.map { $0 & 0xFF_FFFF } } == [0xFF0000, 0x00FF00, 0x0000FF, 0xFFFFFF])
    let clear = try PNGReader.canvas(at: "\(Repository.root)/Tests/Reference/png/rgba.png")
    #expect(clear.color(x: 0, y: 0) == Color(0xFF0000))
    #expect(clear.color(x: 1, y: 0).alpha == 128)
    #expect(clear.color(x: 1, y: 0).green == 128)
  }

  /// PNG's checksum, bit by bit: https://www.w3.org/TR/png-3/#D-CRCAppendix
  private func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
        sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1
      }
    }
  }
}
