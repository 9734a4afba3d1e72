/// An episode's outcome: enough for a curve.
package struct EpisodeOutcome: Hashable, Sendable {
  /// Its number in the run.
  package var number: Int
  /// How many steps the run had when the episode ended.
  package var stepsDone: Int
  /// How many seconds the run had taken when it ended; 0 where unknown.
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
