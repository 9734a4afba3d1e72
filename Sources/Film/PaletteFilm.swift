import Platform
import Raster

/// A file that grows image by image, and receives its palette at the end.
protocol FrameFileWriter: ~Copyable {
  /// An encoded frame for this file.
  associatedtype Image

  /// The duration of everything added so far, in seconds.
  var duration: Double { get }

  /// Adds a frame that is shown longer than usual, by a number of hundredths of a second; an
  /// unchanged frame only extends the previous one.
  mutating func add(_ image: Image, hold: Int) throws(FileError)

  /// Ends the file with the final palette; returns its size in bytes.
  consuming func finish(_ palette: Palette) throws(FileError) -> Int
}

/// Makes an animated file with one palette.
struct PaletteFilm {
  let path: String
  let replacing: Bool
  /// How many frames are sampled to choose the palette.
  let samples: Int

  /// Draws all frames into a file that `begin` starts, which appears when it is complete. Every
  /// encoding thread has its own encoder.
  func write<Writer: FrameFileWriter & ~Copyable, Encoder: FrameEncoder & ~Copyable>(
    _ source: inout some FrameSource, _ progress: FilmProgress,
    encoder: @escaping @Sendable (_ width: Int, _ height: Int, _ colors: Int) -> Encoder,
    begin: (consuming OutputFile, _ width: Int, _ height: Int, _ colors: Int) throws -> Writer
  ) throws -> FilmReport where Encoder.Product == Writer.Image {
    try OutputFile.check(path, replacing: replacing)
    // One index means "unchanged".
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
