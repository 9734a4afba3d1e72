import Raster

/// Turns drawn pixels into numbers of palette colours, through a table that remembers.
struct PixelMapper {
  /// The colours.
  let palette: Palette
  /// How far off the worst channel of any pixel was, so far.
  private(set) var greatestError = 0
  private var table: ColorTable

  /// More remembered colours than this do not stay in the processor's caches.
  private static var capacity: Int { 1 << 16 }

  init(_ palette: Palette) {
    self.palette = palette
    self.table = Self.exactTable(of: palette)
  }

  /// Maps a run of pixels; equal neighbours cost one comparison each.
  mutating func map(
    _ source: UnsafePointer<UInt32>, count: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    guard count > 0 else { return }
    var last = unsafe source[0]
    var number = index(of: last)
    for position in 0..<count {
      let word = unsafe source[position]
      if word != last {
        last = word
        number = index(of: word)
      }
      unsafe target[position] = number
    }
  }

  /// The number of one pixel's colour.
  mutating func index(of word: UInt32) -> UInt8 {
    let color = word & 0xFF_FFFF
    if let known = table.value(of: color) { return UInt8(truncatingIfNeeded: known) }
    let (index, error) = palette.nearest(to: Color(color))
    greatestError = max(greatestError, error)
    if table.count >= Self.capacity { table = Self.exactTable(of: palette) }
    table.set(color, to: UInt32(index))
    return UInt8(index)
  }

  private static func exactTable(of palette: Palette) -> ColorTable {
    var table = ColorTable()
    // Backwards, so that the first of equal colours wins.
    for (index, color) in palette.colors.enumerated().reversed() {
      table.set(color.hex, to: UInt32(index))
    }
    return table
  }
}
