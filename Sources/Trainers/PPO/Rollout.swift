import Neural
import Platform
package import Rollouts

extension PPOTrainer {
  /// Plays all worlds until the rollout is full; false where it was asked to stop before.
  mutating func collectRollout<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks, goOn: (TrainingProgress) -> Bool
  ) throws -> Bool {
    if rollout.ticks == 0 {
      rolloutActor.workspace.forget()
      callbacks.rolloutStarted?(TrainingEvent.Rollout(step: step, update: updates + 1))
    }
    // The last rollout is as long as the steps that are left.
    let left = settings.steps - (step - rollout.rows)
    let ticks = min(settings.rollout, (left + settings.worlds - 1) / settings.worlds)
    var asked = step
    while rollout.ticks < ticks {
      try takeStep(into: &sink, callbacks)
      // Often enough for Ctrl-C, seldom enough to cost nothing.
      if step - asked >= 256, rollout.ticks < ticks {
        asked = step
        if !goOn(progress) { return false }
      }
    }
    for index in open.indices { observe(open[index].state, row: index) }
    rolloutActor.estimateValues(rows: settings.worlds, parameters)
    for index in open.indices { rollout.last[index] = rolloutActor.workspace.value(of: index) }
    callbacks.rolloutEnded?(
      TrainingEvent.Rollout(
        step: step, update: updates + 1, steps: rollout.rows, meanReward: rollout.meanReward))
    return true
  }

  /// A step in every world: all observe, the network decides for all at once, each acts.
  private mutating func takeStep<Sink: TransitionSink & ~Copyable>(
    into sink: inout Sink, _ callbacks: TrainingCallbacks
  ) throws {
    let (worlds, first) = (settings.worlds, rollout.rows)
    for index in 0..<worlds { observe(open[index].state, row: index, counting: true) }
    rollout.keep(rolloutActor.observations, from: first)
    rolloutActor.decide(rows: worlds, parameters)
    for index in 0..<worlds {
      let draws = generator.draws(for: .policy, episode: open[index].number, t: open[index].t)
      rolloutActor.sampleAction(row: index, parameters, draws)
    }
    rolloutActor.findLogProbabilities(rows: worlds, parameters)
    var cutOff = 0
    for index in 0..<worlds {
      let row = first + index
      rolloutActor.copy(row: index, into: &rollout, at: row)
      let ending = try act(index, row: row, into: &sink, callbacks)
      rollout.endings[row] = ending
      if ending == .truncated {
        observe(open[index].state, row: cutOff)
        rolloutActor.cutOff[cutOff] = row
        cutOff += 1
      }
    }
    if cutOff > 0 {
      rolloutActor.estimateValues(rows: cutOff, parameters)
      for index in 0..<cutOff {
        rollout.cutOff[rolloutActor.cutOff[index]] = rolloutActor.workspace.value(of: index)
      }
    }
    for index in 0..<worlds where open[index].ending != .running { endEpisode(index) }
    rollout.ticks += 1
  }

  private mutating func observe(_ state: W.State, row: Int, counting: Bool = false) {
    scale.observe(
      state, in: world, into: &rolloutActor.observations, at: row * rollout.width,
      counting: counting)
  }

  /// Does the sampled action in one world, records what happened, and returns what the learner takes it for.
  private mutating func act<Sink: TransitionSink & ~Copyable>(
    _ index: Int, row: Int, into sink: inout Sink, _ callbacks: TrainingCallbacks
  ) throws -> Ending {
    let (number, t, wide) = (open[index].number, open[index].t, rollout.actionWidth)
    if t == 0 {
      callbacks.episodeStarted?(TrainingEvent.Episode(number: number, startingAt: step))
    }
    let action = W.Action(
      numbers: rolloutActor.actions.span.extracting(index * wide..<(index + 1) * wide))
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

/// An episode that one of the worlds is in.
struct OpenEpisode<State: RecordedState>: Sendable {
  let number: Int
  var state: State
  var bytes: [UInt8]
  /// Steps taken in it.
  var t = 0
  var total = 0.0
  /// The rewards so far, each discounted by the steps since.
  var discounted = 0.0
  /// How its last step left it.
  var ending = Ending.running

  init(number: Int, state: State) {
    self.number = number
    self.state = state
    bytes = state.bytes
  }
}

/// The policy as it acts: a row for each world, used again at every step.
struct RolloutActor: Sendable {
  var workspace: PolicyWorkspace
  /// Scaled, one after the other.
  var observations: [Float]
  var actions: [Float]
  /// The rows whose episodes were cut off.
  var cutOff: [Int]
  private var logs: [Float]
  private var entropies: [Float]
  private let starts: [Int]

  init(_ network: PolicyNetwork, worlds: Int, pool: ThreadPool) {
    workspace = network.workspace(rows: worlds, pool: pool)
    observations = [Float](repeating: 0, count: worlds * network.inputs)
    actions = [Float](repeating: 0, count: worlds * network.actionWidth)
    logs = [Float](repeating: 0, count: worlds)
    entropies = logs
    cutOff = [Int](repeating: 0, count: worlds)
    starts = (0..<worlds).map { $0 * network.inputs }
  }

  /// Runs policy and value over the observations.
  mutating func decide(rows count: Int, _ parameters: Parameters) {
    workspace.load(observations, from: starts, rows: count)
    workspace.forward(rows: count, parameters)
  }

  /// Finds what the observations are worth.
  mutating func estimateValues(rows count: Int, _ parameters: Parameters) {
    workspace.load(observations, from: starts, rows: count)
    workspace.forwardValue(rows: count, parameters)
  }

  /// Draws the action of a row.
  mutating func sampleAction(row: Int, _ parameters: Parameters, _ draws: Draws) {
    let network = workspace.network
    network.head.draw(
      workspace.policy, row: row, parameters, workspace.activations, draws, into: &actions,
      at: row * network.actionWidth)
  }

  /// Finds how likely the drawn actions were.
  mutating func findLogProbabilities(rows count: Int, _ parameters: Parameters) {
    workspace.network.head.logProbabilities(
      workspace.policy, rows: count, of: actions, parameters, &workspace.activations, into: &logs,
      entropies: &entropies)
  }

  /// Keeps what was decided in a row.
  func copy(row: Int, into rollout: inout RolloutBuffer, at place: Int) {
    let wide = rollout.actionWidth
    for column in 0..<wide {
      rollout.actions[place * wide + column] = actions[row * wide + column]
    }
    rollout.logs[place] = logs[row]
    rollout.values[place] = workspace.value(of: row)
  }
}

/// What some worlds side by side saw, did and earned since the network learned last. Row `tick · worlds
/// + world` of each column; all are allocated once.
package struct RolloutBuffer: Sendable {
  package let worlds: Int
  package let width: Int
  package let actionWidth: Int
  /// How many steps each world took.
  package var ticks = 0

  /// As the network saw them, scaled.
  package var observations: [Float]
  package var actions: [Float]
  /// The logarithms of the probabilities that the actions had when they were drawn.
  package var logs: [Float]
  package var values: [Float]
  package var rewards: [Float]
  package var endings: [Ending]
  /// Behind a truncated step, the value of where it led.
  package var cutOff: [Float]
  /// The values of where the last steps led, one for each world.
  package var last: [Float]
  package var advantages: [Float]
  package var returns: [Float]

  /// Room for a number of steps of each world.
  package init(worlds: Int, ticks: Int, width: Int, actionWidth: Int) {
    self.worlds = worlds
    self.width = width
    self.actionWidth = actionWidth
    let rows = worlds * ticks
    observations = [Float](repeating: 0, count: rows * width)
    actions = [Float](repeating: 0, count: rows * actionWidth)
    logs = [Float](repeating: 0, count: rows)
    (values, rewards, cutOff, advantages, returns) = (logs, logs, logs, logs, logs)
    endings = [Ending](repeating: .running, count: rows)
    last = [Float](repeating: 0, count: worlds)
  }

  /// How many steps there are.
  package var rows: Int { ticks * worlds }

  /// Keeps the observations of all worlds, from a row on.
  mutating func keep(_ seen: [Float], from row: Int) {
    for index in 0..<worlds * width { observations[row * width + index] = seen[index] }
  }

  /// Estimates how much better each step was than expected, and the return that its value should have
  /// been: generalized advantage estimation (Schulman and others, https://arxiv.org/abs/1506.02438).
  ///
  /// A running step's future is worth the value of the next one, at the rollout's end `last` of its
  /// world; a truncated one's the value in `cutOff` of the state that was never acted in; a terminated
  /// one has none.
  package mutating func estimateAdvantages(
    gamma: Double, lambda: Double, rewardScale: Double = 1
  ) {
    for world in 0..<worlds {
      var (ahead, next) = (0.0, Double(last[world]))
      for row in stride(from: rows - worlds + world, through: 0, by: -worlds) {
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
      }
    }
  }

  /// What a step earned on average.
  var meanReward: Double { rewards[..<rows].reduce(0) { $0 + Double($1) } / Double(rows) }

  /// The part of the returns' variance that the values foresaw: 1 is all, 0 no more than their mean.
  package var explainedVariance: Double {
    func variance(_ number: (Int) -> Double) -> Double {
      var (sum, squares) = (0.0, 0.0)
      for row in 0..<rows { sum += number(row) }
      let mean = sum / Double(rows)
      for row in 0..<rows { squares += (number(row) - mean) * (number(row) - mean) }
      return squares / Double(rows)
    }
    let whole = variance { Double(returns[$0]) }
    guard whole > 0 else { return 0 }
    return 1 - variance { Double(returns[$0]) - Double(values[$0]) } / whole
  }

  /// The mean and the deviation of some advantages, as PyTorch counts it.
  func advantageMoments(count: Int, _ row: (Int) -> Int) -> (mean: Double, deviation: Double) {
    var (sum, squares) = (0.0, 0.0)
    for index in 0..<count { sum += Double(advantages[row(index)]) }
    let mean = sum / Double(count)
    for index in 0..<count {
      let difference = Double(advantages[row(index)]) - mean
      squares += difference * difference
    }
    return (mean, count > 1 ? (squares / Double(count - 1)).squareRoot() : 0)
  }
}
