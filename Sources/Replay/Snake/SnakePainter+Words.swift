import Raster
import Rollouts
import Worlds

extension SnakePainter {
  /// What the strip has room for.
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

  /// One frame's words, a column each.
  func facts(of scene: SnakeScene) -> [FactStrip.Fact] {
    [
      .init(world), .init(String(scene.episode)), .init("\(scene.t)/\(scene.steps)"),
      .init(String(scene.state.score)), .init(String(scene.state.length)),
      .init(
        NumberText.trimmed(scene.totalReturn, decimals: 1),
        note: scene.reward.flatMap { $0 == 0 ? nil : NumberText.signed($0, decimals: 1) } ?? ""),
      .init(scene.action.map { Caption.name(Snake.actions[$0]) } ?? "–"),
    ]
  }

  /// How a game ended, in words.
  static func ending(of scene: SnakeScene) -> (text: String, tone: Caption.Tone)? {
    switch scene.ending {
    case .running: nil
    case .truncated: ("time limit", .neutral)
    case .interrupted: ("interrupted", .neutral)
    case .terminated:
      switch scene.state.end {
      case .none: ("ended", .neutral)
      case .wall: ("hit the wall", .bad)
      case .body: ("bit itself", .bad)
      case .patience: ("too slow", .bad)
      case .full: ("board full", .good)
      }
    }
  }
}
