import Raster
package import Rollouts

/// The texts of the strip below a picture.
package struct Caption: Hashable, Sendable {
  /// The episode's number.
  package var episode: String
  /// The steps so far, and their total.
  package var step: String
  /// The return so far.
  package var totalReturn: String
  /// The last reward, with its sign; empty if there was none.
  package var reward: String
  /// The chosen action; a dash in the first frame.
  package var action: String
  /// The executed action, if the agent slipped; else nil.
  package var slip: String?
  /// The ending of the episode; nil while it runs.
  package var ending: EndingWord?

  /// The text of a frame.
  package init<State, Action, Details>(
    _ scene: Scene<State, Action, Details>, action: String?, slip: String? = nil,
    ending: EndingWord?
  ) {
    episode = String(scene.episode)
    step = scene.progress
    totalReturn = NumberText.trimmed(scene.totalReturn, decimals: 2)
    reward = scene.rewardNote(decimals: 2)
    self.action = action ?? "–"
    self.slip = slip
    self.ending = ending
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
}

extension Scene {
  /// The steps so far and their total, as text.
  var progress: String { "\(t)/\(steps)" }

  /// The last reward with its sign; empty if there was none.
  func rewardNote(decimals: Int) -> String {
    reward.flatMap { $0 == 0 ? nil : NumberText.signed($0, decimals: decimals) } ?? ""
  }
}
