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

  /// The fewest bits (1, 2, 4 or 8) that tell so many colours apart.
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

/// A picture whose pixels are numbers of palette colours.
package struct IndexedImage: Hashable, Sendable {
  /// Pixels from left to right.
  package let width: Int
  /// Pixels from top to bottom.
  package let height: Int
  /// The colours.
  package let palette: Palette
  /// Row after row, the number of each pixel's colour.
  package let pixels: [UInt8]

  /// A picture from its pixels.
  package init(width: Int, height: Int, palette: Palette, pixels: [UInt8]) {
    precondition(pixels.count == width * height, "a picture has width · height pixels")
    self.width = width
    self.height = height
    self.palette = palette
    self.pixels = pixels
  }

  /// What a canvas shows, each pixel in the nearest colour of a palette.
  package init(_ canvas: Canvas, palette: Palette) {
    var inker = Inker(palette)
    let count = canvas.width * canvas.height
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
      unsafe canvas.withPixels { source in
        guard let from = source.baseAddress, let to = room.baseAddress else { return }
        unsafe inker.map(from, count: count, into: to)
      }
      filled = count
    }
    self.init(width: canvas.width, height: canvas.height, palette: palette, pixels: pixels)
  }

  /// The picture as a canvas.
  package func canvas() throws(CanvasError) -> Canvas {
    let canvas = try Canvas(width: width, height: height)
    unsafe canvas.withMutablePixels { target in
      for (index, pixel) in pixels.enumerated() {
        unsafe target[index] = 0xFF00_0000 | palette.colors[Int(pixel)].hex
      }
    }
    return canvas
  }
}
