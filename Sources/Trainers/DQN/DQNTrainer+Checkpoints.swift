internal import Neural
package import Rollouts

extension DQNTrainer {
  /// The kind of this trainer's checkpoints.
  package static var checkpointKind: String { "dqn" }

  /// Everything needed to continue from here, apart from the recorded transitions.
  package func checkpoint(kind: String) -> Checkpoint {
    let state: JSON = [
      "episodes": .integer(episodes), "t": .integer(t), "return": .number(total),
      "last_return": .number(lastReturn), "best_return": bestReturn.map(JSON.number) ?? .null,
      "batches": .integer(batches), "adam_steps": .integer(learner.adam.steps),
      "window": window.json,
    ]
    return Checkpoint(
      step: step, kind: kind, parameters: learner.encoded(), trainingState: state.compact)
  }

  /// Continues from a checkpoint of a run with the same world, seed and settings, exactly as that
  /// run did or would have done. `history` returns the recorded transitions of a range of steps,
  /// which refill the replay buffer.
  package mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]
  ) throws {
    precondition(step == 0, "a trainer that has trained does not resume")
    let saved = try JSON(parsing: checkpoint.trainingState)
    guard let episodes = saved["episodes"]?.count, let t = saved["t"]?.count,
      let total = saved["return"]?.double, let lastReturn = saved["last_return"]?.double,
      let batches = saved["batches"]?.count, let adamSteps = saved["adam_steps"]?.count,
      let window = DQNWindow(json: saved["window"])
    else {
      throw TrainingError("the checkpoint of step \(checkpoint.step) lacks its training state")
    }
    try learner.restore(checkpoint.parameters, adamSteps: adamSteps)
    (self.episodes, self.t, self.total, self.lastReturn) = (episodes, t, total, lastReturn)
    (self.batches, self.window) = (batches, window)
    bestReturn = saved["best_return"]?.double
    step = checkpoint.step
    try remember(before: step, history)
    beginEpisode()
  }

  /// Fills the replay buffer with the newest steps before a step, and restores the state where they
  /// led.
  private mutating func remember(
    before end: Int, _ history: (Range<Int>) throws -> [Transition]
  ) throws {
    let width = replayBuffer.width
    // A few more, so that the oldest row gets its n-step rewards and the previous reward.
    let first = max(0, end - replayBuffer.capacity - settings.nStep - 1)
    replayBuffer = ReplayBuffer(
      capacity: settings.bufferSize, width: width, gamma: settings.gamma, nStep: settings.nStep,
      first: first)
    var seen = [Float](repeating: 0, count: width)
    var next = seen
    var last: (state: W.State, ending: Ending)?
    for page in stride(from: first, to: end, by: 4096) {
      let range = page..<min(end, page + 4096)
      let transitions = try history(range)
      guard transitions.count == range.count else {
        throw TrainingError("the recording lacks steps between \(page) and \(range.upperBound)")
      }
      for (index, transition) in transitions.enumerated() {
        guard case .bytes(let bytes) = transition.state, let state = W.State(bytes: bytes),
          case .bytes(let nextBytes) = transition.next, let after = W.State(bytes: nextBytes),
          case .index(let action) = transition.action,
          world.description.actions.indices.contains(action)
        else {
          throw TrainingError("step \(page + index) has no state or action of this world")
        }
        seen.observe(state, in: world)
        next.observe(after, in: world)
        // The writer died during the episode; the episode continues.
        let ending = transition.ending == .interrupted ? .running : transition.ending
        replayBuffer.push(
          seen, action, reward: settings.lateReward ? reward : transition.reward, next: next, ending
        )
        reward = transition.reward
        last = (after, ending)
      }
    }
    guard let last, last.ending == .running || (last.ending == .truncated && world.isContinuing)
    else {
      return restart(from: world.start(generator.draws(for: .start, episode: episodes + 1, t: 0)))
    }
    restart(from: last.state)
  }
}
