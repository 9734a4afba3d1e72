package import Raster

/// Counts the colours of pictures and chooses a palette for them.
///
/// Up to 256 colours are kept exactly. If there are more, declared colours and those of whole areas
/// are kept exactly, and enough others that every colour is within a tolerance of one of them in
/// every channel. The tolerance is the smallest one with which all counted colours are covered.
package struct PaletteBuilder {
  private var counts = ColorTable(capacity: 1 << 12)

  /// Beyond this number, colours are counted in groups of 8 levels per channel, so that memory is
  /// bounded whatever the pictures show.
  private static var exactColors: Int { 1 << 16 }
  /// How many colours are considered for covering, the most frequent first; bounds the time.
  private static var coveredColors: Int { 1 << 13 }
  /// A colour with more than this share of all pixels belongs to an area, not to an edge.
  private static var areaShare: Double { 0.001 }

  /// A builder without any colours.
  package init() {}

  /// Counts the colours that a canvas shows.
  package mutating func count(_ canvas: Canvas) {
    var census = ColorCensus()
    add(census.colors(of: canvas, unlike: nil))
  }

  /// Adds the results of a census.
  mutating func add(_ colors: [ColorCensus.Entry]) {
    for (color, times) in colors { add(color, times: times) }
  }

  /// Whether all counted colours fit exactly in a palette of this size.
  package func isExact(limit: Int) -> Bool { counts.count <= limit }

  /// The palette for the counted colours: declared colours first, then the most frequent ones.
  ///
  /// If more will follow than was counted (`complete` is false), some space is left free.
  package func palette(
    limit: Int = 256, declared: [Color] = [], complete: Bool = true
  ) -> Palette {
    precondition((1...256).contains(limit), "a palette has 1 to 256 colours")
    let all = counts.all.sorted { ($0.value, $1.color) > ($1.value, $0.color) }
    let seen = all.map { Color($0.color) }
    let wanted = Self.unique(declared.map { $0.covering(Color(0)) })
    let known = Set(seen)
    let threshold = Self.areaShare * all.reduce(0) { $0 + Double($1.value) }
    let areas = zip(seen, all).prefix(limit / 2).filter { Double($1.value) > threshold }.map(\.0)
    let first = Array(Self.unique(wanted.filter { known.contains($0) } + areas).prefix(limit))
    // Uses the promised tolerance to keep more space free.
    let room = complete ? limit : max(1, limit * 3 / 4)
    var colors = Self.chosen(
      from: seen, starting: first, limit: room, most: room, atLeast: complete ? 0 : 6)
    if !complete { colors = Array(Self.unique(colors + wanted).prefix(max(colors.count, room))) }
    return Palette(colors.isEmpty ? [Color(0)] : colors)
  }

  private mutating func add(_ color: UInt32, times: UInt32) {
    let isNew = counts.count >= Self.exactColors && counts.value(of: color) == nil
    counts.add(times, to: isNew ? color & 0xF8F8F8 | 0x040404 : color)
  }

  private static func chosen(
    from seen: [Color], starting first: [Color], limit: Int, most: Int, atLeast least: Int
  ) -> [Color] {
    if seen.count <= limit { return unique(first + seen) }
    // Rarer colours are close to another one or hardly visible; the mapper reports their error.
    let seen = Array(unique(first + seen.prefix(coveredColors)))
    let numbers = Dictionary(uniqueKeysWithValues: zip(seen, seen.indices))
    let start = first.compactMap { numbers[$0] }
    func cover(_ tolerance: Int) -> [Color]? {
      var cover = ColorCover(seen, tolerance: tolerance)
      let limit = tolerance <= Palette.promisedError ? limit : most
      return cover.covering(starting: start, limit: limit)
    }
    // The smallest sufficient tolerance, by bisection.
    var best: [Color]?
    var tooSmall = max(0, least - 1)
    var enough = 256
    while tooSmall + 1 < enough {
      // Small ones are more likely: the first guess is the promised error.
      let guess = enough == 256 ? max(Palette.promisedError, tooSmall * 2) : (tooSmall + enough) / 2
      if let colors = cover(min(guess, 255)) {
        best = colors
        enough = guess
      } else {
        tooSmall = guess
      }
    }
    return best ?? Array(unique(first + seen).prefix(most))
  }

  private static func unique(_ colors: [Color]) -> [Color] {
    var known: Set<Color> = []
    return colors.filter { known.insert($0).inserted }
  }
}
