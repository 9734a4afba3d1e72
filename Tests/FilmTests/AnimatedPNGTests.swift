import Film
import Platform
import Raster
import TestSupport
import Testing

/// Animated PNGs against ffmpeg's decoder for their frames, libpng's for the first one, and their
/// chunks for the rest.
@Suite struct AnimatedPNGTests {
  @Test(
    .enabled(if: FFprobe.isInstalled), arguments: [1, 2, 3, 5, 16, 17, 255, 256],
    [0.01, 0.3, 1.0])
  func `ffmpeg reads every frame as it was drawn`(colors: Int, changing: Double) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/noise.png"
      var film = PixelFilm.noise(
        width: 67, height: 41, frames: 12, colors: colors, changing: changing)
      let rate = PreciseRate(nearestTo: 25)
      let report = try AnimatedPNGFilm(rate: rate).write(&film, to: path)
      #expect(report.greatestError == 0 && report.frames == 12 && report.duration == 0.48)
      var distinct: [[UInt32]] = []
      for frame in film.frames where frame != distinct.last { distinct.append(frame) }
      #expect(try FFprobe.frames(of: path, width: 67, height: 41) == distinct)
    }
  }

  @Test func `libpng, which does not know animations, shows the first frame`() throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm.noise(width: 20, height: 10, frames: 5, colors: 40)
      _ = try AnimatedPNGFilm(rate: PreciseRate(nearestTo: 10))
        .write(&film, to: "\(folder)/noise.png")
      let read = try PNGReader.canvas(at: "\(folder)/noise.png")
      let pixels = read.withPixels { $0.map { $0 & 0xFF_FFFF } }
      #expect(pixels == film.frames[0])
    }
  }

  @Test func `every frame of a film in flat colours is within the error bound`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/maze.png"
      var film = try MazeFilm(frames: 60, size: 160, theme: .dark)
      let report = try AnimatedPNGFilm(rate: PreciseRate(nearestTo: 30)).write(&film, to: path)
      #expect(report.greatestError <= Palette.promisedError && report.duration == 2)
      guard FFprobe.isInstalled else { return }
      let frames = try FFprobe.frames(of: path, width: 160, height: 160)
      #expect(frames.count == 60)
      let drawn = try Canvas(width: 160, height: 160)
      for (frame, decoded) in frames.enumerated() {
        film.draw(frame, onto: drawn)
        let worst = drawn.withPixels { pixels in
          zip(pixels, decoded).map { Color($0).distance(to: Color($1)) }.max()
        }
        #expect(try #require(worst) <= report.greatestError)
      }
    }
  }

  @Test func `only what changed is stored, equal frames become one, and holds are added`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/box.png"
      let empty = [UInt32](repeating: 0xFFFFFF, count: 100 * 100)
      var box = empty
      for y in 40..<50 { for x in 20..<24 { box[y * 100 + x] = 0x2040C0 } }
      var film = PixelFilm(width: 100, height: 100, frames: [empty, empty, box, empty])
      film.holds = [1: 100, 3: 150]
      let report = try AnimatedPNGFilm(rate: PreciseRate(nearestTo: 10)).write(&film, to: path)
      #expect(report.duration == 2.9)
      let chunks = try Chunk.all(of: path)
      #expect(
        chunks.map(\.name) == [
          "IHDR", "acTL", "PLTE", "tRNS", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND",
        ])
      let controls = chunks.filter { $0.name == "fcTL" }.map(\.numbers)
      // Sequence, width, height, x, y; then delay and unit in one.
      #expect(controls[0] == [0, 100, 100, 0, 0, 12 << 16 | 10])
      #expect(controls[1] == [1, 4, 10, 20, 40, 1 << 16 | 10])
      #expect(controls[2] == [3, 4, 10, 20, 40, 16 << 16 | 10])
      #expect(chunks[1].numbers == [3, 0])
    }
  }

  @Test(arguments: [(0, 0), (3, 4), (nil, 1)] as [(Int?, Int)])
  func `a film plays as often as asked`(repetitions: Int?, plays: Int) throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm(width: 1, height: 1, frames: [[0xFF0000], [0xFF]])
      var png = AnimatedPNGFilm(rate: PreciseRate(nearestTo: 4))
      png.repetitions = repetitions
      _ = try png.write(&film, to: "\(folder)/one.png")
      #expect(try Chunk.all(of: "\(folder)/one.png")[1].numbers == [2, plays])
    }
  }

  @Test(arguments: [(1.0, 70_000, [1, 1, 701, 1]), (59.94, 9000, [50, 2997, 9002, 100])])
  func `long holds at odd frame rates fit the format's sixteen bits`(
    rate: Double, hold: Int, expected: [Int]
  ) throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm(width: 1, height: 1, frames: [[0xFF0000], [0xFF]])
      film.holds = [1: hold]
      _ = try AnimatedPNGFilm(rate: PreciseRate(nearestTo: rate))
        .write(&film, to: "\(folder)/long.png")
      let delays = try Chunk.all(of: "\(folder)/long.png").filter { $0.name == "fcTL" }
        .flatMap { [$0.numbers[5] >> 16, $0.numbers[5] & 0xFFFF] }
      #expect(delays == expected)
    }
  }

  @Test func `the same film is the same file, and a failed one leaves nothing`() throws {
    try withTemporaryFolder { folder in
      var files: Set<[UInt8]> = []
      let png = AnimatedPNGFilm(rate: PreciseRate(nearestTo: 20), replacing: true)
      for _ in 0..<3 {
        var film = try MazeFilm(frames: 40, size: 96)
        _ = try png.write(&film, to: "\(folder)/maze.png")
        files.insert(try Files.contents(of: "\(folder)/maze.png", limit: 1 << 20))
      }
      #expect(files.count == 1)
      var film = PixelFilm.noise(width: 8, height: 8, frames: 300, colors: 4)
      film.failing = 290
      #expect(throws: PixelFilm.Failure()) { try png.write(&film, to: "\(folder)/noise.png") }
      #expect(try Files.names(in: folder) == ["maze.png"])
    }
  }
}

/// A chunk of a PNG file.
private struct Chunk {
  var name: String
  var data: [UInt8]

  /// The data as numbers of four bytes, as far as they go.
  var numbers: [Int] {
    stride(from: 0, to: data.count - 3, by: 4).map { Self.number(data[$0..<$0 + 4]) }
  }

  static func all(of path: String) throws -> [Chunk] {
    let bytes = try Files.contents(of: path, limit: 1 << 24)
    var chunks: [Chunk] = []
    var place = 8
    while place + 12 <= bytes.count {
      let length = number(bytes[place..<place + 4])
      let end = place + 8 + length
      let name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      chunks.append(Chunk(name: name, data: Array(bytes[place + 8..<end])))
      let checksum = checksum(of: bytes[place + 4..<end])
      #expect(number(bytes[end..<end + 4]) == Int(checksum), "the checksum of \(name)")
      place = end + 4
    }
    #expect(place == bytes.count)
    return chunks
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  /// CRC-32 bit by bit, as the PNG specification writes it.
  private static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
    return ~crc
  }
}
