package import Raster

extension Palette {
  /// How far off a channel of a film in flat colours may be, of 255.
  package static var promisedError: Int { 8 }

  /// A film's palette, learnt from frames that are spread over all of it.
  ///
  /// So many numbers are spared for other uses, unless all 256 are needed to be exact.
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
  /// Its palette's limit says what the film's format must have room for.
  var mapper: PaletteMapper
  /// Whether a colour that is further off than promised ends the attempt.
  let isStrict: Bool

  /// Thrown when an attempt's palette turns out to be too poor.
  struct TooPoor: Error {}

  /// Sets a picture's numbers.
  mutating func map(_ picture: Picture, after previous: Picture?) throws(TooPoor) {
    mapper.map(picture, after: previous)
    if isStrict, mapper.greatestError > Palette.promisedError { throw TooPoor() }
  }
}

/// A film that is tried with a palette learnt from a few frames, which grows with the others.
///
/// A colour that it has no more room for ends the attempt. The next one has learnt from every frame, and is as
/// near to what was drawn as 256 colours can be.
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
        // What was written so far is gone: an unfinished output removes itself.
      }
    }
    throw FilmError.empty
  }
}
