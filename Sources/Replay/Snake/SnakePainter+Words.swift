import Raster
import Rollouts
import Worlds

extension SnakePainter {
  /// The columns that the strip can show.
  static func columns(_ facts: CaptionFacts) -> [FactStrip.Column] {
    let steps = String(facts.mostSteps)
    return [
      .init(label: facts.trainer, widest: facts.world, rank: 6),
      .init(label: "episode", widest: String(facts.lastEpisode), rank: 4, mark: "#"),
      .init(label: "step", widest: "\(steps)/\(steps)", rank: 1, mark: ""),
      .init(label: "score", widest: "000", rank: 0, mark: "★ "),
      .init(label: "length", widest: "000", rank: 5),
      .init(label: "return", widest: "−000", widestNote: "+00", rank: 2),
      .init(label: "action", widest: "↑ straight", rank: 3, mark: ""),
    ]
  }

  /// One frame's texts, one per column.
  func facts(of scene: SnakeScene) -> [FactStrip.Fact] {
    [
      .init(world), .init(String(scene.episode)), .init(scene.progress),
      .init(String(scene.state.score)), .init(String(scene.state.length)),
      scene.returnFact,
      .init(scene.name(among: Snake.actions)),
    ]
  }

  /// How a game ended, as text.
  static func word(for end: SnakeEnd) -> EndingWord {
    switch end {
    case .none: .ended
    case .wall: EndingWord("hit the wall", .bad)
    case .body: EndingWord("bit itself", .bad)
    case .patience: EndingWord("too slow", .bad)
    case .full: EndingWord("board full", .good)
    }
  }
}
