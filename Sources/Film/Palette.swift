package import Raster

/// The colours of a film: at most 256, the same for every frame.
package struct Palette: Hashable, Sendable {
  /// The colours; a pixel is the index of one of them.
  package let colors: [Color]

  /// A palette of 1 to 256 colours.
  package init(_ colors: [Color]) {
    precondition((1...256).contains(colors.count), "a palette has 1 to 256 colours")
    self.colors = colors
  }

  /// The fewest bits (1, 2, 4 or 8) that number all colours.
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

  /// The index of the colour nearest to another, and the error of its worst channel.
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

  /// Breaks ties between candidates whose worst channels have the same error.
  private static func squaredDistance(_ first: Color, _ second: Color) -> Int {
    let red = Int(first.red) - Int(second.red)
    let green = Int(first.green) - Int(second.green)
    let blue = Int(first.blue) - Int(second.blue)
    return red * red + green * green + blue * blue
  }
}
