import Film
import Glibc
import Platform
import Raster
import TestSupport
import Testing

private func residentPages() throws -> Int {
  let text = String(
    decoding: try Files.start(of: "/proc/self/statm", count: 200), as: UTF8.self)
  return try #require(Int(text.split(separator: " ")[1]))
}

@Suite struct GIFTests {
  @Test(arguments: [1, 2, 3, 5, 16, 255, 256], [0.01, 0.3, 1.0])
  func `giflib reads every frame as it was drawn`(colors: Int, changing: Double) throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm.noise(
        width: 67, height: 41, frames: 12, colors: colors, changing: changing)
      let report = try GIFFilm(rate: FrameRate(delay: 4)).write(&film, to: "\(folder)/noise.gif")
      #expect(report.greatestError == 0)
      let gif = try DecodedGIF("\(folder)/noise.gif")
      var distinct: [[UInt32]] = []
      for frame in film.frames where frame != distinct.last { distinct.append(frame) }
      #expect(gif.frames.map(\.pixels) == distinct)
      #expect(gif.frames.allSatisfy { !$0.hasOwnPalette })
      #expect(gif.frames.reduce(0) { $0 + $1.delay } == 12 * 4)
    }
  }

  @Test func `every frame of a film in flat colours is within the error bound`() throws {
    try withTemporaryFolder { folder in
      var film = try MazeFilm(frames: 120, size: 160, theme: .dark)
      let rate = FrameRate(nearestTo: 30)
      let report = try GIFFilm(rate: rate).write(&film, to: "\(folder)/maze.gif")
      #expect(report.greatestError <= Palette.promisedError)
      #expect(report.duration == 3.6)
      let gif = try DecodedGIF("\(folder)/maze.gif")
      #expect((gif.width, gif.height, gif.frames.count) == (160, 160, 120))
      #expect(gif.repetitions == 0)
      #expect(gif.frames.allSatisfy { $0.delay == 3 })
      let drawn = try Canvas(width: 160, height: 160)
      for (frame, decoded) in gif.frames.enumerated() {
        film.draw(frame, onto: drawn)
        let worst = drawn.withPixels { pixels in
          zip(pixels, decoded.pixels).map { Color($0).distance(to: Color($1)) }.max()
        }
        #expect(try #require(worst) <= report.greatestError)
      }
      #expect(
        try Files.contents(of: "\(folder)/maze.gif", limit: 1 << 20).count == report.bytes)
    }
  }

  @Test
  func `the reported error is that of the worst pixel, even with too many colours`()
    throws
  {
    try withTemporaryFolder { folder in
      var film = EdgeFilm(frames: 6)
      let report = try GIFFilm(rate: FrameRate(delay: 5)).write(&film, to: "\(folder)/edges.gif")
      let gif = try DecodedGIF("\(folder)/edges.gif")
      let drawn = try Canvas(width: film.width, height: film.height)
      var (colors, worst): (Set<UInt32>, Int) = ([], 0)
      for (frame, decoded) in gif.frames.enumerated() {
        film.draw(frame, onto: drawn)
        drawn.withPixels { pixels in
          for (word, shown) in zip(pixels, decoded.pixels) {
            colors.insert(word & 0xFF_FFFF)
            worst = max(worst, Color(word).distance(to: Color(shown)))
          }
        }
      }
      #expect(gif.frames.count == 6 && colors.count > 5000)
      #expect(worst == report.greatestError && worst > Palette.promisedError)
    }
  }

  @Test func `only the rectangle that changed is stored`() throws {
    try withTemporaryFolder { folder in
      var frames = [[UInt32](repeating: 0xFFFFFF, count: 100 * 100)]
      frames.append(frames[0])
      for y in 40..<50 { for x in 20..<24 { frames[1][y * 100 + x] = 0x2040C0 } }
      var film = PixelFilm(width: 100, height: 100, frames: frames)
      _ = try GIFFilm(rate: FrameRate(delay: 10)).write(&film, to: "\(folder)/box.gif")
      let gif = try DecodedGIF("\(folder)/box.gif")
      #expect(gif.frames.map(\.storedPixels) == [10_000, 40])
    }
  }

  @Test func `equal frames become one longer one, and holds are added`() throws {
    try withTemporaryFolder { folder in
      let (red, blue) = (
        [UInt32](repeating: 0xFF0000, count: 4), [UInt32](repeating: 0xFF, count: 4)
      )
      var film = PixelFilm(width: 2, height: 2, frames: [red, red, blue, blue, blue, red])
      film.holds = [1: 50, 5: 200]
      let report = try GIFFilm(rate: FrameRate(delay: 5)).write(&film, to: "\(folder)/hold.gif")
      let gif = try DecodedGIF("\(folder)/hold.gif")
      #expect(gif.frames.map(\.delay) == [60, 15, 205])
      #expect(gif.frames.map(\.pixels) == [red, blue, red])
      #expect(report.duration == 2.8)
      #expect(report.frames == 6)
    }
  }

  @Test func `a hold longer than the format's longest delay is split`() throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm(width: 1, height: 1, frames: [[0xFF0000], [0x0000FF]])
      film.holds = [0: 65_535 - 3, 1: 140_000]
      _ = try GIFFilm(rate: FrameRate(delay: 4)).write(&film, to: "\(folder)/hold.gif")
      let gif = try DecodedGIF("\(folder)/hold.gif")
      #expect(gif.frames.reduce(0) { $0 + $1.delay } == 65_536 + 140_004)
      #expect(gif.frames.allSatisfy { $0.delay >= 2 })
      #expect(gif.frames.first?.pixels == [0xFF0000] && gif.frames.last?.pixels == [0x0000FF])
    }
  }

  @Test(arguments: [0, 3, nil] as [Int?])
  func `a film starts again as often as asked`(repetitions: Int?) throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm(width: 1, height: 1, frames: [[0xFF0000]])
      var gif = GIFFilm(rate: FrameRate(delay: 4))
      gif.repetitions = repetitions
      _ = try gif.write(&film, to: "\(folder)/one.gif")
      #expect(try DecodedGIF("\(folder)/one.gif").repetitions == repetitions)
    }
  }

  @Test func `the same film is the same file, whatever the order of threads`() throws {
    try withTemporaryFolder { folder in
      var files: Set<[UInt8]> = []
      for run in 0..<5 {
        var film = try MazeFilm(frames: 60, size: 96)
        _ = try GIFFilm(rate: FrameRate(delay: 4)).write(&film, to: "\(folder)/\(run).gif")
        files.insert(try Files.contents(of: "\(folder)/\(run).gif", limit: 1 << 20))
      }
      #expect(files.count == 1)
    }
  }

  private static let hasGifsicle =
    (try? Program.shell("command -v gifsicle", in: "/tmp"))?.code == 0

  @Test(.enabled(if: hasGifsicle)) func `gifsicle's best optimization saves less than a tenth`()
    throws
  {
    try withTemporaryFolder { folder in
      let gif = GIFFilm(rate: FrameRate(delay: 4))
      var maze = try MazeFilm(frames: 100, size: 320)
      var heat = HeatMapFilm(frames: 30, theme: .light)
      let reports = [
        try gif.write(&maze, to: "\(folder)/maze.gif"),
        try gif.write(&heat, to: "\(folder)/heat.gif"),
      ]
      for report in reports {
        let best = "\(report.path).best"
        let line = "gifsicle -O3 '\(report.path)' -o '\(best)'"
        #expect(try Program.shell(line, in: folder).code == 0)
        let least = try Files.contents(of: best, limit: 1 << 26).count
        #expect(Double(report.bytes) <= 1.1 * Double(least), "\(report.bytes) and \(least)")
      }
    }
  }

  @Test func `a film that fails, or that exists, leaves what was there`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/film.gif"
      var film = PixelFilm.noise(width: 8, height: 8, frames: 300, colors: 4)
      film.failing = 290
      #expect(throws: PixelFilm.Failure()) {
        try GIFFilm(rate: FrameRate(delay: 4)).write(&film, to: path)
      }
      #expect(try Files.names(in: folder).isEmpty)
      try OutputFile.write([1], to: path, replacing: false)
      #expect(throws: FileError.exists(path)) {
        try GIFFilm(rate: FrameRate(delay: 4)).write(&film, to: path)
      }
      film.failing = nil
      _ = try GIFFilm(rate: FrameRate(delay: 4), replacing: true).write(&film, to: path)
      #expect(try DecodedGIF(path).frames.count == 300)
    }
  }

  @Test func `a full disk is reported in one sentence, and leaves nothing behind`() async {
    await #expect(processExitsWith: .success) {
      // A limit on file size simulates a full disk; it is an error if the signal is ignored.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      try withTemporaryFolder { folder in
        var film = PixelFilm.noise(width: 64, height: 64, frames: 40, colors: 200)
        let gif = #expect(throws: FileError.self) {
          try GIFFilm(rate: FrameRate(delay: 4)).write(&film, to: "\(folder)/film.gif")
        }
        let frames = #expect(throws: FileError.self) {
          try FrameSequence(truecolor: true).write(&film, to: "\(folder)/frames")
        }
        let isClean = try Files.names(in: folder).isEmpty
        let isSaid =
          gif?.description.hasSuffix("film.gif: File too large") == true
          && frames?.description.hasSuffix(".png: File too large") == true
        exit(isClean && isSaid ? 0 : 1)
      }
    }
  }

  @Test func `memory does not grow with the number of frames`() async {
    // In a process of its own, as other tests allocate and free memory at the same time.
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        var film = try MazeFilm(frames: 3000, size: 240)
        var sizes: [Int] = []
        _ = try GIFFilm(rate: FrameRate(delay: 4)).write(&film, to: "\(folder)/long.gif") { frame in
          if frame.isMultiple(of: 500) { sizes.append(try residentPages()) }
        }
        // Pages of 4 KB: less than 8 MB in 2,500 frames, of which each has 230 KB.
        #expect(sizes.count == 6 && sizes[5] - sizes[0] < 2000)
      }
    }
  }
}
