package import Experiments
import Recordings
import Replay
import Rollouts

/// What a network attended to in each state before it decided.
package struct AttentionOverlay {
  /// The kind of overlay.
  package struct Options: Sendable {
    /// One head; nil for the mean of all.
    package var head: Int?
    /// The network's checkpoint.
    package var moment: RecordedMoment

    /// An overlay with the network of a moment.
    package init(head: Int? = nil, moment: RecordedMoment = .end) {
      (self.head, self.moment) = (head, moment)
    }
  }

  /// The meaning of the colours, for a line above the picture.
  let title: String
  /// The attention to each place of a recorded state, as shares of the greatest.
  let heat: FilmRequest.Heat

  init(
    _ options: Options, of recording: Recording, _ plan: TrainingPlan, in world: any World
  ) throws {
    guard case .attention(let make) = plan.settings.insight,
      let attention = try make(plan.settings.checkpoint(of: recording, at: options.moment), world)
    else {
      throw RunError.run("\(recording.path) has no policy that reads letters", .trainLetterPolicy)
    }
    if let head = options.head, !(1...attention.heads).contains(head) {
      throw RunError.request("the policy has \(attention.heads) heads, and no head \(head)")
    }
    let (head, heads) = (options.head, attention.heads)
    title =
      "where the policy looked: "
      + (head.map { "head \($0) of \(heads)" } ?? "the mean of \(heads) heads")
    heat = { state in
      let shares = attention.shares(of: state)
      let places = shares.first?.indices ?? 0..<0
      let heat =
        head.map { shares.isEmpty ? [] : shares[$0 - 1] }
        ?? places.map { place in shares.reduce(0) { $0 + $1[place] } / Float(shares.count) }
      let warmest = max(heat.max() ?? 0, .leastNormalMagnitude)
      return heat.map { $0 / warmest }
    }
  }
}
