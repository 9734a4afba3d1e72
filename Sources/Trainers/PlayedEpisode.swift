package import Rollouts

/// The result of a played episode.
package struct PlayedEpisode<State: Sendable>: Sendable {
  package var total = 0.0
  package var length = 0
  package var ending = Ending.truncated
  /// The state that it ended in.
  package var last: State
}

extension ObservableWorld {
  /// Plays one episode, with actions chosen by a closure that sees the state, and records it into a
  /// sink. It begins at the world's start, or where an earlier episode ended.
  func play<Sink: TransitionSink & ~Copyable>(
    episode: Int, from start: State?, generator: Generator, stepLimit: Int, into sink: inout Sink,
    _ choose: (State) -> Action
  ) throws -> PlayedEpisode<State> {
    var state = start ?? self.start(generator.draws(for: .start, episode: episode, t: 0))
    var result = PlayedEpisode(last: state)
    var bytes = state.bytes
    while result.length < stepLimit {
      let action = choose(state)
      let outcome = step(
        state, action, generator.draws(for: .world, episode: episode, t: result.length))
      result.length += 1
      result.ending =
        outcome.ending == .running && result.length == stepLimit ? .truncated : outcome.ending
      result.total += outcome.reward
      let next = outcome.next.bytes
      try sink.record(
        Transition(
          episode: episode, state: .bytes(bytes), action: action.recorded, reward: outcome.reward,
          next: .bytes(next), ending: result.ending))
      (state, bytes, result.last) = (outcome.next, next, outcome.next)
      if result.ending != .running { break }
    }
    return result
  }
}
