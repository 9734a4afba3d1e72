import Film
import Platform
import Raster
import TestSupport
import Testing

@Suite struct FrameSequenceTests {
  @Test func `every frame becomes a numbered picture, within the error bound`() throws {
    try withTemporaryFolder { folder in
      var film = try MazeFilm(frames: 40, size: 96)
      let report = try FrameSequence().write(&film, to: "\(folder)/a/maze")
      #expect(report.frames == 40 && report.greatestError <= Palette.promisedError)
      let names = try Files.names(in: "\(folder)/a/maze").sorted()
      #expect(names == (0..<40).map { FrameSequence.name(of: $0) })
      #expect(names.first == "frame-000000.png" && names.last == "frame-000039.png")
      #expect(try Files.names(in: "\(folder)/a") == ["maze"])
      let drawn = try Canvas(width: 96, height: 96)
      var bytes = 0
      for frame in 0..<40 {
        film.draw(frame, onto: drawn)
        let path = "\(folder)/a/maze/\(names[frame])"
        let read = try PNGReader.canvas(at: path)
        #expect(try PictureComparison(drawn, read).greatest <= report.greatestError)
        bytes += try Files.contents(of: path, limit: 1 << 20).count
      }
      #expect(bytes == report.bytes)
    }
  }

  @Test func `true colour keeps every pixel`() throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm.noise(width: 40, height: 30, frames: 9, colors: 4000)
      let report = try FrameSequence(truecolor: true).write(&film, to: "\(folder)/noise")
      #expect(report.greatestError == 0 && report.colors == nil)
      for frame in 0..<9 {
        let read = try PNGReader.canvas(at: "\(folder)/noise/\(FrameSequence.name(of: frame))")
        #expect(read.withPixels { $0.map { $0 & 0xFF_FFFF } } == film.frames[frame])
      }
    }
  }

  @Test(arguments: [(1, 1), (3, 2), (17, 33), (64, 47), (700, 20)], [1, 2, 4, 16, 200, 4000])
  func `libpng reads every frame of a sequence as it was drawn`(
    size: (Int, Int), colors: Int
  ) throws {
    try withTemporaryFolder { folder in
      // Long runs, rows like the one above, and noise, in turns.
      for (film, changing) in [1.0, 0.3, 0.02].enumerated() {
        var pixels = PixelFilm.noise(
          width: size.0, height: size.1, frames: 3, colors: colors, changing: changing)
        for row in stride(from: 1, to: size.1, by: 3) {
          let start = row * size.0
          pixels.frames[1][start..<start + size.0] = pixels.frames[1][start - size.0..<start]
          pixels.frames[2].replaceSubrange(
            start..<start + size.0, with: repeatElement(pixels.frames[2][start], count: size.0))
        }
        let isTrue = colors > 256
        _ = try FrameSequence(truecolor: isTrue).write(&pixels, to: "\(folder)/\(film)")
        for frame in 0..<3 {
          let read = try PNGReader.canvas(at: "\(folder)/\(film)/\(FrameSequence.name(of: frame))")
          #expect(read.withPixels { $0.map { $0 & 0xFF_FFFF } } == pixels.frames[frame])
        }
      }
    }
  }

  @Test func `frames are drawn in order, after their colours are sampled`() throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm.noise(width: 8, height: 8, frames: 300, colors: 20)
      _ = try FrameSequence().write(&film, to: "\(folder)/noise")
      let looks = film.asked.prefix(64)
      #expect(looks.first == 0 && looks.last == 299 && Array(looks) == looks.sorted())
      #expect(Array(film.asked.dropFirst(64)) == Array(0..<300))
    }
  }

  @Test func `colours that the sampling missed are within the promised error`() throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm.noise(width: 8, height: 8, frames: 50, colors: 30)
      film.frames[17] = (0..<64).map { 0x00FF00 + $0 * 0x030000 }
      var sequence = FrameSequence()
      sequence.samples = 4
      let report = try sequence.write(&film, to: "\(folder)/noise")
      #expect(report.greatestError <= Palette.promisedError && report.colors ?? 0 > 30)
      // Every frame is drawn once after the sampling: there was room for the new colours.
      #expect(film.asked.count == 4 + 50)
      let read = try PNGReader.canvas(at: "\(folder)/noise/frame-000017.png")
      let worst = read.withPixels { pixels in
        zip(pixels, film.frames[17]).map { Color($0).distance(to: Color($1)) }.max()
      }
      #expect(worst == report.greatestError)
      #expect(try Files.names(in: folder) == ["noise"])
    }
  }

  @Test func `existing frames are kept, or all of them are replaced`() throws {
    try withTemporaryFolder { folder in
      var long = PixelFilm.noise(width: 8, height: 8, frames: 12, colors: 4)
      _ = try FrameSequence().write(&long, to: "\(folder)/film")
      for name in ["notes.txt", "frame-1.png", "frame-000001.png.bak"] {
        try OutputFile.write([1], to: "\(folder)/film/\(name)", replacing: false)
      }
      var short = PixelFilm.noise(width: 9, height: 9, frames: 5, colors: 4)
      let error = #expect(throws: FilmError.framesExist(folder: "\(folder)/film")) {
        try FrameSequence().write(&short, to: "\(folder)/film/")
      }
      #expect(error?.description == "\(folder)/film already contains frames")
      #expect(short.asked.isEmpty)
      _ = try FrameSequence(replacing: true).write(&short, to: "\(folder)/film")
      let expected =
        (0..<5).map { FrameSequence.name(of: $0) }
        + ["notes.txt", "frame-1.png", "frame-000001.png.bak"]
      #expect(try Files.names(in: "\(folder)/film").sorted() == expected.sorted())
      #expect(try PNGReader.size(ofFile: "\(folder)/film/frame-000004.png") == (9, 9))
    }
  }

  @Test(arguments: [false, true])
  func `a film that fails half way leaves nothing behind`(existing: Bool) throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm.noise(width: 8, height: 8, frames: 400, colors: 4)
      if existing { _ = try FrameSequence().write(&film, to: "\(folder)/film") }
      film.failing = 333
      #expect(throws: PixelFilm.Failure()) {
        try FrameSequence(replacing: true).write(&film, to: "\(folder)/film")
      }
      #expect(try Files.names(in: folder) == (existing ? ["film"] : []))
      if existing { #expect(try Files.names(in: "\(folder)/film").count == 400) }
    }
  }

  @Test func `a progress callback can stop the work, which leaves nothing behind`() throws {
    struct Stop: Error {}
    try withTemporaryFolder { folder in
      var film = PixelFilm.noise(width: 8, height: 8, frames: 100, colors: 4)
      var done: [Int] = []
      #expect(throws: Stop.self) {
        try FrameSequence().write(&film, to: "\(folder)/new/film") { frame in
          done.append(frame)
          if frame == 20 { throw Stop() }
        }
      }
      #expect(done == Array(1...20))
      let left = try Files.names(in: folder)
      #expect(left.isEmpty)
    }
  }

  @Test func `a place that cannot be written to is refused with one sentence`() throws {
    var film = PixelFilm.noise(width: 8, height: 8, frames: 3, colors: 4)
    let error = #expect(throws: FileError.self) {
      try FrameSequence().write(&film, to: "/proc/reel/film")
    }
    #expect(error?.description == "cannot make the folder /proc/reel: No such file or directory")
    try withTemporaryFolder { folder in
      try OutputFile.write([1], to: "\(folder)/file", replacing: false)
      #expect(throws: FileError.self) { try FrameSequence().write(&film, to: "\(folder)/file") }
    }
  }

  @Test func `a film without frames is refused`() throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm(width: 8, height: 8, frames: [])
      #expect(throws: FilmError.empty) {
        try FrameSequence().write(&film, to: "\(folder)/film")
      }
      #expect(throws: FilmError.empty) {
        try GIFFilm(rate: FrameRate(delay: 4)).write(&film, to: "\(folder)/film.gif")
      }
      let left = try Files.names(in: folder)
      #expect(left.isEmpty)
    }
  }
}
