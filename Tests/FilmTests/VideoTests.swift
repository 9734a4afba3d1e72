import Film
import Glibc
import Platform
import Raster
import TestSupport
import Testing

/// Videos as ffprobe and ffmpeg see them, and what happens if ffmpeg is missing or fails.
@Suite(.serialized) struct VideoTests {
  @Test(
    .enabled(if: FFprobe.isInstalled), arguments: VideoFilm.Container.allCases,
    [(96, 64), (97, 63)])
  func `ffprobe agrees on codec, size, speed and number of frames`(
    container: VideoFilm.Container, size: (Int, Int)
  ) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/film.\(container.rawValue)"
      var film = PixelFilm.noise(
        width: size.0, height: size.1, frames: 20, colors: 6, changing: 0.02)
      film.holds = [9: 100]
      let video = VideoFilm(container, rate: PreciseRate(nearestTo: 12.5))
      let report = try video.write(&film, to: path)
      let stream = try FFprobe.stream(of: path)
      #expect(stream.codec == (container == .mp4 ? "h264" : "vp9"))
      #expect((stream.width, stream.height) == ((size.0 + 1) & ~1, (size.1 + 1) & ~1))
      #expect(stream.pixels == "yuv420p" && stream.colors == "bt709")
      #expect(stream.rate == "25/2")
      // A second's hold is twelve or thirteen frames more.
      #expect(stream.frames == 33 && report.frames == 20 && report.duration == 33 / 12.5)
      #expect(try Files.names(in: folder) == [Files.name(of: path)])
      #expect(try Files.contents(of: path, limit: 1 << 24).count == report.bytes)
    }
  }

  @Test(.enabled(if: FFprobe.isInstalled), arguments: VideoFilm.Container.allCases)
  func `frames come in order, close to the colours that were drawn`(
    container: VideoFilm.Container
  ) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/film.\(container.rawValue)"
      let colors: [UInt32] = [0xF6F7F9, 0x2F6BDE, 0xE07A2C, 0x1E9E75, 0x14171E, 0xC8452F]
      var film = PixelFilm(
        width: 64, height: 48,
        frames: colors.map { Array(repeating: $0, count: 64 * 48) })
      _ = try VideoFilm(container, rate: PreciseRate(nearestTo: 4)).write(&film, to: path)
      let frames = try FFprobe.frames(of: path, width: 64, height: 48)
      #expect(frames.count == colors.count)
      for (frame, color) in zip(frames, colors) {
        let middle = Color(frame[24 * 64 + 32])
        #expect(middle.distance(to: Color(color)) <= 12, "\(middle) for \(Color(color))")
      }
    }
  }

  @Test(.enabled(if: FFprobe.isInstalled), arguments: VideoFilm.Container.allCases)
  func `the same film is the same file, and its index comes first`(
    container: VideoFilm.Container
  ) throws {
    try withTemporaryFolder { folder in
      var files: Set<[UInt8]> = []
      for run in 0..<3 {
        let path = "\(folder)/\(run).\(container.rawValue)"
        var film = try MazeFilm(frames: 60, size: 128)
        _ = try VideoFilm(container, rate: PreciseRate(nearestTo: 30)).write(&film, to: path)
        files.insert(try Files.contents(of: path, limit: 1 << 24))
      }
      #expect(files.count == 1)
      guard container == .mp4, let bytes = files.first else { return }
      let index = try #require(bytes.firstRange(of: Array("moov".utf8)))
      let data = try #require(bytes.firstRange(of: Array("mdat".utf8)))
      #expect(index.lowerBound < data.lowerBound, "a browser can start before it has everything")
    }
  }

  @Test(.enabled(if: FFprobe.isInstalled))
  func `a film that fails, or that exists, leaves what was there`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/film.mp4"
      var film = PixelFilm.noise(width: 16, height: 16, frames: 300, colors: 4)
      film.failing = 290
      var video = VideoFilm(.mp4, rate: PreciseRate(nearestTo: 20))
      #expect(throws: PixelFilm.Failure()) { try video.write(&film, to: path) }
      #expect(try Files.names(in: folder).isEmpty)
      try OutputFile.write([1], to: path, replacing: false)
      film.failing = nil
      #expect(throws: FileError.exists(path)) { try video.write(&film, to: path) }
      video.replacing = true
      _ = try video.write(&film, to: path)
      #expect(try FFprobe.stream(of: path).frames == 300)
    }
  }

  @Test func `without ffmpeg, one sentence says what helps`() async {
    await #expect(processExitsWith: .success) {
      setenv("PATH", "/nonexistent", 1)
      try withTemporaryFolder { folder in
        var film = PixelFilm(width: 2, height: 2, frames: [[0, 0, 0, 0]])
        let error = #expect(throws: FilmError.self) {
          try VideoFilm(.mp4, rate: PreciseRate(nearestTo: 20))
            .write(&film, to: "\(folder)/film.mp4")
        }
        let words = error?.description ?? ""
        let isSaid = words.contains("apt-get install ffmpeg") && words.contains(".gif")
        let isClean = try Files.names(in: folder).isEmpty
        exit(isSaid && isClean ? 0 : 1)
      }
    }
  }

  @Test func `if ffmpeg fails, its last message is shown and nothing is left`() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let program = "#!/bin/sh\necho first >&2\necho 'no such codec' >&2\nexit 1\n"
        try OutputFile.write(Array(program.utf8), to: "\(folder)/bin/ffmpeg", replacing: false)
        chmod("\(folder)/bin/ffmpeg", 0o755)
        setenv("PATH", "\(folder)/bin:/usr/bin:/bin", 1)
        var film = PixelFilm.noise(width: 64, height: 64, frames: 400, colors: 4)
        let error = #expect(throws: FilmError.self) {
          try VideoFilm(.webm, rate: PreciseRate(nearestTo: 20))
            .write(&film, to: "\(folder)/out/film.webm")
        }
        let isSaid = error?.description.hasSuffix("film.webm: no such codec") == true
        exit(isSaid && !Files.exists("\(folder)/out") ? 0 : 1)
      }
    }
  }

  @Test(.enabled(if: FFprobe.isInstalled))
  func `the command for a folder of frames makes a video`() throws {
    try withTemporaryFolder { folder in
      var film = PixelFilm.noise(width: 31, height: 20, frames: 7, colors: 4)
      let frames = "\(folder)/100% of 'them'"
      _ = try FrameSequence().write(&film, to: frames)
      let command = VideoFilm(.mp4, rate: PreciseRate(nearestTo: 5))
        .command(forFramesIn: frames, to: "\(folder)/film.mp4")
      let said = try Program.shell(command, in: folder)
      #expect(said.code == 0, "\(command)\n\(said.errors.suffix(500))")
      let stream = try FFprobe.stream(of: "\(folder)/film.mp4")
      #expect((stream.frames, stream.width, stream.height) == (7, 32, 20))
      #expect(stream.rate == "5/1")
    }
  }

  @Test(arguments: [
    (30.0, "30"), (12.5, "25/2"), (29.97, "2997/100"), (0.001, "1/100"), (1000, "60"),
    (.nan, "1"),
  ])
  func `frame rates are exact to thousandths`(asked: Double, text: String) {
    #expect(PreciseRate(nearestTo: asked).description == text)
  }
}
