import Glibc
import Raster

/// Maps drawn pixels to palette indices, with a cache.
///
/// Its palette may grow: a colour that is not close to any in it is added while there is space.
/// Existing indices do not change.
struct PaletteMapper {
  /// The colours so far.
  private(set) var palette: Palette
  /// How many colours there may be.
  let limit: Int
  /// The greatest error so far of any channel of any pixel.
  private(set) var greatestError = 0
  private var table: ColorTable

  /// A larger cache would not stay in the processor's caches.
  private static var capacity: Int { 1 << 16 }
  /// Pixels are compared in pieces of this length, since moving things are seldom as wide as a row.
  private static var pieceLength: Int { 64 }

  /// A mapper whose palette may grow to `limit` colours; by default it does not grow.
  init(_ palette: Palette, limit: Int = 0) {
    self.palette = palette
    self.limit = max(limit, palette.colors.count)
    self.table = Self.exactTable(of: palette)
  }

  /// Computes a picture's palette indices, looking only at changes from the previous one.
  mutating func map(_ picture: Picture, after previous: Picture?) {
    let numbers = unsafe picture.numbers
    unsafe picture.canvas.withPixels { pixels in
      guard let pixels = pixels.baseAddress, let target = numbers.baseAddress else { return }
      guard let previous, let known = unsafe previous.numbers.baseAddress else {
        unsafe map(pixels, count: numbers.count, into: target)
        return
      }
      unsafe memcpy(target, known, numbers.count)
      unsafe previous.canvas.withPixels { before in
        guard let before = before.baseAddress else { return }
        var start = 0
        while start < numbers.count {
          let count = min(Self.pieceLength, numbers.count - start)
          if unsafe memcmp(pixels + start, before + start, count * 4) != 0 {
            unsafe map(pixels + start, count: count, into: target + start)
          }
          start += count
        }
      }
    }
    picture.palette = palette
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

  /// The palette index for one pixel's colour.
  private mutating func index(of word: UInt32) -> UInt8 {
    let color = word & 0xFF_FFFF
    if let known = table.value(of: color) { return UInt8(truncatingIfNeeded: known) }
    var (index, error) = palette.nearest(to: Color(color))
    if error > Palette.promisedError, palette.colors.count < limit {
      (index, error) = (palette.colors.count, 0)
      palette = Palette(palette.colors + [Color(color)])
    }
    greatestError = max(greatestError, error)
    if table.count >= Self.capacity { table = Self.exactTable(of: palette) }
    table.set(color, to: UInt32(index))
    return UInt8(index)
  }

  private static func exactTable(of palette: Palette) -> ColorTable {
    var table = ColorTable()
    // In reverse, so that the first of equal colours wins.
    for (index, color) in palette.colors.enumerated().reversed() {
      table.set(color.hex, to: UInt32(index))
    }
    return table
  }
}

/// A frame in progress: as it was drawn, and as palette indices.
///
/// A pipeline's slots decide whose turn it is: first the drawing thread writes it, then all threads
/// only read it.
@safe
final class Picture: @unchecked Sendable {
  let canvas: Canvas
  /// The palette index of each pixel, row by row; empty where none are needed.
  let numbers: UnsafeMutableBufferPointer<UInt8>
  /// The palette, as far as it had grown by this frame.
  var palette = Palette([Color(0)])

  init(_ canvas: Canvas, hasNumbers: Bool = true) {
    self.canvas = canvas
    unsafe numbers = .allocate(capacity: hasNumbers ? canvas.width * canvas.height : 0)
    unsafe numbers.initialize(repeating: 0)
  }

  deinit { unsafe numbers.deallocate() }
}
