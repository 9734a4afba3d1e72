package import Rollouts

/// A condition on an episode in the form that people type: `return > 0 and steps < 20`.
///
/// Conditions compare numbers (`return`, `steps`, `episode`, `step`) and endings, with `and`, `or`,
/// `not` and parentheses; `success` is a condition by itself. They are evaluated here, and no part
/// of them ever reaches the database.
package indirect enum EpisodeCondition: Sendable, Equatable {
  case compare(Number, Comparison, Number)
  case ending(Comparison, Ending)
  case success
  case not(EpisodeCondition)
  case and(EpisodeCondition, EpisodeCondition)
  case or(EpisodeCondition, EpisodeCondition)

  /// A number of an episode, or a literal.
  package enum Number: Sendable, Equatable {
    case field(Field)
    case literal(Double)
  }

  /// A number that every episode has.
  package enum Field: String, Sendable, CaseIterable {
    /// The sum of its rewards.
    case `return`
    /// How many steps it has.
    case steps
    /// Its number in the run.
    case episode
    /// The run's step at which it begins.
    case step
  }

  /// A comparison operator.
  package enum Comparison: String, Sendable, CaseIterable {
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case unequal = "!="
    case equal = "="
    case less = "<"
    case greater = ">"
  }

  /// Every word that a condition may use.
  package static let vocabulary =
    Field.allCases.map(\.rawValue) + ["ending", "success"]

  /// Whether the result depends on what counts as a success.
  package var asksForSuccess: Bool {
    switch self {
    case .success: true
    case .compare, .ending: false
    case .not(let condition): condition.asksForSuccess
    case .and(let first, let second), .or(let first, let second):
      first.asksForSuccess || second.asksForSuccess
    }
  }

  /// Whether the condition holds for an episode, which was a success or not.
  package func isTrue(of episode: Episode, success: Bool) -> Bool {
    switch self {
    case .compare(let first, let comparison, let second):
      comparison.holds(first.value(in: episode), second.value(in: episode))
    case .ending(let comparison, let ending):
      (episode.ending == ending) == (comparison == .equal)
    case .success: success
    case .not(let condition): !condition.isTrue(of: episode, success: success)
    case .and(let first, let second):
      first.isTrue(of: episode, success: success) && second.isTrue(of: episode, success: success)
    case .or(let first, let second):
      first.isTrue(of: episode, success: success) || second.isTrue(of: episode, success: success)
    }
  }
}

extension EpisodeCondition.Number {
  func value(in episode: Episode) -> Double {
    switch self {
    case .literal(let number): number
    case .field(.return): episode.return
    case .field(.steps): Double(episode.steps)
    case .field(.episode): Double(episode.number)
    case .field(.step): Double(episode.firstStep)
    }
  }
}

extension EpisodeCondition.Comparison {
  func holds(_ first: Double, _ second: Double) -> Bool {
    switch self {
    case .lessOrEqual: first <= second
    case .greaterOrEqual: first >= second
    case .unequal: first != second
    case .equal: first == second
    case .less: first < second
    case .greater: first > second
    }
  }
}
