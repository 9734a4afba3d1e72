package import Raster

extension Palette {
  /// How far off a channel of a film in flat colours may be, of 255.
  package static var promisedError: Int { 8 }

  /// A film's palette, learnt from frames that are spread over all of it.
  ///
  /// So many numbers are spared for other uses, unless all 256 are needed to be exact.
  package static func sampling<Source: FrameSource>(
    _ source: inout Source, sparing spared: Int = 0, samples: Int,
    coarseEdges: Bool = false
  ) throws -> Palette {
    guard source.frameCount > 0 else { throw FilmError.empty }
    var builder = PaletteBuilder()
    let taken = min(max(1, samples), source.frameCount)
    var sampled = SampledFrames(source: source, frameCount: taken)
    try FrameRelay(coarseEdges: coarseEdges) { ColorCensus() }.run(&sampled) { _, _, colors in
      builder.add(colors)
    }
    source = sampled.source
    let limit = 256 - spared
    let needsAll = builder.isExact(limit: 256) && !builder.isExact(limit: limit)
    return builder.palette(
      limit: needsAll ? 256 : limit, declared: source.declaredColors,
      complete: taken == source.frameCount)
  }
}

/// The palette of a film, and how its frames must be drawn for it.
struct FilmPalette {
  let palette: Palette
  let hasCoarseEdges: Bool
}

/// A film that is tried with a palette learnt from a few frames.
///
/// A colour in another frame that the palette cannot show as well as promised ends the attempt. The
/// next one has learnt from every frame; and where even then 256 colours do not suffice, the last
/// draws edges with fewer mixtures.
struct PaletteAttempts {
  let samples: Int
  let sparing: Int

  /// Thrown when an attempt's palette turns out to be too poor.
  private struct TooPoor: Error {}

  /// Makes a film; `make` calls the function it is given with each frame's greatest error.
  func run<Source: FrameSource>(
    _ source: inout Source,
    make: (inout Source, FilmPalette, _ check: (Int) throws -> Void) throws -> FilmReport
  ) throws -> FilmReport {
    let all = source.frameCount
    var attempts = [(samples: all, coarse: false), (samples: all, coarse: true)]
    if samples < all { attempts.insert((samples, false), at: 0) }
    for (number, attempt) in attempts.enumerated() {
      let palette = try Palette.sampling(
        &source, sparing: sparing, samples: attempt.samples, coarseEdges: attempt.coarse)
      let isLast = number == attempts.count - 1
      do {
        return try make(
          &source, FilmPalette(palette: palette, hasCoarseEdges: attempt.coarse)
        ) { error in
          if error > Palette.promisedError && !isLast { throw TooPoor() }
        }
      } catch is TooPoor {
        // What was written so far is gone: an unfinished output removes itself.
      }
    }
    throw FilmError.empty
  }
}
