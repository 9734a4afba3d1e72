import Film
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing

@Suite struct PixelsTests {
  /// An episode whose pixels are in memory, by time.
  private struct Pictured: EpisodeSource {
    let sample: ForeignSample
    let images: [Int: [UInt8]?]

    init(_ images: [Int: [UInt8]?], steps: Int = 12) {
      self.images = images
      sample = ForeignSample(
        ForeignSample.description("Mystery-v0", actions: ["up", "down"]), steps: steps,
        state: { _ in .bytes([]) }, action: { .index($0 % 2) })
    }

    func forEachEpisodes(_ body: ([Episode]) throws -> Void) throws {
      try body([sample.episode])
    }
    func transitions(of episode: Episode) -> () throws -> Transition? {
      sample.transitions(of: episode)
    }
    func image(of episode: Int, at t: Int) -> RecordedImage? {
      images.keys.filter { $0 <= t }.max().map { RecordedImage(t: $0, png: images[$0] ?? nil) }
    }

    func frame(_ t: Int, _ options: PictureOptions) throws -> Canvas {
      var request = sample.request(options)
      request.source = self
      var film = try PainterEntry.pixels.film(of: sample.world, request)
      #expect(film.frameCount == sample.steps.count + 1)
      let canvas = try Canvas(width: film.width, height: film.height)
      try film.draw(t, onto: canvas)
      return canvas
    }

    /// A size at which pictures are drawn as they are, or in whole steps larger.
    func usualSize(_ options: PictureOptions) -> Int {
      PainterEntry.pixels.usualSize(of: [sample.episode], from: self, options)
    }
  }

  /// Where a picture is in a frame, each of its pixels a square of `scale`; nil if it is not there.
  private func place(
    of picture: Canvas, in frame: Canvas, scale: Int
  ) -> (x: Int, y: Int)? {
    let (width, height) = (picture.width * scale, picture.height * scale)
    guard width <= frame.width, height <= frame.height else { return nil }
    return picture.withPixels { mine in
      frame.withPixels { theirs in
        for y in 0...frame.height - height {
          for x in 0...frame.width - width {
            let isSame = (0..<width * height).allSatisfy { index in
              let (column, row) = (index % width, index / width)
              return theirs[(y + row) * frame.width + x + column]
                == mine[row / scale * picture.width + column / scale]
            }
            if isSame { return (x, y) }
          }
        }
        return nil
      }
    }
  }

  private func noise(width: Int, height: Int) throws -> Canvas {
    let canvas = try Canvas(width: width, height: height)
    var random = Noise(UInt64(width))
    canvas.withMutablePixels { pixels in
      for index in pixels.indices {
        pixels[index] = 0xFF00_0000 | UInt32(random.next(below: 1 << 24))
      }
    }
    return canvas
  }

  @Test(arguments: [(600, 400, 1), (84, 84, 6), (160, 210, 2), (256, 256, 2), (8, 8, 60)])
  func `at its usual size a frame holds exactly the pixels of its picture`(
    width: Int, height: Int, scale: Int
  ) throws {
    let picture = try noise(width: width, height: height)
    let source = Pictured([0: picture.encodedPNG()])
    for theme in Theme.all {
      for (title, showsCaption) in [("", true), ("A title", false)] {
        var options = PictureOptions(theme: theme, title: title, showsCaption: showsCaption)
        options.size = source.usualSize(options)
        let frame = try source.frame(5, options)
        #expect(max(frame.width, frame.height) == options.size)
        #expect(place(of: picture, in: frame, scale: scale) != nil)
      }
    }
  }

  @Test(arguments: [64, 200, 333, 480, 1000])
  func `at any size a picture keeps its shape, and a single colour stays exact`(size: Int)
    throws
  {
    let red = PNGBytes.plain(250, 20, 30, width: 160, height: 80)
    let frame = try Pictured([0: red]).frame(3, PictureOptions(size: size))
    let places = frame.withPixels { pixels in
      pixels.indices.filter { pixels[$0] == 0xFFFA_141E }
    }
    let columns = places.map { $0 % frame.width }
    let rows = places.map { $0 / frame.width }
    let width = try #require(columns.max()) - (try #require(columns.min())) + 1
    let height = try #require(rows.max()) - (try #require(rows.min())) + 1
    #expect(places.count == width * height, "it is a rectangle without a soft edge")
    #expect(abs(width - 2 * height) <= 2 && width > size / 2)
  }

  @Test func `a frame shows the newest picture until then`() throws {
    let shades: [Int: UInt8] = [0: 10, 3: 70, 4: 130, 9: 190]
    let source = Pictured(shades.mapValues { PNGBytes.plain($0, $0, $0) })
    for (t, shade) in [0, 0, 0, 3, 4, 4, 4, 4, 4, 9, 9, 9, 9].enumerated() {
      let frame = try source.frame(t, PictureOptions(size: 240))
      let color = frame.color(x: frame.width / 2, y: frame.height / 3)
      #expect(color.red == shades[shade], "frame \(t)")
    }
  }

