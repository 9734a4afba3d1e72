package import Recordings
import Rollouts
import Trainers
import Worlds

/// Where a game begins: in a world, with a trained agent, or in the middle of a recorded episode.
package struct GameStart {
  /// The world and, if there is an agent, its trainer.
  package let plan: TrainingPlan
  /// The seed of all random draws.
  package let seed: UInt64
  /// The number of the first episode.
  package let episode: Int
  /// The agent that gives advice; nil without one.
  let advisor: (any Advisor)?
  /// The initial checkpoint of the game's recording: what the agent knows.
  let initial: Checkpoint
  /// The recording that the game continues.
  let parent: Parent?
  /// The state that the first episode begins in; nil for the world's own start.
  let state: Value?
  /// The steps already taken in the first episode, and whether a person chose each.
  let taken: [(transition: Transition, isByHand: Bool)]

  private init(
    _ plan: TrainingPlan, seed: UInt64, episode: Int = 1, agent checkpoint: Checkpoint? = nil,
    parent: Parent? = nil, state: Value? = nil,
    taken: [(transition: Transition, isByHand: Bool)] = []
  ) throws {
    var plan = plan
    if checkpoint == nil { plan.settings = PersonSettings() }
    plan.subject = .world(try refusingSettings { try plan.world().readyToStep() })
    (self.plan, self.seed, self.episode) = (plan, seed, episode)
    advisor = try checkpoint.flatMap {
      try plan.settings.advisor(in: plan.world(), by: $0)
    }
    let known = checkpoint ?? PersonSettings.checkpoint
    initial = Checkpoint(
      step: 0, kind: known.kind, parameters: known.parameters, trainingState: known.trainingState)
    (self.parent, self.state, self.taken) = (parent, state, taken)
  }

  /// A game in a world without a trained agent.
  package init(_ request: PlanRequest, seed: UInt64, in catalog: Catalog = .builtIn) throws {
    try self.init(try catalog.plan(request), seed: seed)
  }

  /// A game from the beginning, with an agent trained up to a moment of a recording. The default seed is that
  /// of an evaluation.
  package init(
    with recording: Recording, at moment: RecordedMoment = .end, seed: UInt64? = nil,
    in catalog: Catalog = .builtIn
  ) throws {
    let run = try recording.description()
    let plan = try Self.checked(catalog.plan(of: run))
    let checkpoint = try Self.agent(of: recording, plan, at: moment)
    try self.init(
      plan, seed: seed ?? Evaluation.seed(of: run), agent: checkpoint,
      parent: Parent(
        file: recording.path, digest: try recording.digest(),
        step: checkpoint?.step ?? recording.stepCount()))
  }

  /// A game that continues a recorded episode after `t` steps, with the same draws. The steps before
  /// become part of its recording.
  package init(
    from recording: Recording, episode number: Int, t: Int, agent moment: RecordedMoment = .end,
    in catalog: Catalog = .builtIn
  ) throws {
    let run = try recording.description()
    let episode = try recording.episode(number)
    guard t >= 0, t < episode.steps || (t == episode.steps && !episode.isOver) else {
      throw RunError.request(
        "episode \(number) of \(recording.path) has \(episode.steps) steps: "
          + "play cannot continue from step \(t)")
    }
    let step = episode.firstStep + t * episode.stride
    let plan = try Self.checked(catalog.plan(of: recording, at: step))
    let steps = try recording.steps(of: episode)
    let byHand = try GameRecorder.byHand(in: recording)
    let taken = steps.prefix(t).map { step in
      var transition = step.transition
      transition.ending = .running
      return (transition: transition, isByHand: byHand(step.step))
    }
    guard let first = steps.first?.state else {
      throw RunError.run("\(recording.path) does not hold the steps of episode \(number)")
    }
    try self.init(
      plan, seed: run.seed, episode: number,
      agent: try Self.agent(of: recording, plan, at: moment),
      parent: Parent(file: recording.path, digest: try recording.digest(), step: step),
      state: first, taken: taken)
    try prove(of: recording)
  }

  /// Repeats the recorded steps: a world is never asked about a state that it could not reach, and
  /// the recording of the game can be verified.
  private func prove(of recording: Recording) throws {
    let world = try plan.world()
    let generator = Generator(seed: seed)
    let start = world.recordedStart(generator.draws(for: .start, episode: episode, t: 0))
    // If nothing is reset, only the recording knows how its episode began.
    let continues = (world as? any ObservableWorld)?.isContinuing ?? false
    guard let state, state == start || continues, world.containsRecorded(state) else {
      throw RunError.damaged(
        recording.path, "its episode \(episode) begins in a state where none can begin")
    }
    var now = state
    for (t, step) in taken.enumerated() {
      let draws = generator.draws(for: .world, episode: episode, t: t)
      let outcome = world.outcome(of: step.transition.action, in: now, draws)
      guard step.transition.state == now, let outcome, outcome.ending == .running,
        outcome.next == step.transition.next, outcome.reward == step.transition.reward
      else {
        throw RunError.damaged(
          recording.path, "step \(t) of its episode \(episode) does not lead to the recorded state")
      }
      now = outcome.next
    }
  }

  /// A plan to play with.
  private static func checked(_ plan: TrainingPlan) throws -> TrainingPlan {
    try plan.requireOwnTrainer(for: "continued")
    _ = try plan.world()
    return plan
  }

  /// The agent at a moment; nil if a person played alone.
  private static func agent(
    of recording: Recording, _ plan: TrainingPlan, at moment: RecordedMoment
  ) throws -> Checkpoint? {
    if plan.settings is PersonSettings { return nil }
    return try plan.settings.checkpoint(of: recording, at: moment)
  }
}
