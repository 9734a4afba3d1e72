package import Raster
import Recordings
package import Rollouts

/// An episode that is drawn while it is played: it knows what has happened so far, and not what will come.
///
/// A step costs the same however long the episode is. Pictures without a strip equal those of a film of the
/// same episode.
package protocol LiveStage {
  /// Pixels from left to right.
  var width: Int { get }
  /// Pixels from top to bottom.
  var height: Int { get }
  /// Begins an episode.
  mutating func begin(_ episode: Int, in state: Value) throws
  /// Advances by a step.
  mutating func advance(by transition: Transition) throws
  /// Draws the present scene over a canvas of this size; nothing before the first episode.
  func draw(onto canvas: Canvas)
  /// The world's coordinates of a pixel, as its `PointedWorld` uses them; nil if places mean nothing.
  func place(at point: Point) -> SIMD2<Double>?
}

/// The stage of a world's painter.
struct PaintedStage<Scenes: SceneBuilder, Drawing: Painter>: LiveStage
where Scenes.Scene == Drawing.Scene {
  let scenes: Scenes
  let painter: Drawing
  private var scene: Scenes.Scene?

  init(_ scenes: Scenes, _ painter: Drawing) { (self.scenes, self.painter) = (scenes, painter) }

  var width: Int { painter.width }
  var height: Int { painter.height }

  mutating func begin(_ episode: Int, in state: Value) throws {
    let episode = Episode(
      number: episode, seed: nil, firstStep: 0, stride: 1, steps: 0, return: 0, ending: .running)
    scene = try scenes.first(of: episode, in: state)
  }

  mutating func advance(by transition: Transition) throws {
    guard var next = scene.take() else { return }
    try scenes.advance(&next, by: transition)
    // The total is the number of steps so far.
    next.steps = next.t
    scene = next
  }

  func draw(onto canvas: Canvas) {
    if let scene { painter.draw(scene, onto: canvas) }
  }

  func place(at point: Point) -> SIMD2<Double>? {
    scene.flatMap { painter.place(at: point, in: $0) }
  }
}

/// A run without any recorded episodes.
struct NoEpisodes: EpisodeSource {
  func forEachEpisodes(_ body: ([Episode]) throws -> Void) {}
  func transitions(of episode: Episode) -> () throws -> Transition? { { nil } }
}
