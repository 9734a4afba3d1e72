import Neural
package import Rollouts

extension PPOTrainer {
  /// The kind of this trainer's checkpoints.
  package static var checkpointKind: String { "ppo" }

  /// Everything needed to continue from here, between two rollouts, apart from the last recorded
  /// transitions.
  package func checkpoint(kind: String) -> Checkpoint {
    var tensors = parameters.tensors()
    tensors += scale.moments.tensors(ObservationScale.tensorName)
    tensors += returns.tensors(Self.returnName)
    tensors += adam.m.tensors(prefix: Self.firstMoment)
    tensors += adam.v.tensors(prefix: Self.secondMoment)
    let state: JSON = [
      "network": network.description(settings), "updates": .integer(updates),
      "adam_steps": .integer(adam.steps), "episodes": .integer(episodes),
      "begun": .integer(begun), "last_return": .number(lastReturn),
      "best_return": bestReturn.map(JSON.number) ?? .null,
      "open": .array(
        open.map { episode in
          [
            "episode": .integer(episode.number), "t": .integer(episode.t),
            "return": .number(episode.total), "discounted": .number(episode.discounted),
          ]
        }),
    ]
    return Checkpoint(
      step: step, kind: kind, parameters: Safetensors(tensors).encoded(),
      trainingState: state.compact)
  }

  /// Continues from a checkpoint of a run with the same world, seed and settings, exactly as that
  /// run did or would have done. `history` returns the recorded transitions of a range of steps;
  /// only the last one of each world is needed.
  package mutating func resume(
    from checkpoint: Checkpoint, history: (Range<Int>) throws -> [Transition]
  ) throws {
    precondition(step == 0 && rollout.ticks == 0, "a trainer that has trained does not resume")
    let saved = try JSON(parsing: checkpoint.trainingState)
    guard let updates = saved["updates"]?.count, let adamSteps = saved["adam_steps"]?.count,
      let episodes = saved["episodes"]?.count, let begun = saved["begun"]?.count,
      let lastReturn = saved["last_return"]?.double, case .array(let rows)? = saved["open"],
      rows.count == settings.worlds, checkpoint.step >= 0
    else {
      throw TrainingError("the checkpoint of step \(checkpoint.step) lacks its training state")
    }
    let file = try Safetensors(decoding: checkpoint.parameters)
    let width = world.observationCount
    parameters = try Parameters(network.layout, from: file)
    adam.restore(
      steps: adamSteps, m: try Parameters(network.layout, from: file, prefix: Self.firstMoment),
      v: try Parameters(network.layout, from: file, prefix: Self.secondMoment))
    scale = ObservationScale(
      try RunningMoments(ObservationScale.tensorName, width: width, from: file),
      isActive: settings.normalizesObservations)
    returns = try RunningMoments(Self.returnName, width: 1, from: file)
    bestReturn = saved["best_return"]?.double
    (self.updates, self.episodes, self.begun) = (updates, episodes, begun)
    (self.lastReturn, step) = (lastReturn, checkpoint.step)
    if step > 0 { try reopen(rows, history) }
  }

  /// Restores the state of every world after its last step.
  private mutating func reopen(
    _ rows: [JSON], _ history: (Range<Int>) throws -> [Transition]
  ) throws {
    let range = max(0, step - settings.worlds)..<step
    let last = try history(range)
    guard last.count == settings.worlds else {
      throw TrainingError(
        "the recording lacks steps between \(range.lowerBound) and \(range.upperBound)")
    }
    for (index, row) in rows.enumerated() {
      guard let number = row["episode"]?.count, let t = row["t"]?.count,
        let total = row["return"]?.double, let discounted = row["discounted"]?.double
      else { throw TrainingError("the checkpoint of step \(step) lacks its open episodes") }
      guard case .bytes(let bytes) = last[index].next, let state = W.State(bytes: bytes) else {
        throw TrainingError("step \(range.lowerBound + index) has no state of this world")
      }
      // A world without a step in its episode starts again, except where nothing is ever reset.
      let isFresh = t == 0 && !(world.isContinuing && last[index].ending == .truncated)
      states[index] =
        isFresh ? world.start(generator.draws(for: .start, episode: number, t: 0)) : state
      open[index] = OpenEpisode(number: number, bytes: states[index].bytes)
      (open[index].t, open[index].total) = (t, total)
      open[index].discounted = discounted
    }
  }

  private static var firstMoment: String { "adam.m." }
  private static var secondMoment: String { "adam.v." }
  private static var returnName: String { "return" }
}
