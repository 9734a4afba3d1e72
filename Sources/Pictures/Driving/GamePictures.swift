package import Experiments
import Film
package import Raster
package import Replay
import Rollouts

/// The pictures of a game in progress, each drawn on request and not kept.
package struct GamePictures {
  /// The options for drawing.
  package let options: PictureOptions
  private var stage: any LiveStage
  private var pictures: LivePictures
  /// The episode on the stage, and how many of its steps.
  private var shown: (episode: Int, steps: Int)?

  /// The pictures of a game; without a size they have the usual size of its world. They have no caption strip:
  /// the page shows those facts beside the picture.
  package init(
    of game: DrivenGame, size: Int? = nil, options: PictureOptions = PictureOptions(),
    by tables: PictureTables = .builtIn
  ) throws {
    var options = options
    options.showsCaption = false
    let entry = try tables.painters.entry(for: game.world, options)
    options.size = size ?? entry.usualSize
    self.options = options
    stage = try entry.stage(of: game.world, run: game.run, options)
    pictures = try LivePictures(width: stage.width, height: stage.height)
  }

  /// Pixels from left to right.
  package var width: Int { stage.width }
  /// Pixels from top to bottom.
  package var height: Int { stage.height }

  /// Draws the current state, on a canvas that the next picture is drawn over.
  package mutating func draw(_ game: DrivenGame) throws -> Canvas {
    try follow(game)
    stage.draw(onto: pictures.canvas)
    return pictures.canvas
  }

  /// The current state, as a PNG file.
  package mutating func png(_ game: DrivenGame) throws -> [UInt8] {
    _ = try draw(game)
    return pictures.png()
  }

  /// The world's coordinates of a point in the shown picture; nil if places mean nothing. Points are
  /// in pixels from the left and from the top.
  package func place(x: Double, y: Double) -> SIMD2<Double>? {
    guard x.isFinite, y.isFinite else { return nil }
    return stage.place(at: Point(x, y))
  }

  /// Brings the stage up to date with the game.
  private mutating func follow(_ game: DrivenGame) throws {
    let episode = game.episode.number
    var steps = shown.flatMap { $0.episode == episode ? $0.steps : nil }
    // Cleared first, because the stage is unknown if something fails.
    shown = nil
    if steps == nil {
      try stage.begin(episode, in: game.first)
      steps = 0
    }
    for transition in game.steps.dropFirst(steps ?? 0) { try stage.advance(by: transition) }
    shown = (episode, game.steps.count)
  }
}
