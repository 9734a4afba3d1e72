import Platform
import Rollouts

extension PPOTrainer {
  /// Plays all worlds until the rollout is full; false where it was asked to stop before.
  mutating func collectRollout<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks, goOn: (TrainingProgress) -> Bool
  ) throws -> Bool {
    if rollout.ticks == 0 {
      for actor in actors {
        actor.begin(parameters, scale)
        for index in actor.worlds { actor.enter(open[index], states[index], in: index) }
      }
      callbacks.rolloutStarted?(TrainingEvent.Rollout(step: step, update: updates + 1))
    }
    // The last rollout is limited to the remaining steps.
    let left = settings.steps - (step - rollout.rows)
    let ticks = min(settings.rollout, (left + settings.worlds - 1) / settings.worlds)
    var asked = step
    while rollout.ticks < ticks {
      playAhead(min(ticksAhead, ticks - rollout.ticks))
      while actors.allSatisfy({ $0.ahead > 0 }) {
        try takeDown(into: &sink, callbacks)
        // Often enough for Ctrl-C, seldom enough to cost nothing.
        if step - asked >= 256, rollout.ticks < ticks {
          asked = step
          if !goOn(progress) { return false }
        }
      }
    }
    rollout.last = estimateValues(in: Array(open.indices))
    callbacks.rolloutEnded?(
      TrainingEvent.Rollout(
        step: step, update: updates + 1, steps: rollout.rows, meanReward: rollout.meanReward))
    return true
  }

  /// Threads observe, decide and step concurrently, each in some of the worlds. Each process
  /// decides for some of the worlds, exchanges decisions with the others, and steps all worlds.
  private mutating func playAhead(_ ticks: Int) {
    let (actors, deciding) = (actors, deciding)
    let known = actors[deciding].map(\.ahead)
    pool.run(deciding.count) { actors[deciding.lowerBound + $0].play(ticks) }
    for (actor, known) in zip(actors[deciding], known) {
      rows.forward += (actor.ahead - known) * actor.worlds.count
    }
    guard let ranks else { return }
    let size = actors[0].sizeOfDecisions(ticks: ticksAhead)
    if decisions.isEmpty { decisions = [Float](repeating: 0, count: size * ranks.count) }
    actors[ranks.rank].write(&decisions, at: size * ranks.rank, since: known[0])
    ranks.gather(&decisions)
    for (rank, actor) in actors.enumerated() where rank != ranks.rank {
      actor.follow(decisions, at: size * rank)
    }
  }

  /// The values of some worlds' states, by world; entries of other worlds are unused. Each process
  /// computes the values of the states that it decides for.
  private mutating func estimateValues(in worlds: [Int]) -> [Float] {
    let own = ranks.share(of: settings.worlds)
    let mine = worlds.filter(own.contains)
    var values = [Float](repeating: 0, count: settings.worlds)
    if !mine.isEmpty {
      let actor = actors[deciding.lowerBound]
      for (row, index) in mine.enumerated() { actor.look(at: states[index], row: row) }
      actor.estimateValues(rows: mine.count)
      for (row, index) in mine.enumerated() { values[index] = actor.value(of: row) }
      rows.forward += mine.count
    }
    ranks.gather(&values)
    return values
  }

  /// Records a step in every world, in their order.
  private mutating func takeDown<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks
  ) throws {
    let first = rollout.rows
    for actor in actors { actor.keep(in: &rollout, from: first, &scale) }
    cutOff.removeAll(keepingCapacity: true)
    for actor in actors {
      for index in actor.worlds {
        let row = first + index
        let ending = try finish(index, actor, row: row, into: &sink, callbacks)
        rollout.endings[row] = ending
        if ending == .truncated { cutOff.append(index) }
      }
    }
    if !cutOff.isEmpty {
      let values = estimateValues(in: cutOff)
      for index in cutOff { rollout.cutOff[first + index] = values[index] }
    }
    for actor in actors {
      actor.advance()
      for index in actor.worlds where open[index].ending != .running {
        endEpisode(index)
        actor.enter(open[index], states[index], in: index)
      }
    }
    rollout.ticks += 1
  }

  /// Records the step of one world, and returns its ending for the learner.
  private mutating func finish<Sink: TransitionSink & ~Copyable>(
    _ index: Int, _ actor: RolloutActor<W>, row: Int, into sink: inout Sink,
    _ callbacks: TrainingCallbacks
  ) throws -> Ending {
    let (number, t, outcome) = (open[index].number, open[index].t, actor.outcome(in: index))
    if t == 0 {
      callbacks.episodeStarted?(TrainingEvent.Episode(number: number, startingAt: step))
    }
    let ending = outcome.ending == .running && t + 1 == stepLimit ? .truncated : outcome.ending
    let next = actor.next(in: index)
    let bytes = next.bytes
    let places = row * rollout.actionWidth..<(row + 1) * rollout.actionWidth
    try sink.record(
      Transition(
        episode: number, state: .bytes(open[index].bytes),
        action: W.Action(numbers: rollout.actions.span.extracting(places)).recorded,
        reward: outcome.reward, next: .bytes(bytes), ending: ending))
    let before = settings.lifeEnds ? states[index] : nil
    states[index] = next
    open[index].bytes = bytes
    open[index].t += 1
    open[index].total += outcome.reward
    open[index].discounted = settings.gamma * open[index].discounted + outcome.reward
    open[index].ending = ending
    seenReturns.count += 1
    seenReturns.add(open[index].discounted - returns.mean[0], column: 0)
    rollout.rewards[row] = Float(outcome.reward)
    step += 1
    if ending != .running {
      callbacks.episodeEnded?(
        TrainingEvent.Episode(
          number: number, endingBefore: step, stride: settings.worlds, length: t + 1,
          return: open[index].total, ending: ending))
    }
    guard let before, ending != .terminated, world.costsLife(from: before, to: next)
    else { return ending }
    open[index].discounted = 0
    return .terminated
  }

  private mutating func endEpisode(_ index: Int) {
    episodes += 1
    lastReturn = open[index].total
    let goesOn = world.isContinuing && open[index].ending == .truncated
    beginEpisode(in: index, from: goesOn ? states[index] : nil)
  }

  /// Begins the next episode, at the world's start or where the previous one ended. Episodes are
  /// numbered as they begin.
  private mutating func beginEpisode(in index: Int, from state: W.State?) {
    begun += 1
    states[index] = state ?? world.start(generator.draws(for: .start, episode: begun, t: 0))
    open[index] = OpenEpisode(number: begun, bytes: states[index].bytes)
  }
}

/// The current episode of a world.
struct OpenEpisode: Sendable {
  let number: Int
  /// Its current state, as it is recorded.
  var bytes: [UInt8]
  /// Steps taken in it.
  var t = 0
  var total = 0.0
  /// The rewards so far, each discounted by the steps since then.
  var discounted = 0.0
  /// The status after its last step.
  var ending = Ending.running
}
