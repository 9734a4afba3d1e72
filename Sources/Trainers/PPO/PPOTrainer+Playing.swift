import Rollouts

extension PPOTrainer {
  /// Fills the rollout; false where it was asked to stop before.
  mutating func play<Sink: TransitionSink & ~Copyable, Observer: PPOObserver>(
    into sink: inout Sink, telling observer: inout Observer, goOn: (TrainingProgress) -> Bool
  ) throws -> Bool {
    let began = step - rollout.rows
    if rollout.ticks == 0 { observer.rolloutBegan(update: updates + 1, step: step) }
    // The last rollout is as long as the steps that are left.
    let left = (settings.steps - began + settings.worlds - 1) / settings.worlds
    let ticks = min(settings.rollout, left)
    var asked = step
    while rollout.ticks < ticks {
      try takeStep(into: &sink)
      // Often enough for Ctrl-C, seldom enough to cost nothing.
      if step - asked >= 256, rollout.ticks < ticks {
        asked = step
        if !goOn(progress) { return false }
      }
    }
    for index in open.indices { look(at: open[index].state, row: index) }
    stage.value(rows: settings.worlds, parameters)
    for index in open.indices { rollout.last[index] = stage.desk.value(of: index) }
    let mean = rollout.rewards[..<rollout.rows].reduce(0) { $0 + Double($1) }
    observer.rolloutEnded(
      update: updates + 1, step: step, meanReward: mean / Double(rollout.rows))
    return true
  }

  /// A step in every world.
  private mutating func takeStep<Sink: TransitionSink & ~Copyable>(into sink: inout Sink) throws {
    let (worlds, width, first) = (settings.worlds, rollout.width, rollout.rows)
    for index in 0..<worlds {
      look(at: open[index].state, row: index, counting: true)
      for column in 0..<width {
        rollout.observations[(first + index) * width + column] =
          stage.observations[index * width + column]
      }
    }
    stage.decide(rows: worlds, parameters)
    for index in 0..<worlds {
      let draws = generator.draws(for: .policy, episode: open[index].number, t: open[index].t)
      stage.draw(row: index, parameters, draws)
    }
    stage.weigh(rows: worlds, parameters)
    var cutOff = 0
    for index in 0..<worlds {
      let row = first + index
      stage.copy(row: index, into: &rollout, at: row)
      let ending = try act(index, row: row, into: &sink)
      rollout.endings[row] = ending
      if ending == .truncated {
        look(at: open[index].state, row: cutOff)
        stage.cutOff[cutOff] = row
        cutOff += 1
      }
    }
    if cutOff > 0 {
      stage.value(rows: cutOff, parameters)
      for index in 0..<cutOff {
        rollout.cutOff[stage.cutOff[index]] = stage.desk.value(of: index)
      }
    }
    for index in 0..<worlds where open[index].ending != .running { endEpisode(index) }
    rollout.ticks += 1
  }

  private mutating func look(at state: W.State, row: Int, counting: Bool = false) {
    stage.look(at: state, in: world, row: row, &scale, counting: counting)
  }

  /// Does the drawn action in one world, tells what happened, and returns what the learner takes it for.
  private mutating func act<Sink: TransitionSink & ~Copyable>(
    _ index: Int, row: Int, into sink: inout Sink
  ) throws -> Ending {
    let (number, t, wide) = (open[index].number, open[index].t, rollout.actionWidth)
    let action = stage.actions.withUnsafeBufferPointer {
      W.Action(numbers: UnsafeBufferPointer(rebasing: $0[index * wide..<(index + 1) * wide]))
    }
    let before = open[index].state
    let outcome = world.step(
      before, action, generator.draws(for: .world, episode: number, t: t))
    let ending = outcome.ending == .running && t + 1 == stepLimit ? .truncated : outcome.ending
    let bytes = outcome.next.bytes
    try sink.record(
      Transition(
        episode: number, state: .bytes(open[index].bytes), action: action.recorded,
        reward: outcome.reward, next: .bytes(bytes), ending: ending))
    open[index].state = outcome.next
    open[index].bytes = bytes
    open[index].t += 1
    open[index].total += outcome.reward
    open[index].discounted = settings.gamma * open[index].discounted + outcome.reward
    seenReturns.count += 1
    seenReturns.add(open[index].discounted - returns.mean[0], column: 0)
    rollout.rewards[row] = Float(outcome.reward)
    step += 1
    open[index].ending = ending
    guard settings.lifeEnds, ending != .terminated, world.costsLife(from: before, to: outcome.next)
    else { return ending }
    open[index].discounted = 0
    return .terminated
  }

  private mutating func endEpisode(_ index: Int) {
    episodes += 1
    lastReturn = open[index].total
    let goesOn = world.isContinuing && open[index].ending == .truncated
    open[index] = beginEpisode(from: goesOn ? open[index].state : nil)
  }

  /// The next episode, at the world's start or where another led. They are numbered as they begin.
  mutating func beginEpisode(from state: W.State?) -> OpenEpisode<W.State> {
    begun += 1
    return OpenEpisode(
      number: begun,
      state: state ?? world.start(generator.draws(for: .start, episode: begun, t: 0)))
  }
}
