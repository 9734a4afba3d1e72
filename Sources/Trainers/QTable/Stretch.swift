import Rollouts

/// A stretch of a run that is played without calling the sink or the clock, because those calls
/// would take longer than a step.
struct Stretch: ~Copyable {
  /// As many steps as fit in the L1 cache.
  private static let capacity = 512
  private let steps = UnsafeMutableBufferPointer<DiscreteStep>.allocate(capacity: capacity)
  /// The episodes, each with the index after its last step.
  private let episodes = UnsafeMutableBufferPointer<(QTableEpisode, end: Int)>.allocate(
    capacity: capacity)
  private let dynamics: Dynamics
  private let generator: Generator
  private let stepLimit: Int

  init(_ dynamics: Dynamics, _ generator: Generator, _ stepLimit: Int) {
    (self.dynamics, self.generator, self.stepLimit) = (dynamics, generator, stepLimit)
  }

  deinit {
    steps.deallocate()
    episodes.deallocate()
  }

  /// The steps of one episode after another; only the last episode may continue. Valid until the
  /// next stretch.
  struct Parts: IteratorProtocol {
    fileprivate let steps: UnsafeMutableBufferPointer<DiscreteStep>
    fileprivate let episodes: UnsafeMutableBufferPointer<(QTableEpisode, end: Int)>
    fileprivate let count: Int
    private var index = 0
    private var start = 0

    fileprivate init(_ stretch: borrowing Stretch, count: Int) {
      (steps, episodes, self.count) = (stretch.steps, stretch.episodes, count)
    }

    mutating func next() -> (episode: QTableEpisode, steps: UnsafeBufferPointer<DiscreteStep>)? {
      guard index < count else { return nil }
      let (episode, end) = episodes[index]
      defer { (index, start) = (index + 1, end) }
      return (episode, UnsafeBufferPointer(rebasing: steps[start..<end]))
    }
  }

  /// Plays on, learning from every step: at least one step and one episode, and at most the given
  /// numbers.
  func play(
    _ open: QTableEpisode, _ agent: borrowing QLearningAgent, steps mostSteps: Int,
    episodes mostEpisodes: Int
  ) -> Parts {
    let count = dynamics.withOutcomes {
      learn(
        open, agent.lent(), $0, min(mostSteps, Self.capacity), min(mostEpisodes, Self.capacity))
    }
    return Parts(self, count: count)
  }

  @inline(never)
  private func learn(
    _ open: QTableEpisode, _ agent: consuming QLearningAgent,
    _ outcomes: UnsafeBufferPointer<Dynamics.Outcome>, _ mostSteps: Int, _ mostEpisodes: Int
  ) -> Int {
    let (actions, stepLimit) = (dynamics.actions, stepLimit)
    var episode = open
    var coins = EpisodeWords(generator, .policy, episode: episode.number)
    var slips = EpisodeWords(generator, .world, episode: episode.number)
    var (place, count) = (0, 0)
    while place < mostSteps {
      let state = episode.state
      let draws = generator.draws(for: .policy, episode: episode.number, t: episode.t)
      let action = agent.getAction(state, coins.word(episode.t), draws)
      let move = dynamics.executed(action, slips.word(episode.t))
      let outcome = outcomes[state &* actions &+ move]
      episode.state = Int(outcome.next)
      let error = agent.update(
        state, action, nextState: episode.state, reward: outcome.reward,
        terminated: outcome.terminates)
      episode.absoluteError += abs(error)
      episode.t &+= 1
      episode.total += outcome.reward
      steps[place] = DiscreteStep(state: state, action: action, reward: outcome.reward)
      place &+= 1
      guard outcome.terminates || episode.t == stepLimit else { continue }
      episode.ending = outcome.terminates ? .terminated : .truncated
      episodes[count] = (episode, place)
      count &+= 1
      if count == mostEpisodes { return count }
      episode = QTableEpisode(number: episode.number + 1, state: dynamics.start)
      coins = EpisodeWords(generator, .policy, episode: episode.number)
      slips = EpisodeWords(generator, .world, episode: episode.number)
    }
    guard episode.t > 0 else { return count }
    episodes[count] = (episode, place)
    return count + 1
  }
}
