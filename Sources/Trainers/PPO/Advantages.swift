package import Rollouts

/// How much better steps were than expected: generalized advantage estimation (Schulman and others,
/// https://arxiv.org/abs/1506.02438).
package enum Advantages {
  /// Estimates the advantage of each step of worlds played side by side, and the return that its value
  /// should have been. All is in the order step 0 of each world, step 1 of each world, …
  ///
  /// A running step's future is worth the value of the next one, at the rollout's end `last` of its
  /// world; a truncated one's what `cutOff` says of the state that was never acted in; a terminated
  /// one has none.
  package static func estimate(
    rewards: [Float], values: [Float], endings: [Ending], cutOff: [Float], last: [Float],
    gamma: Double, lambda: Double, rewardScale: Double = 1, rows count: Int,
    into advantages: inout [Float], returns: inout [Float]
  ) {
    let worlds = last.count
    precondition(worlds > 0 && count % worlds == 0, "every world takes every step")
    precondition(
      count <= min(rewards.count, values.count, endings.count, cutOff.count)
        && count <= min(advantages.count, returns.count), "a place for every step")
    for world in 0..<worlds {
      var (ahead, next) = (0.0, Double(last[world]))
      var row = count - worlds + world
      while row >= 0 {
        switch endings[row] {
        case .terminated: (ahead, next) = (0, 0)
        case .truncated: (ahead, next) = (0, Double(cutOff[row]))
        case .running, .interrupted: break
        }
        let value = Double(values[row])
        let surprise = Double(rewards[row]) * rewardScale + gamma * next - value
        ahead = surprise + gamma * lambda * ahead
        advantages[row] = Float(ahead)
        returns[row] = Float(ahead + value)
        next = value
        row -= worlds
      }
    }
  }
}
