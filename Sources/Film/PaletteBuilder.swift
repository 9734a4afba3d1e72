package import Raster

/// Counts the colours of pictures and chooses a palette for them.
///
/// Up to 256 colours are kept exactly. More are covered: the most important colours join first, and
/// one joins only if no chosen colour is within a tolerance of it in every channel. The tolerance
/// is the smallest one with which everything that was counted is covered.
package struct PaletteBuilder {
  private var counts = ColorTable(capacity: 1 << 12)

  /// Colours beyond this number are counted in groups of 8 levels a channel, so that memory is
  /// bounded whatever the pictures show.
  private static var exactColors: Int { 1 << 16 }
  /// Tolerances to try, in levels of 255.
  private static var tolerances: [Int] { [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 48, 64] }

  /// A builder that has seen nothing.
  package init() {}

  /// Counts the colours that a canvas shows.
  package mutating func count(_ canvas: Canvas) {
    unsafe canvas.withPixels { pixels in
      var start = 0
      while start < pixels.count {
        let word = unsafe pixels[start]
        var end = start + 1
        while end < pixels.count, unsafe pixels[end] == word { end += 1 }
        add(word & 0xFF_FFFF, times: UInt32(end - start))
        start = end
      }
    }
  }

  /// Whether every colour counted fits a palette of this many exactly.
  package func isExact(limit: Int) -> Bool { counts.count <= limit }

  /// The palette for what was counted: declared colours first, then the most frequent ones.
  ///
  /// Where more is to come than was counted (`complete` is false), room that is left goes to
  /// declared colours and to the mixtures of declared edges.
  package func palette(
    limit: Int = 256, declared: DeclaredColors = DeclaredColors(), complete: Bool = true
  ) -> Palette {
    precondition((1...256).contains(limit), "a palette has 1 to 256 colours")
    let seen = counts.all.sorted { ($0.value, $1.color) > ($1.value, $0.color) }
      .map { Color($0.color) }
    let wanted = Self.unique(declared.colors.map { $0.covering(Color(0)) })
    let known = Set(seen)
    let first = wanted.filter { known.contains($0) }
    let chosen = Self.chosen(from: seen, starting: first, limit: limit)
    let colors = complete ? chosen : Self.filled(chosen, with: wanted, declared.edges, limit: limit)
    return Palette(colors.isEmpty ? [Color(0)] : colors)
  }

  private mutating func add(_ color: UInt32, times: UInt32) {
    let isNew = counts.count >= Self.exactColors && counts.value(of: color) == nil
    counts.add(times, to: isNew ? color & 0xF8F8F8 | 0x040404 : color)
  }

  private static func chosen(
    from seen: [Color], starting first: [Color], limit: Int
  ) -> [Color] {
    if seen.count <= limit { return unique(first + seen) }
    for tolerance in tolerances {
      if let colors = cover(seen, starting: first, tolerance: tolerance, limit: limit) {
        return colors
      }
    }
    return Array(unique(first + seen).prefix(limit))
  }

  private static func cover(
    _ seen: [Color], starting first: [Color], tolerance: Int, limit: Int
  ) -> [Color]? {
    var chosen = first
    for color in seen
    where !chosen.contains(where: { $0.distance(to: color) <= tolerance }) {
      guard chosen.count < limit else { return nil }
      chosen.append(color)
    }
    return chosen
  }

  /// Adds declared colours and the mixtures of declared edges as long as there is room.
  private static func filled(
    _ colors: [Color], with wanted: [Color], _ edges: [DeclaredColors.Edge], limit: Int
  ) -> [Color] {
    var colors = colors
    let mixtures = edges.flatMap { edge -> [Color] in
      let steps = max(1, edge.from.distance(to: edge.to) / 16)
      return (1..<steps + 1).map { edge.from.covering(edge.to, by: Double($0) / Double(steps + 1)) }
    }
    for color in wanted where colors.count < limit && !colors.contains(color) {
      colors.append(color)
    }
    for color in mixtures
    where colors.count < limit && !colors.contains(where: { $0.distance(to: color) <= 4 }) {
      colors.append(color)
    }
    return colors
  }

  private static func unique(_ colors: [Color]) -> [Color] {
    var known: Set<Color> = []
    return colors.filter { known.insert($0).inserted }
  }
}

extension Palette {
  /// A film's palette, learnt from frames that are spread over all of it.
  ///
  /// So many numbers are spared for other uses, unless all 256 are needed to be exact.
  package static func sampling(
    _ source: inout some FrameSource, sparing spared: Int = 0, samples: Int = 64
  ) throws -> Palette {
    guard source.frameCount > 0 else { throw FilmError.empty }
    let canvas = try Canvas(width: source.width, height: source.height)
    var builder = PaletteBuilder()
    let last = source.frameCount - 1
    let taken = min(samples, source.frameCount)
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
