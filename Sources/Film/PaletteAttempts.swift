package import Raster

extension Palette {
  /// The greatest promised error of a channel in a film of flat colours, of 255.
  package static var promisedError: Int { 8 }

  /// A film's palette, from frames that are spread over all of it.
  ///
  /// Some indices are reserved for other uses, unless all 256 are needed to be exact.
  package static func sampling<Source: FrameSource>(
    _ source: inout Source, sparing spared: Int = 0, samples: Int
  ) throws -> Palette {
    guard source.frameCount > 0 else { throw FilmError.empty }
    var builder = PaletteBuilder()
    let taken = min(max(1, samples), source.frameCount)
    var sampled = SampledFrames(source: source, frameCount: taken)
    try FramePipeline { ColorCensus() }.run(&sampled) { _, _, colors in
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

/// How a film's frames are drawn and mapped to its palette.
struct PaletteMapping {
  /// Its limit leaves space for what the film's format needs.
  var mapper: PaletteMapper
  /// Whether a colour with a greater error than promised ends the attempt.
  let isStrict: Bool

  /// Thrown when an attempt's palette turns out to be insufficient.
  struct TooPoor: Error {}

  /// Computes a picture's palette indices.
  mutating func map(_ picture: Picture, after previous: Picture?) throws(TooPoor) {
    mapper.map(picture, after: previous)
    if isStrict, mapper.greatestError > Palette.promisedError { throw TooPoor() }
  }
}

/// A film that is first tried with a palette from a few frames, which grows with the others.
///
/// A colour that no longer fits ends the attempt. The next attempt samples every frame, and is as
/// close to the drawing as 256 colours can be.
struct PaletteAttempts {
  let samples: Int
  let sparing: Int

  /// Makes a film.
  func run<Source: FrameSource>(
    _ source: inout Source, make: (inout Source, PaletteMapping) throws -> FilmReport
  ) throws -> FilmReport {
    let all = source.frameCount
    for taken in samples < all ? [samples, all] : [all] {
      let palette = try Palette.sampling(&source, sparing: sparing, samples: taken)
      let mapping = PaletteMapping(
        mapper: PaletteMapper(palette, limit: taken < all ? 256 - sparing : 0),
        isStrict: taken < all)
      do {
        return try make(&source, mapping)
      } catch is PaletteMapping.TooPoor {
        // The previous output is gone: an unfinished output removes itself.
      }
    }
    throw FilmError.empty
  }
}
