import Platform
package import Raster

/// Makes animated PNGs with the palette of a GIF, but at any speed.
///
/// https://www.w3.org/TR/png-3/#apng-frame-based-animation
package struct AnimatedPNGFilm {
  /// The frame rate.
  package var rate: PreciseRate
  /// How often it repeats: 0 for ever, nil never.
  package var repetitions: Int? = 0
  /// Whether to replace an existing file.
  package var replacing = false
  /// How many frames are sampled to choose the palette.
  package var samples = 64

  /// A film with a frame rate that repeats for ever by default.
  package init(rate: PreciseRate, replacing: Bool = false) {
    self.rate = rate
    self.replacing = replacing
  }

  /// Draws all frames into a file, which appears when it is complete.
  package func write(
    _ source: inout some FrameSource, to path: String, progress: FilmProgress = { _ in }
  ) throws -> FilmReport {
    let (repetitions, rate) = (repetitions, rate)
    return try PaletteFilm(path: path, replacing: replacing, samples: samples).write(
      &source, progress, encoder: { AnimatedPNGEncoder(width: $0, height: $1, colors: $2) }
    ) { file, width, height, colors in
      try AnimatedPNGWriter(
        file: file, width: width, height: height, colors: colors, rate: rate,
        repetitions: repetitions)
    }
  }
}

/// An animated PNG file that grows image by image.
private struct AnimatedPNGWriter: FrameFileWriter, ~Copyable {
  private var file: OutputFile
  private let rate: PreciseRate
  /// How many colours the palette may have, and its offset in the file.
  private let colors: Int
  private let animationOffset: Int
  private let paletteOffset: Int
  private let plays: Int
  private var images = 0
  private var sequence = 0
  private var allFrames = 0
  /// The last image, which is written once its duration is known.
  private var waiting: AnimatedPNGEncoder.Image?
  private var stay = 0

  init(
    file: consuming OutputFile, width: Int, height: Int, colors: Int, rate: PreciseRate,
    repetitions: Int?
  ) throws(FileError) {
    self.file = file
    self.colors = colors
    self.rate = rate
    // The format counts plays, and the first play is not a repetition.
    plays = repetitions.map { $0 == 0 ? 0 : $0 + 1 } ?? 1
    var start =
      PNGFormat.signature
      + PNGFormat.header(
        width: width, height: height, bitsPerPixel: AnimatedPNGEncoder.bits)
    animationOffset = start.count
    start += PNGFormat.animation(images: 0, plays: plays)
    paletteOffset = start.count
    start += PNGFormat.palette([], count: min(256, colors + 1))
    if let transparent = AnimatedPNGEncoder.transparent(colors: colors) {
      start += PNGFormat.transparency(after: Int(transparent))
    }
    try self.file.write(start)
  }

  var duration: Double { Double(allFrames * rate.denominator) / Double(rate.numerator) }

  mutating func add(_ image: AnimatedPNGEncoder.Image, hold: Int) throws(FileError) {
    let frames = 1 + rate.frames(in: hold)
    allFrames += frames
    if image.data.isEmpty {
      stay += frames
    } else {
      try writeWaiting()
      waiting = image
      stay = frames
    }
  }

  consuming func finish(_ palette: Palette) throws(FileError) -> Int {
    try writeWaiting()
    try file.write(PNGFormat.end)
    try file.replace(
      at: animationOffset, with: PNGFormat.animation(images: images, plays: plays))
    try file.replace(
      at: paletteOffset, with: PNGFormat.palette(palette.colors, count: min(256, colors + 1)))
    let bytes = file.byteCount
    try file.finish()
    return bytes
  }

  private mutating func writeWaiting() throws(FileError) {
    guard let image = waiting else { return }
    let number = nextSequence()
    let (delay, unit) = delay
    try file.write(
      PNGFormat.chunk("fcTL") { bytes in
        bytes += PNGFormat.number(number)
        bytes += PNGFormat.number(image.area.width) + PNGFormat.number(image.area.height)
        bytes += PNGFormat.number(image.area.left) + PNGFormat.number(image.area.top)
        bytes += PNGFormat.short(delay) + PNGFormat.short(unit)
        // The image stays, so that the next one only needs the changes.
        bytes += [0, image.isOverlay ? 1 : 0]
      })
    if images == 0 {
      try file.write(PNGFormat.chunk("IDAT") { $0 += image.data })
    } else {
      let number = nextSequence()
      try file.write(PNGFormat.chunk("fdAT") { $0 += PNGFormat.number(number) + image.data })
    }
    images += 1
  }

  private mutating func nextSequence() -> Int {
    defer { sequence += 1 }
    return sequence
  }

  /// The duration of the waiting image as a fraction of a second. Both numbers have 16 bits; a
  /// duration that is too long for the exact fraction is in hundredths.
  private var delay: (parts: Int, perSecond: Int) {
    let exact = stay * rate.denominator
    if exact <= 65_535 { return (exact, rate.numerator) }
    let hundredths = Double(exact) * 100 / Double(rate.numerator)
    return (Int(min(65_535, hundredths.rounded())), 100)
  }
}
