import Film
import Pictures
import Platform
import Raster
import TestSupport
import Testing

/// A square that wanders, in episodes of some length.
private struct Wandering: FrameSource {
  let frameCount: Int
  let episode: Int
  let width = 24
  let height = 16

  init(frames: Int, episode: Int? = nil) {
    (frameCount, self.episode) = (frames, episode ?? frames)
  }

  var chapters: [Range<Int>] {
    stride(from: 0, to: frameCount, by: episode).map { $0..<min(frameCount, $0 + episode) }
  }

  func draw(_ frame: Int, onto canvas: Canvas) {
    canvas.clear(.rgb(0xFF_FFFF))
    canvas.fill(
      Rect(x: Double(frame % 20), y: Double(frame / 20 % 12), width: 4, height: 4), .rgb(0x20_60C0))
  }
}

extension Color {
  fileprivate static func rgb(_ value: UInt32) -> Color { Color(0xFF00_0000 | value) }
}

/// A square alone.
private struct Square: Drawing {
  let width = 20
  let height = 10
  let theme = Theme.light
  func draw(onto canvas: Canvas) {
    canvas.fill(Rect(x: 2, y: 2, width: 6, height: 6), theme.accent)
  }
}

@Suite struct FilmFileTests {
  private struct GivenUp: Error {}

  private func options(_ change: (inout FilmFile.Options) -> Void = { _ in }) -> FilmFile.Options {
    var options = FilmFile.Options()
    change(&options)
    return options
  }

  private func names(in folder: String) throws -> [String] {
    try Files.names(in: folder).sorted()
  }

  @Test(arguments: ["film.gif", "film.png", "film.apng", "film", "film/"])
  func `a film is written in the format that its name says, frame by frame`(name: String) throws {
    try withTemporaryFolder { folder in
      let film = Wandering(frames: 30)
      var heard: [Int] = []
      let outcome = try FilmFile("\(folder)/\(name)", options()).write(film) { done, all in
        #expect(all == 30)
        heard.append(done)
      }
      #expect(heard == Array(1...30) && outcome.report.frames == 30 && outcome.excerpt == nil)
      #expect(try names(in: folder) == [name.hasSuffix("/") ? "film" : name])
      let drawn = try pixels(film).map { $0.map { $0 & 0xFF_FFFF } }
      if name == "film.gif" {
        let gif = try DecodedGIF("\(folder)/\(name)")
        #expect(gif.frames.map(\.pixels) == drawn && gif.repetitions == 0)
        // Four frames a second, as there are few frames.
        #expect(gif.frames.allSatisfy { $0.delay == 25 })
      } else if !name.contains(".") {
        let files = try names(in: "\(folder)/film")
        #expect(files.count == 30 && outcome.videoCommand != nil)
        for (file, frame) in zip(files, drawn) {
          let canvas = try PNGReader.canvas(at: "\(folder)/film/\(file)")
          #expect(canvas.withPixels { $0.map { $0 & 0xFF_FFFF } } == frame)
        }
      }
    }
  }

