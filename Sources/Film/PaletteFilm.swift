import Raster

/// A file that grows image by image, and learns its palette at its end.
protocol FilmReel: ~Copyable {
  /// A frame as this file takes it.
  associatedtype Image

  /// How long everything added so far plays, in seconds.
  var duration: Double { get }

  /// Adds a frame that stays so many hundredths of a second longer than usual; one without a difference
  /// only lengthens the one before.
  mutating func add(_ image: Image, hold: Int) throws(FileError)

  /// Ends the file, with the palette that is known by now; returns how many bytes it has.
  consuming func finish(_ palette: Palette) throws(FileError) -> Int
}

/// How every animated file of one palette is made.
struct PaletteFilm {
  let path: String
  let replacing: Bool
  /// How many frames are looked at to choose the palette.
  let samples: Int

  /// Draws all frames into a file that `begin` starts, which appears when it is complete. Every thread
  /// that turns frames into images has an encoder of its own.
  func write<Reel: FilmReel & ~Copyable, Encoder: FrameEncoder & ~Copyable>(
    _ source: inout some FrameSource, _ progress: FilmProgress,
    encoder: @escaping @Sendable (_ width: Int, _ height: Int, _ colors: Int) -> Encoder,
    begin: (consuming OutputFile, _ width: Int, _ height: Int, _ colors: Int) throws -> Reel
  ) throws -> FilmReport where Encoder.Product == Reel.Image {
    try OutputFile.check(path, replacing: replacing)
    // One number stands for "as before".
    return try PaletteAttempts(samples: samples, sparing: 1).run(&source) { source, ink in
      let (width, height, frames) = (source.width, source.height, source.frameCount)
      var ink = ink
      let limit = ink.inker.limit
      var reel = try begin(try OutputFile(path, replacing: replacing), width, height, limit)
      let relay = FrameRelay(coarseEdges: ink.hasCoarseEdges) {
        encoder(width, height, limit)
      }
      try relay.run(&source, ink: { try ink.ink($0, after: $1) }) { frame, hold, image in
        try reel.add(image, hold: max(0, hold))
        try progress(frame + 1)
      }
      let duration = reel.duration
      let bytes = try reel.finish(ink.inker.palette)
      return FilmReport(
        path: path, frames: frames, bytes: bytes, colors: ink.inker.palette.colors.count,
        greatestError: ink.inker.greatestError, duration: duration)
    }
  }
}
