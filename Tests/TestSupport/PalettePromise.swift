import Film
package import Raster
package import Testing

/// Expects a film's one palette to be as close to what is drawn as promised, and exact if every
/// frame is looked at and 256 colours are enough.
package func expectPaletteKeepsItsPromise(
  _ film: inout some FrameSource, every stride: Int = 1, _ comment: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let palette = try Palette.sampling(&film, samples: film.frameCount)
  let canvas = try Canvas(width: film.width, height: film.height)
  var colors: Set<UInt32> = []
  for frame in Swift.stride(from: 0, to: film.frameCount, by: stride) {
    try film.draw(frame, onto: canvas)
    canvas.withPixels { for word in $0 { colors.insert(word & 0xFF_FFFF) } }
  }
  let worst = colors.map { palette.nearest(to: Color($0)).error }.max()
  let bound = stride == 1 && colors.count <= 256 ? 0 : Palette.promisedError
  #expect(
    try #require(worst) <= bound, "\(comment): \(colors.count) colours",
    sourceLocation: sourceLocation)
}
