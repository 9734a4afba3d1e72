import Film
import Glibc
import Platform
import Raster

extension Benchmark {
  /// Frames, and all their file formats.
  static let films: [Benchmark] =
    [
      .rate("480×480 frames to PNG", "frames/s", atLeast: 2000) {
        try Scratch.useForFrames { folder in
          var film = try Subject.walk(frames: 2000)
          let start = monotonicSeconds()
          _ = try FrameSequence().write(&film, to: "\(folder)/frames")
          return 2000 / (monotonicSeconds() - start)
        }
      }.against(.python("Pillow", "png")).promising(.timesPeer(8)),
      .rate("480×480 frames to GIF", "frames/s", atLeast: 1500) {
        try Scratch.use { folder in
          var film = try Subject.walk(frames: 2000)
          let start = monotonicSeconds()
          _ = try GIFFilm(rate: FrameRate(nearestTo: 20)).write(&film, to: "\(folder)/walk.gif")
          return 2000 / (monotonicSeconds() - start)
        }
      }.against(.python("imageio", "gif")).promising(.timesPeer(15)),
      .rate("480×480 frames to animated PNG", "frames/s", atLeast: 500) {
        try Scratch.use { folder in
          var film = try Subject.walk(frames: 2000)
          let start = monotonicSeconds()
          _ = try AnimatedPNGFilm(rate: PreciseRate(nearestTo: 20))
            .write(&film, to: "\(folder)/walk.png")
          return 2000 / (monotonicSeconds() - start)
        }
      }.against(.python("Pillow", "apng")),
      .cost("memory that 18,000 more frames take", "MB", atMost: 4) {
        try Scratch.use { folder in
          var film = try Subject.walk(frames: 20_000)
          var early = 0.0
          _ = try GIFFilm(rate: FrameRate(nearestTo: 20)).write(&film, to: "\(folder)/walk.gif") {
            if $0 == 2000 { early = residentMemory() }
          }
          return max(0, residentMemory() - early)
        }
      }.promising(.figure(4)),
    ] + (hasFFmpeg ? [video] : [])

  private static let hasFFmpeg = system("command -v ffmpeg >/dev/null 2>&1") == 0

  /// How fast frames become a video, relative to ffmpeg alone with the same frames, which it
  /// reads from a file in memory: one after the other, so that both see the same machine.
  private static let video: Benchmark =
    .rate("480×480 frames to MP4, of ffmpeg's rate", "%", atLeast: 80) {
      try Scratch.useForFrames { folder in
        let frames = 300
        var film = try Subject.walk(frames: frames)
        let raw = "\(folder)/walk.raw"
        do {
          var file = try OutputFile(raw, replacing: true)
          let canvas = try Canvas(width: film.width, height: film.height)
          for frame in 0..<frames {
            try film.draw(frame, onto: canvas)
            try canvas.withPixels { try file.write(Array(UnsafeRawBufferPointer($0))) }
          }
          try file.finish()
        }
        defer { unlink(raw) }
        let video = VideoFilm(.mp4, rate: PreciseRate(nearestTo: 30), replacing: true)
        let command = video.command(
          forPixelsIn: raw, width: film.width, height: film.height, to: "\(folder)/raw.mp4")
        var start = monotonicSeconds()
        guard system(command) == 0 else { throw ScratchError() }
        let alone = monotonicSeconds() - start
        start = monotonicSeconds()
        _ = try video.write(&film, to: "\(folder)/walk.mp4")
        return 100 * alone / (monotonicSeconds() - start)
      }
    }
}
