package import Rollouts
package import Worlds

/// All that one frame of Breakout shows.
package struct BreakoutScene: Sendable, Equatable {
  /// A place on the board that something happened at, and how many steps ago.
  package struct Mark: Sendable, Equatable {
    /// The column.
    package var x: Int
    /// The row.
    package var y: Int
    /// 0 in the frame of the event itself.
    package var age: Int

    /// A mark.
    package init(x: Int, y: Int, age: Int) {
      self.x = x
      self.y = y
      self.age = age
    }
  }

  /// The episode's number in the run.
  package var episode: Int
  /// How many steps led here; 0 in the first frame.
  package var t: Int
  /// How many steps the episode has.
  package var steps: Int
  /// Ball, paddle and bricks.
  package var state: BreakoutState
  /// The last action; nil in the first frame.
  package var action: Int?
  /// The last reward; nil in the first frame.
  package var reward: Double?
  /// The rewards so far, summed.
  package var totalReturn: Double
  /// How the episode stands.
  package var ending: Ending
  /// Where the ball in play was in the last steps, the newest first.
  package var trail: [Mark] = []
  /// The bricks' first columns and rows that went in the last steps.
  package var broken: [Mark] = []
  /// Where the last ball went down, if that was not long ago.
  package var lost: Mark?
  /// How warm each character is, from 0 to 1: in the order of the text, of the cells row by row, of
  /// the patches or of their characters; empty for no overlay.
  package var heat: [Float] = []

  /// A scene; one of an episode's beginning unless told otherwise.
  package init(
    episode: Int, t: Int = 0, steps: Int, state: BreakoutState, action: Int? = nil,
    reward: Double? = nil, totalReturn: Double = 0, ending: Ending = .running
  ) {
    self.episode = episode
    self.t = t
    self.steps = steps
    self.state = state
    self.action = action
    self.reward = reward
    self.totalReturn = totalReturn
    self.ending = ending
  }
}
