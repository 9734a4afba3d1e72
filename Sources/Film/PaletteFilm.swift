import Platform
import Raster

/// A file that grows image by image, and learns its palette at its end.
protocol FrameFileWriter: ~Copyable {
  /// A frame as this file takes it.
  associatedtype Image

  /// How long everything added so far plays, in seconds.
  var duration: Double { get }

  /// Adds a frame that stays longer than usual, by a number of hundredths of a second; one without a difference
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
  func write<Writer: FrameFileWriter & ~Copyable, Encoder: FrameEncoder & ~Copyable>(
    _ source: inout some FrameSource, _ progress: FilmProgress,
    encoder: @escaping @Sendable (_ width: Int, _ height: Int, _ colors: Int) -> Encoder,
    begin: (consuming OutputFile, _ width: Int, _ height: Int, _ colors: Int) throws -> Writer
  ) throws -> FilmReport where Encoder.Product == Writer.Image {
    try OutputFile.check(path, replacing: replacing)
    // One number stands for "as before".
    return try PaletteAttempts(samples: samples, sparing: 1).run(&source) { source, mapping in
      let (width, height, frames) = (source.width, source.height, source.frameCount)
      var mapping = mapping
      let limit = mapping.mapper.limit
      var writer = try begin(try OutputFile(path, replacing: replacing), width, height, limit)
      let pipeline = FramePipeline { encoder(width, height, limit) }
      try pipeline.run(&source, map: { try mapping.map($0, after: $1) }) { frame, hold, image in
        try writer.add(image, hold: max(0, hold))
        try progress(frame + 1)
      }
      let duration = writer.duration
      let bytes = try writer.finish(mapping.mapper.palette)
      return FilmReport(
        path: path, frames: frames, bytes: bytes, colors: mapping.mapper.palette.colors.count,
        greatestError: mapping.mapper.greatestError, duration: duration)
    }
  }
}
