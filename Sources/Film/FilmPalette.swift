package import Raster

extension Palette {
  /// How far off a channel of a film in flat colours may be, of 255.
  package static var promisedError: Int { 8 }

  /// A film's palette, learnt from frames that are spread over all of it.
  ///
  /// So many numbers are spared for other uses, unless all 256 are needed to be exact.
  package static func sampling(
    _ source: inout some FrameSource, sparing spared: Int = 0, samples: Int
  ) throws -> Palette {
    guard source.frameCount > 0 else { throw FilmError.empty }
    let canvas = try Canvas(width: source.width, height: source.height)
    var builder = PaletteBuilder()
    let last = source.frameCount - 1
    let taken = min(max(1, samples), source.frameCount)
    for sample in 0..<taken {
      // The first and the last frame are always among them.
      try source.draw(taken > 1 ? last * sample / (taken - 1) : 0, onto: canvas)
      builder.count(canvas)
    }
    let limit = 256 - spared
    let needsAll = builder.isExact(limit: 256) && !builder.isExact(limit: limit)
    return builder.palette(
      limit: needsAll ? 256 : limit, declared: source.declaredColors,
      complete: taken == source.frameCount)
  }
}

/// A film that is tried with a palette learnt from a few frames.
///
/// A colour in another frame that the palette cannot show as well as promised ends the attempt;
/// the next one has learnt from every frame, and shows each as well as 256 colours can.
struct PaletteAttempts {
  let samples: Int
  let sparing: Int

  /// Thrown when an attempt's palette turns out to be too poor.
  private struct TooPoor: Error {}

  /// Makes a film; `make` calls the function it is given with each frame's greatest error.
  func run<Source: FrameSource>(
    _ source: inout Source,
    make: (inout Source, Palette, _ check: (Int) throws -> Void) throws -> FilmReport
  ) throws -> FilmReport {
    if samples < source.frameCount {
      let palette = try Palette.sampling(&source, sparing: sparing, samples: samples)
      do {
        return try make(&source, palette) { error in
          if error > Palette.promisedError { throw TooPoor() }
        }
      } catch is TooPoor {
        // What was written so far is gone: an unfinished output removes itself.
      }
    }
    let palette = try Palette.sampling(&source, sparing: sparing, samples: source.frameCount)
    return try make(&source, palette) { _ in }
  }
}
