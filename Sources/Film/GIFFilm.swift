package import Raster

/// Makes GIF films: one palette, only what changes, honest delays.
package struct GIFFilm {
  /// How fast it plays.
  package var rate: FrameRate
  /// How often it starts again: 0 for ever, nil not at all.
  package var repetitions: Int? = 0
  /// Whether a file of the same name is replaced.
  package var replacing = false
  /// How many frames are looked at to choose the palette.
  package var samples = 64

  /// A film that plays at a speed, for ever unless told otherwise.
  package init(rate: FrameRate, replacing: Bool = false) {
    self.rate = rate
    self.replacing = replacing
  }

  /// Draws all frames into a file, which appears when it is complete.
  package func write(
    _ source: inout some FrameSource, to path: String, progress: FilmProgress = { _ in }
  ) throws -> FilmReport {
    try OutputFile.check(path, replacing: replacing)
    // One number stands for "as before".
    return try PaletteAttempts(samples: samples, sparing: 1).run(&source) { source, ink in
      try write(&source, to: path, ink, progress)
    }
  }

  private func write(
    _ source: inout some FrameSource, to path: String, _ ink: FilmInk, _ progress: FilmProgress
  ) throws -> FilmReport {
    let (width, height, frames) = (source.width, source.height, source.frameCount)
    var ink = ink
    let limit = ink.inker.limit
    var reel = try GIFReel(
      file: try OutputFile(path, replacing: replacing), width: width, height: height,
      colors: limit, repetitions: repetitions)
    let relay = FrameRelay(coarseEdges: ink.hasCoarseEdges) {
      GIFEncoder(width: width, height: height, colors: limit)
    }
    try relay.run(&source, ink: { try ink.ink($0, after: $1) }) { frame, hold, image in
      try reel.add(image, delay: rate.delay + max(0, hold))
      try progress(frame + 1)
    }
    let duration = reel.duration
    let bytes = try reel.finish(ink.inker.palette)
    return FilmReport(
      path: path, frames: frames, bytes: bytes, colors: ink.inker.palette.colors.count,
      greatestError: ink.inker.greatestError, duration: Double(duration) / 100)
  }
}

/// A GIF file that grows image by image.
private struct GIFReel: ~Copyable {
  /// How long everything added so far plays, in hundredths of a second.
  private(set) var duration = 0

  private var file: OutputFile
  private let colors: Int
  /// The last image, which waits to learn how long it stays.
  private var waiting: GIFEncoder.Image?
  private var delay = 0

  init(
    file: consuming OutputFile, width: Int, height: Int, colors: Int, repetitions: Int?
  ) throws(FileError) {
    self.file = file
    self.colors = colors
    try self.file.write(
      GIFFormat.start(width: width, height: height, colors: colors, repetitions: repetitions))
  }

  /// Adds a frame; one without a difference only lengthens the one before.
  mutating func add(_ image: GIFEncoder.Image, delay: Int) throws(FileError) {
    duration += delay
    if image.bytes.isEmpty {
      self.delay += delay
    } else {
      try writeWaiting()
      waiting = image
      self.delay = delay
    }
  }

  /// Ends the file, with the palette that is known by now; returns how many bytes it has.
  consuming func finish(_ palette: Palette) throws(FileError) -> Int {
    try writeWaiting()
    try file.write(GIFFormat.trailer)
    try file.replace(at: GIFFormat.paletteOffset, with: GIFFormat.bytes(of: palette))
    let bytes = file.byteCount
    try file.finish()
    return bytes
  }

  private mutating func writeWaiting() throws(FileError) {
    guard let image = waiting else { return }
    // Only images that say so use it, and those have room for it.
    let transparent = image.isTransparent ? UInt8(truncatingIfNeeded: colors) : nil
    // A longer delay than the format has room for takes the same image once more.
    while delay > 0 {
      let isLast = delay <= FrameRate.greatestDelay
      let part = isLast ? delay : min(FrameRate.greatestDelay, delay - 2)
      try file.write(
        GIFFormat.control(delay: part, transparent: transparent))
      try file.write(image.bytes)
      delay -= part
    }
  }
}