  @Test func `pictures of every colour type are read the same`() throws {
    let grays: [UInt8] = [0, 85, 170, 255]
    func picture(_ kind: PNGBytes.Kind, _ bits: UInt8, _ row: [UInt8], palette: [UInt8] = [])
      -> [UInt8]
    {
      PNGBytes.file(
        width: 4, height: 2, kind, bits: bits, palette: palette, rows: [row, row])
    }
    func bytes(_ body: (UInt8) -> [UInt8]) -> [UInt8] { grays.flatMap(body) }
    let files: [[UInt8]] = [
      picture(.gray, 8, grays), picture(.gray, 2, [0b0001_1011]),
      picture(.gray, 16, bytes { [$0, $0] }), picture(.rgb, 8, bytes { [$0, $0, $0] }),
      picture(.rgb, 16, bytes { [$0, $0, $0, $0, $0, $0] }),
      picture(.palette, 8, [0, 1, 2, 3], palette: bytes { [$0, $0, $0] }),
      picture(.palette, 2, [0b0001_1011], palette: bytes { [$0, $0, $0] }),
      picture(.grayAlpha, 8, bytes { [$0, 255] }),
      picture(.rgba, 8, bytes { [$0, $0, $0, 255] }),
      picture(.rgba, 16, bytes { [$0, $0, $0, $0, $0, $0, 255, 255] }),
    ]
    let options = PictureOptions(size: 200)
    let frames = try files.map { file in
      try Pictured([0: file]).frame(1, options).withPixels { Array($0) }
    }
    #expect(Set(frames).count == 1)
    let clear = PNGBytes.file(
      width: 4, height: 2, .rgba, bits: 8,
      rows: Array(repeating: bytes { [$0, $0, $0, 0] }, count: 2))
    let frame = try Pictured([0: clear]).frame(1, options)
    #expect(frame.color(x: frame.width / 2, y: frame.height / 2) == Theme.light.surface)
  }

  @Test func `hostile pictures give a frame that says so`() throws {
    let valid = try noise(width: 24, height: 18).encodedPNG()
    var random = Noise(11)
    var files: [[UInt8]?] = [nil, [], Array(valid.prefix(8)), Array(valid.prefix(40))]
    for length in [1, 30, 400, 5000] {
      files.append((0..<length).map { _ in UInt8(random.next(below: 256)) })
    }
    for _ in 0..<60 {
      var file = Array(valid.prefix(33 + random.next(below: valid.count - 45)))
      file[random.next(below: file.count)] ^= UInt8(1 + random.next(below: 255))
      files.append(file)
    }
    let huge = [
      (0, 0), (5000, 5000), (65_535, 65_535), ((1 << 31) - 1, (1 << 31) - 1), (1, 1 << 30),
    ]
    for (width, height) in huge {
      files.append(PNGBytes.file(width: width, height: height, .rgb, bits: 8, rows: [[1, 2, 3]]))
      files.append(PNGBytes.file(width: width, height: height, .gray, bits: 1, rows: []))
    }
    let options = PictureOptions(size: 240)
    let good = try Pictured([0: valid]).frame(2, options).withPixels { Array($0) }
    for file in files {
      let frame = try Pictured([0: valid, 2: file]).frame(2, options)
      #expect(frame.withPixels { Array($0) } != good)
      _ = try Pictured([2: file]).frame(2, options)
    }
    _ = try Pictured([:]).frame(0, options)
  }

  @Test func `pictures of other sizes within a film are fitted into its frames`() throws {
    let source = Pictured([
      0: PNGBytes.plain(9, 9, 9, width: 60, height: 40),
      2: PNGBytes.plain(8, 8, 8, width: 1, height: 3000),
      4: PNGBytes.plain(7, 7, 7, width: 3000, height: 1),
      6: PNGBytes.plain(6, 6, 6, width: 1, height: 1),
    ])
    let sizes = try [0, 2, 4, 6].map { t in
      let frame = try source.frame(t, PictureOptions(size: 300))
      let shade = UInt32(9 - t / 2) * 0x01_0101
      #expect(frame.withPixels { pixels in pixels.contains(0xFF00_0000 | shade) })
      return [frame.width, frame.height]
    }
    #expect(Set(sizes).count == 1)
  }

  @Test(arguments: Theme.all)
  func `recorded pixels look as they did`(theme: Theme) throws {
    let row = (0..<12).flatMap { place -> [UInt8] in
      [UInt8(place * 20), 90, UInt8(240 - place * 20)]
    }
    let file = PNGBytes.file(
      width: 12, height: 9, .rgb, bits: 8, rows: Array(repeating: row, count: 9))
    let images: [(String, [Int: [UInt8]?])] = [("pixels", [0: file]), ("pixels-gap", [0: nil])]
    for (name, images) in images {
      let frame = try Pictured(images).frame(7, PictureOptions(size: 96, theme: theme))
      try expectSnapshot(frame, "\(name)-\(theme.name)")
    }
  }
}
