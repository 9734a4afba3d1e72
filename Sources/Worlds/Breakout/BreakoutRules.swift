package import Rollouts

/// What the learner sees of a game.
package enum BreakoutObservation: String, Sendable, CaseIterable {
  /// Ball, paddle and bricks as a few scaled numbers.
  case features
  /// The frame's text, as a sequence of character codes.
  case characters
  /// The frame's characters, grouped by small rectangles.
  case patches
}

/// The rules of Breakout that a user may change.
package struct BreakoutRules: Configuration, Equatable {
  /// Lines of the frame, including the border.
  package var rows = 24
  /// Characters in a line of the frame, including the border.
  package var columns = 80
  /// Rows of bricks; each has as many bricks as fit side by side.
  package var bricks = 7
  /// Free rows between the upper border and the bricks.
  package var gap = 4
  /// The width of the paddle in characters.
  package var paddle = 7
  /// How many balls there are.
  package var lives = 5
  /// The reward of a brick.
  package var brickReward = 10.0
  /// The extra reward of the last brick.
  package var boardReward = 50.0
  /// The reward of losing a ball.
  package var lossReward = 0.0
  /// What the learner sees.
  package var observation = BreakoutObservation.features
  /// Lines of a patch.
  package var patchRows = 4
  /// Characters in a line of a patch.
  package var patchColumns = 8
  /// Whether a learner that sees characters also sees the ball's previous position, as `o`: the
  /// published text does not show where the ball is going.
  package var trail = false
  /// After how many steps a game is truncated, since a player that never misses may play for ever.
  package var stepLimit = 5000

  /// Breakout by its published rules.
  package init() {}

  /// Every rule by name.
  package static let settings: [Setting<Self>] = [
    .count("rows", \.rows, in: 8...24, "lines of the frame, including the border"),
    .count("columns", \.columns, in: 14...80, "characters in a line, including the border"),
    .count("bricks", \.bricks, in: 1...9, "rows of bricks"),
    .count("gap", \.gap, in: 0...9, "free rows above the bricks"),
    .count("paddle", \.paddle, in: 3...11, "width of the paddle in characters"),
    .count("lives", \.lives, in: 1...99, "balls"),
    .number("brick_reward", \.brickReward, in: -1e6...1e6, "reward of a brick"),
    .number("board_reward", \.boardReward, in: -1e6...1e6, "extra reward of the last brick"),
    .number("loss_reward", \.lossReward, in: -1e6...1e6, "reward of losing a ball"),
    .choice("observation", \.observation, "what the learner sees"),
    .count("patch_rows", \.patchRows, in: 1...24, "lines of a patch"),
    .count("patch_columns", \.patchColumns, in: 1...80, "characters in a line of a patch"),
    .flag("trail", \.trail, "show learners of characters where the ball comes from"),
    .count("step_limit", \.stepLimit, in: 1...1_000_000_000, "steps until truncation"),
  ]
}
