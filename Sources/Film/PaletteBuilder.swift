import Glibc
package import Raster

/// Counts the colours of pictures and chooses a palette for them.
///
/// Up to 256 colours are kept exactly. More are covered: the most important colours join first, and
/// one joins only if no chosen colour is within a tolerance of it in every channel. The tolerance
/// is the smallest one with which everything that was counted is covered.
package struct PaletteBuilder {
  private var counts = ColorTable(capacity: 1 << 12)
  /// The picture counted last: of the next one, only rows that differ are counted.
  private var last: [UInt32] = []

  /// Colours beyond this number are counted in groups of 8 levels a channel, so that memory is
  /// bounded whatever the pictures show.
  private static var exactColors: Int { 1 << 16 }
  /// Tolerances to try, in levels of 255.
  private static var tolerances: [Int] { [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 48, 64] }

  /// A builder that has seen nothing.
  package init() {}

  /// Counts the colours that a canvas shows where it differs from the one counted before.
  package mutating func count(_ canvas: Canvas) {
    let width = canvas.width
    unsafe canvas.withPixels { pixels in
      guard let base = pixels.baseAddress else { return }
      let isComparable = last.count == pixels.count
      if !isComparable { last = Array(repeating: 0, count: pixels.count) }
      for y in 0..<canvas.height {
        let row = unsafe base + y * width
        let isNew = unsafe last.withUnsafeMutableBufferPointer { last in
          guard let start = last.baseAddress else { return false }
          let kept = unsafe start + y * width
          guard unsafe !isComparable || memcmp(kept, row, width * 4) != 0 else { return false }
          unsafe memcpy(kept, row, width * 4)
          return true
        }
        if isNew { unsafe count(row, width) }
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
    // A quarter is kept free for what is to come.
    let room = complete ? limit : max(1, limit * 3 / 4)
    var colors = Self.chosen(from: seen, starting: first, limit: room, most: limit)
    if !complete { Self.fill(&colors, with: wanted, declared.edges, limit: limit) }
    return Palette(colors.isEmpty ? [Color(0)] : colors)
  }

  private mutating func count(_ row: UnsafePointer<UInt32>, _ width: Int) {
    var start = 0
    while start < width {
      let word = unsafe row[start]
      var end = start + 1
      while unsafe end < width && row[end] == word { end += 1 }
      add(word & 0xFF_FFFF, times: UInt32(end - start))
      start = end
    }
  }

  private mutating func add(_ color: UInt32, times: UInt32) {
    let isNew = counts.count >= Self.exactColors && counts.value(of: color) == nil
    counts.add(times, to: isNew ? color & 0xF8F8F8 | 0x040404 : color)
  }

  private static func chosen(
    from seen: [Color], starting first: [Color], limit: Int, most: Int
  ) -> [Color] {
    if seen.count <= limit { return unique(first + seen) }
    for tolerance in tolerances {
      let limit = tolerance <= Palette.promisedError ? limit : most
      if let colors = cover(seen, starting: first, tolerance: tolerance, limit: limit) {
        return colors
      }
    }
    return Array(unique(first + seen).prefix(most))
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
  private static func fill(
    _ colors: inout [Color], with wanted: [Color], _ edges: [DeclaredColors.Edge], limit: Int
  ) {
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
  }

  private static func unique(_ colors: [Color]) -> [Color] {
    var known: Set<Color> = []
    return colors.filter { known.insert($0).inserted }
  }
}
