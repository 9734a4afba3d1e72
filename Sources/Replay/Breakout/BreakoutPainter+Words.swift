import Raster
import Rollouts
import Worlds

extension BreakoutPainter {
  /// The columns that the strip can show.
  static func columns(_ facts: CaptionFacts, _ world: Breakout) -> [FactStrip.Column] {
    let steps = String(facts.mostSteps)
    return [
      .init(label: facts.trainer, widest: facts.world, rank: 6),
      .init(label: "episode", widest: String(facts.lastEpisode), rank: 5, mark: "#"),
      .init(label: "step", widest: "\(steps)/\(steps)", rank: 1, mark: ""),
      .init(label: "balls", widest: balls(0, of: world.rules.lives), rank: 3),
      .init(label: "bricks", widest: String(world.board.brickCount), rank: 4),
      .init(label: "return", widest: "000", widestNote: "+00", rank: 0, mark: "★ "),
      .init(label: "action", widest: "→ right", rank: 2, mark: ""),
    ]
  }

  /// One frame's texts, one per column.
  func facts(of scene: BreakoutScene) -> [FactStrip.Fact] {
    [
      .init(facts.world), .init(String(scene.episode)), .init(scene.progress),
      .init(Self.balls(Int(scene.state.lives), of: world.rules.lives)),
      .init(String(scene.state.brickCount)),
      scene.returnFact,
      .init(scene.name(among: Breakout.actions)),
    ]
  }

  /// A dot for each ball left and a ring for each one lost, if they are few.
  private static func balls(_ lives: Int, of most: Int) -> String {
    if most > 6 { return "\(lives)/\(most)" }
    return String(repeating: "●", count: min(lives, most))
      + String(repeating: "○", count: max(0, most - lives))
  }

  /// How a game ended, as text.
  static func ending(of scene: BreakoutScene) -> EndingWord? {
    scene.ending.word(
      terminated: scene.state.bricks == 0 ? .init("cleared", .good) : .init("game over", .bad))
  }
}
