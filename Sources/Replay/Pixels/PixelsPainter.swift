package import Raster
import Recordings
package import Rollouts
import Worlds

/// The content of a frame besides its recorded picture: the recorded state and action.
package typealias PixelScene = Scene<Value, Value, NoDetails>

/// Turns the transitions of any episode into scenes.
package struct PixelScenes: SceneBuilder {
  package func state(_ value: Value) -> Value? { value }

  package func action(_ value: Value) -> Value? { value }
}

/// Draws an episode as its environment or its agent saw it: by its recorded pictures.
package struct PixelsPainter: Painter {
  private let theme: Theme
  private let layout: PixelsLayout
  private let strip: RecordedStrip
  private let pictures: PixelPictures
  /// Everything that does not move.
  package let background: Canvas

  /// A painter of pictures, which have a usual size.
  init(
    _ world: RecordedWorld, _ pictures: PixelPictures, size: (width: Int, height: Int),
    facts: CaptionFacts, options: PictureOptions
  ) throws(CanvasError) {
    self.pictures = pictures
    theme = options.theme
    layout = PixelsLayout(width: size.width, height: size.height, options: options)
    background = try Canvas(
      width: layout.frame.width, height: layout.frame.height, background: theme.background)
    strip = RecordedStrip(
      in: layout.frame.captionArea, of: world, facts, options, decimals: 2, endings: [.ended],
      measuring: background)
    let board = layout.frame.board
    background.fill(board, theme.floor)
    background.stroke(.rect(board.inset(by: -0.5)), theme.axis, width: 1)
    options.drawTitle(in: layout.frame.titleArea, onto: background)
    strip.drawStill(onto: background)
  }

  /// The background of pictures: their own colours are known only when they are drawn.
  package var declaredColors: [Color] {
    [theme.background, theme.text, theme.mutedText, theme.axis, theme.floor]
  }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: PixelScene, onto canvas: Canvas) {
    canvas.copy(background)
    switch pictures.picture(of: scene.episode, at: scene.t) {
    case .pixels(let picture):
      canvas.drawPixels(
        of: picture, in: layout.area(width: picture.width, height: picture.height))
    case .missing(let reason): drawGap(reason, onto: canvas)
    }
    strip.draw(scene, ending: scene.ending.word(), onto: canvas)
  }

  /// Writes the reason in place of a missing picture.
  private func drawGap(_ reason: String, onto canvas: Canvas) {
    let board = layout.frame.board
    let size = max(9, min(16, (board.width / 26).rounded()))
    guard board.width > 6 * size, board.height > 4 * size else { return }
    let (bold, plain) = (Font.sans(size, .bold), Font.sans((size * 0.85).rounded()))
    func write(_ text: String, _ font: Font, _ y: Double) {
      canvas.text(
        canvas.ellipsized(text, font, width: board.width - 2 * size),
        at: Point(board.center.x, y.rounded()), font, theme.mutedText, align: .center)
    }
    write("no picture", bold, board.center.y - size * 0.2)
    write(reason.sentence, plain, board.center.y + size * 1.2)
  }
}

extension PictureOptions.Look {
  /// The recorded pictures of episodes, of any world.
  package static let pixels = PictureOptions.Look(rawValue: "pixels")
}

extension PainterEntry {
  /// Episodes with recorded pixels, of any world.
  package static let pixels = PainterEntry("a recorded picture", looks: [.pixels]) {
    (world: RecordedWorld, context) in
    let request = context.request
    if let field = request.options.fields.first {
      throw PainterError.lacks("a recorded picture", "field", field, has: [])
    }
    // If no picture can be drawn, frames say so and have the most common shape.
    let size =
      PixelPictures.size(of: request.episodes, from: request.source) ?? (width: 400, height: 300)
    let painter = try PixelsPainter(
      world, PixelPictures(read: request.source.image), size: size, facts: context.facts,
      options: request.options)
    return (PixelScenes(), painter)
  }
}
