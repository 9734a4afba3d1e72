import Raster
package import Rollouts
package import Worlds

/// What the strip below a picture says, as text.
package struct Caption: Hashable, Sendable {
  /// How an episode's end is to be taken.
  package enum Tone: Hashable, Sendable { case good, bad, neutral }

  /// The episode's number.
  package var episode: String
  /// The steps so far, of how many.
  package var step: String
  /// The return so far.
  package var totalReturn: String
  /// The last reward, with its sign; empty where there was none.
  package var reward: String
  /// The action taken; a dash in the first frame.
  package var action: String
  /// What was executed in its place; nil where nothing slipped.
  package var slip: String?
  /// How the episode ended; nil while it runs.
  package var ending: String?
  /// How that is to be taken.
  package var tone: Tone

  /// The text of a frame.
  package init(
    episode: Int, t: Int, steps: Int, totalReturn: Double, reward: Double?, action: String? = nil,
    slip: String? = nil, ending: String? = nil, tone: Tone = .neutral
  ) {
    self.episode = String(episode)
    step = "\(t)/\(steps)"
    self.totalReturn = NumberText.trimmed(totalReturn, decimals: 2)
    self.reward = reward.flatMap { $0 == 0 ? nil : NumberText.signed($0, decimals: 2) } ?? ""
    self.action = action ?? "–"
    self.slip = slip
    self.ending = ending
    self.tone = tone
  }
}

extension Caption {
  /// The text below a grid world's scene.
  package init(_ scene: GridScene, on map: GridMap) {
    let actions = map.kind.actions
    let (ending, tone) = Self.ending(of: scene, on: map)
    self.init(
      episode: scene.episode, t: scene.t, steps: scene.steps, totalReturn: scene.totalReturn,
      reward: scene.last?.reward, action: scene.last.map { Self.name(actions[$0.action]) },
      slip: scene.last.flatMap { $0.slipped ? "slipped " + Self.name(actions[$0.executed]) : nil },
      ending: ending, tone: tone)
  }

  /// An action's arrow and name.
  package static func name(_ action: ActionMeaning) -> String {
    let arrow =
      switch (action.dx, action.dy) {
      case (1, 0): "→ "
      case (-1, 0): "← "
      case (0, 1): "↓ "
      case (0, -1): "↑ "
      default: ""
      }
    return arrow + action.name
  }

  /// Every ending that a map's episodes can have, so that room is kept for it.
  static func endings(on map: GridMap) -> [String] {
    let endings = map.cells.compactMap { cell -> String? in
      switch cell {
      case .goal: "goal reached"
      case .hole: "fell in"
      case .exit(let value): exitText(value)
      case .floor, .wall: nil
      }
    }
    return Array(Set(endings)) + ["time limit"]
  }

  private static func exitText(_ value: Double) -> String {
    "exit " + NumberText.signed(value, decimals: 2)
  }

  private static func ending(of scene: GridScene, on map: GridMap) -> (String?, Tone) {
    switch scene.ending {
    case .running: return (nil, .neutral)
    case .truncated: return ("time limit", .neutral)
    case .interrupted: return ("interrupted", .neutral)
    case .terminated:
      switch map.cell(of: scene.state) {
      case .goal: return ("goal reached", .good)
      case .hole: return ("fell in", .bad)
      case .exit(let value):
        return (exitText(value), value < 0 ? .bad : .good)
      case .floor, .wall: return ("ended", .neutral)
      }
    }
  }
}
