import Platform
package import Raster

/// Makes GIF films with one palette, only the changes, and exact delays.
package struct GIFFilm {
  /// The frame rate.
  package var rate: FrameRate
  /// How often it repeats: 0 for ever, nil never.
  package var repetitions: Int? = 0
  /// Whether to replace an existing file.
  package var replacing = false
  /// How many frames are sampled to choose the palette.
  package var samples = 64

  /// A film with a frame rate that repeats for ever by default.
  package init(rate: FrameRate, replacing: Bool = false) {
    self.rate = rate
    self.replacing = replacing
  }

  /// Draws all frames into a file, which appears when it is complete.
  package func write(
    _ source: inout some FrameSource, to path: String, progress: FilmProgress = { _ in }
  ) throws -> FilmReport {
    let (repetitions, rate) = (repetitions, rate)
    return try PaletteFilm(path: path, replacing: replacing, samples: samples).write(
      &source, progress, encoder: { GIFEncoder(width: $0, height: $1, colors: $2) }
    ) { file, width, height, colors in
      try GIFWriter(
        file: file, width: width, height: height, colors: colors, rate: rate,
        repetitions: repetitions)
    }
  }
}

/// A GIF file that grows image by image.
private struct GIFWriter: FrameFileWriter, ~Copyable {
  /// The duration of everything added so far, in hundredths of a second.
  private var hundredths = 0
  private let rate: FrameRate
  private var file: OutputFile
  private let colors: Int
  /// The last image, which is written once its duration is known.
  private var waiting: GIFEncoder.Image?
  private var delay = 0

  init(
    file: consuming OutputFile, width: Int, height: Int, colors: Int, rate: FrameRate,
    repetitions: Int?
  ) throws(FileError) {
    self.file = file
    self.colors = colors
    self.rate = rate
    try self.file.write(
      GIFFormat.start(width: width, height: height, colors: colors, repetitions: repetitions))
  }

  var duration: Double { Double(hundredths) / 100 }

  mutating func add(_ image: GIFEncoder.Image, hold: Int) throws(FileError) {
    let delay = rate.delay + hold
    hundredths += delay
    if image.bytes.isEmpty {
      self.delay += delay
    } else {
      try writeWaiting()
      waiting = image
      self.delay = delay
    }
  }

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
    // Only images that use the transparent index set it, and those have space for it.
    let transparent = image.isTransparent ? UInt8(truncatingIfNeeded: colors) : nil
    // If a delay is longer than the format permits, the same image is repeated.
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
