/// How an episode went: enough for a curve.
package struct EpisodeOutcome: Hashable, Sendable {
  /// Its number in the run.
  package var number: Int
  /// The steps of the run when it ended.
  package var stepsDone: Int
  /// The seconds of the run when it ended; 0 where nobody measured.
  package var seconds: Double
  /// The sum of its rewards.
  package var totalReturn: Double

  /// An episode's outcome.
  package init(number: Int, stepsDone: Int, seconds: Double = 0, totalReturn: Double) {
    self.number = number
    self.stepsDone = stepsDone
    self.seconds = seconds
    self.totalReturn = totalReturn
  }
}