  @Test(arguments: ["film.gif", "film.png", "film", "deep/down/film.gif", "film.mp4"])
  func `a cancelled film leaves no file`(name: String) throws {
    if name.hasSuffix("mp4"), !FFprobe.isInstalled { return }
    try withTemporaryFolder { folder in
      #expect(throws: GivenUp.self) {
        try FilmFile("\(folder)/\(name)", options()).write(Wandering(frames: 40)) { done, _ in
          if done == 20 { throw GivenUp() }
        }
      }
      let left = try names(in: folder)
      #expect(left.isEmpty)
    }
  }

  @Test func `a cancelled film leaves the file that it should have replaced`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/film.gif"
      _ = try FilmFile(path, options()).write(Wandering(frames: 3)) { _, _ in }
      let before = try Repository.contents(of: path)
      #expect(throws: FileError.exists(path)) { try FilmFile(path, options()) }
      #expect(throws: GivenUp.self) {
        try FilmFile(path, options { $0.force = true }).write(Wandering(frames: 9)) { _, _ in
          throw GivenUp()
        }
      }
      #expect(try Repository.contents(of: path) == before && names(in: folder) == ["film.gif"])
      _ = try FilmFile(path, options { $0.force = true }).write(Wandering(frames: 9)) { _, _ in }
      #expect(try DecodedGIF(path).frames.count == 9)
    }
  }

  @Test func `what cannot be written is refused before a frame is drawn`() throws {
    #expect(throws: PictureFileError.ending("a.bmp", known: ["gif", "png", "mp4", "webm"])) {
      try FilmFile("a.bmp", options())
    }
    for name in ["a.mp4", "frames"] {
      #expect(throws: PictureFileError.noLoop(name)) {
        try FilmFile(name, options { $0.plays = 2 })
      }
    }
    let limited = try FilmFile("a.gif", options { $0.most = 5 })
    #expect(throws: PictureFileError.noLimit) { try limited.smoothRate() }
    let ending = PictureFileError.ending("a.bmp", known: ["png", "gif"])
    #expect(ending.description == "'a.bmp' should end in one of .gif, .png")
    try withTemporaryFolder { folder in
      try OutputFile.write(Array("SQLite format 3\0".utf8), to: "\(folder)/a.gif", replacing: false)
      #expect(throws: FileError.database("\(folder)/a.gif")) {
        try FilmFile("\(folder)/a.gif", options { $0.force = true })
      }
    }
  }

  @Test func `a film that is too long is shown in part, and says which`() throws {
    try withTemporaryFolder { folder in
      let file = try FilmFile("\(folder)/film.gif", options { $0.most = 50 })
      let outcome = try file.write(Wandering(frames: 400, episode: 100)) { _, _ in }
      let excerpt = try #require(outcome.excerpt)
      #expect(excerpt.frames == 400 && excerpt.episodes == 4 && excerpt.shownEpisodes == 2)
      #expect(outcome.report.frames <= 50)
      // Every first, second, third … frame, and the last of each episode.
      let kept = (99 + excerpt.every - 1) / excerpt.every + 1
      #expect(outcome.report.frames == 2 * kept)
      #expect(try DecodedGIF("\(folder)/film.gif").frames.count == outcome.report.frames)
    }
  }

  @Test func `a frame rate that a GIF cannot have is reported, and repetitions are kept`() throws {
    try withTemporaryFolder { folder in
      func film(_ name: String, _ change: (inout FilmFile.Options) -> Void) throws -> (
        FilmFile.Outcome, DecodedGIF
      ) {
        let path = "\(folder)/\(name).gif"
        let outcome = try FilmFile(path, options(change)).write(Wandering(frames: 12)) { _, _ in }
        return (outcome, try DecodedGIF(path))
      }
      let (odd, decoded) = try film("odd") { ($0.framesPerSecond, $0.plays) = (30, 3) }
      #expect(odd.pace?.asked == 30 && odd.pace?.got == 100.0 / 3)
      #expect(decoded.frames[0].delay == 3 && decoded.repetitions == 2)
      let (even, once) = try film("even") { ($0.framesPerSecond, $0.plays) = (25, 1) }
      #expect(even.pace == nil && once.frames[0].delay == 4 && once.repetitions == nil)
      let (_, fast) = try film("fast") { $0.speed = 2 }
      // Twice four a second, as near as a GIF can.
      #expect([12, 13].contains(fast.frames[0].delay))
      #expect(try FilmFile("\(folder)/new.gif", options()).smoothRate() == 20)
      #expect(try FilmFile("\(folder)/new.mp4", options()).smoothRate() == 30)
      let asked = try FilmFile("\(folder)/new.gif", options { $0.framesPerSecond = 99 })
      #expect(try asked.smoothRate() == 50)
    }
  }
}

@Suite struct DrawingFileTests {
  @Test func `a drawing is written as pixels, vectors or numbers`() throws {
    try withTemporaryFolder { folder in
      for ending in ["png", "svg", "csv"] {
        try DrawingFile("\(folder)/a.\(ending)", replacing: false).write(Square()) { "x\n1\n" }
      }
      let canvas = try PNGReader.canvas(at: "\(folder)/a.png")
      #expect(canvas.withPixels { Array($0) } == (try pixels(of: Square())))
      #expect(try Repository.contents(of: "\(folder)/a.csv") == Array("x\n1\n".utf8))
      let svg = String(decoding: try Repository.contents(of: "\(folder)/a.svg"), as: UTF8.self)
      #expect(svg.hasPrefix("<?xml") && svg.contains("</svg>"))
    }
  }

  @Test func `an unknown ending is refused with the known ones, and an existing file is kept`()
    throws
  {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.gif"
      #expect(throws: PictureFileError.ending(path, known: ["png", "svg"])) {
        try DrawingFile(path, replacing: false).write(Square())
      }
      #expect(throws: PictureFileError.ending(path, known: ["png", "svg", "csv"])) {
        try DrawingFile(path, replacing: false).write(Square()) { "" }
      }
      let numbers = "\(folder)/a.csv"
      #expect(throws: PictureFileError.ending(numbers, known: ["png", "svg"])) {
        try DrawingFile(numbers, replacing: false).write(Square())
      }
      #expect(try Files.names(in: folder).isEmpty)
      let taken = "\(folder)/a.png"
      try OutputFile.write([7], to: taken, replacing: false)
      #expect(throws: FileError.exists(taken)) {
        try DrawingFile(taken, replacing: false).write(Square())
      }
      #expect(try Repository.contents(of: taken) == [7])
      try DrawingFile(taken, replacing: true).write(Square())
      #expect(try PNGReader.canvas(at: taken).width == 20)
    }
  }
}
