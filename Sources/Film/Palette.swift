package import Raster

/// The colours of a film: at most 256, the same for every frame.
package struct Palette: Hashable, Sendable {
  /// The colours; a pixel is the number of one of them.
  package let colors: [Color]

  /// A palette of 1 to 256 colours.
  package init(_ colors: [Color]) {
    precondition((1...256).contains(colors.count), "a palette has 1 to 256 colours")
    self.colors = colors
  }

  /// The fewest bits (1, 2, 4 or 8) that tell all colours apart.
  package var bitDepth: Int { Self.bitDepth(colors: colors.count) }

  /// The fewest bits (1, 2, 4 or 8) that number all colours.
  static func bitDepth(colors: Int) -> Int {
    switch colors {
    case ...2: 1
    case ...4: 2
    case ...16: 4
    default: 8
    }
  }

  /// The number of the colour that is nearest to another, and how far off its worst channel is.
  package func nearest(to color: Color) -> (index: Int, error: Int) {
    var best = (index: 0, error: Int.max)
    var bestSum = Int.max
    for (index, candidate) in colors.enumerated() {
      let error = candidate.distance(to: color)
      guard error <= best.error else { continue }
      let sum = Self.squaredDistance(candidate, color)
      if error < best.error || sum < bestSum {
        best = (index, error)
        bestSum = sum
      }
    }
    return best
  }

  /// Tells candidates apart whose worst channels are equally far off.
  private static func squaredDistance(_ first: Color, _ second: Color) -> Int {
    let red = Int(first.red) - Int(second.red)
    let green = Int(first.green) - Int(second.green)
    let blue = Int(first.blue) - Int(second.blue)
    return red * red + green * green + blue * blue
  }
}
