/// A picture that can draw itself as pixels or as vectors.
package protocol Drawing {
  /// Pixels from left to right.
  var width: Int { get }
  /// Pixels from top to bottom.
  var height: Int { get }
  /// Its colours.
  var theme: Theme { get }

  /// Draws on a canvas of its size, which already has the theme's background.
  func draw(onto canvas: Canvas)
}

extension Drawing {
  /// The picture as pixels.
  package func canvas() throws(CanvasError) -> Canvas {
    let canvas = try Canvas(width: width, height: height, background: theme.background)
    draw(onto: canvas)
    return canvas
  }

  /// The picture as an SVG document.
  package func svg() throws(CanvasError) -> [UInt8] {
    let canvas = try Canvas(svgWidth: width, height: height)
    canvas.clear(theme.background)
    draw(onto: canvas)
    return try canvas.finishedSVG()
  }
}
