/// A step of a recording that is worth looking at, and why. docs/moments.md defines every kind.
package struct Moment: Sendable, Equatable {
  /// The kind of moment; a recording has at most one of each.
  package enum Kind: String, Sendable, CaseIterable {
    case firstSuccess = "first_success"
    case bestEpisode = "best_episode"
    case worstEpisode = "worst_episode"
    case longestEpisode = "longest_episode"
    /// In the returns, averaged over several episodes.
    case plateauEnded = "plateau_ended"
    case collapse
    /// A truncated episode that repeats itself until its end.
    case episodeLoop = "episode_loop"
    /// In the updates of tables.
    case largestTDError = "largest_td_error"
    case largestValueDrop = "largest_value_drop"
    case greedyPathChanged = "greedy_path_changed"
    case greedyLoop = "greedy_loop"
    /// In the metrics of networks.
    case largestTDLoss = "largest_td_loss"
    case largestQValuesDrop = "largest_q_values_drop"

    /// Whether it is about a whole episode, not about what was learned at a single step.
    package var isOfEpisode: Bool {
      switch self {
      case .firstSuccess, .bestEpisode, .worstEpisode, .longestEpisode, .plateauEnded, .collapse,
        .episodeLoop:
        true
      case .largestTDError, .largestValueDrop, .greedyPathChanged, .greedyLoop, .largestTDLoss,
        .largestQValuesDrop:
        false
      }
    }
  }

  package var kind: Kind
  /// The step, counted from 0 over the whole run.
  package var step: Int
  /// The step's episode, and its index in it.
  package var episode: Int
  package var t: Int
  /// The number that makes it worth looking at: a return, a number of steps or an error, depending on the kind.
  package var value: Double
  /// What happened, in one sentence.
  package var sentence: String
  /// Whether the steps of its episode are recorded, so that it can be shown; a thinned copy lacks some.
  package var isRecorded = true
}
