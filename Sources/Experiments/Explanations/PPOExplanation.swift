import Platform
import Recordings
package import Rollouts
package import Trainers
import Worlds

/// One step of PPO: how the policy decided, the terms of the step's advantage, and what each epoch did with it.
package struct PPOExplanation: ExplanationContent {
  package let place: ExplainedStep
  /// The observation, and how the network saw it: shifted and scaled. Empty if it reads letters.
  package let observation: [(name: String, value: Float, seen: Float)]
  package let decision: GreedyPolicyNetwork.Decision
  /// The names of the choices, or of an action's numbers.
  package let actions: [String]
  /// The index of the choice that was taken, or the numbers.
  package let action: [Float]
  package let entropy: Float
  /// The draw that chose; nil if numbers were drawn.
  package let draw: Double?
  package let reward: Double
  package let ending: Ending
  /// How it was learned from; nil if the recording ends before the rollout does.
  package let update: RolloutTrace?
  /// The policy and the value of the same state after the update.
  package let after: GreedyPolicyNetwork.Decision?
  package let logAfter: Float?
  /// The logarithm of the action's probability when it was drawn.
  package let log: Float
  package let letters: LetterSequence?
  /// The frame that the network read.
  package let frame: [Float]

  /// Whether the action is one of several choices.
  package var isChoice: Bool { decision.deviations == nil }

  /// The probability of each choice.
  package var chances: [Double] { decision.chances }

  init(
    _ recording: Recording, _ step: Int, _ plan: TrainingPlan, _ settings: PPOConfiguration,
    _ training: inout TracedTraining, _ progress: ProgressHandler
  ) throws {
    guard let world = try plan.world() as? any ObservableWorld else {
      throw RunError.run("the recorded policy does not fit its world")
    }
    try self.init(recording, step, settings, world, &training, progress)
  }

  private init<W: ObservableWorld>(
    _ recording: Recording, _ step: Int, _ settings: PPOConfiguration, _ world: W,
    _ training: inout TracedTraining, _ progress: ProgressHandler
  ) throws {
    let run = try recording.description()
    let row = try recording.transition(step)
    guard let state = W.State(recorded: row.state) else {
      throw RunError.damaged(recording.path, "one of its states is not a state of its world")
    }
    let traced = try training.trace(step, progress)
    var policy = try GreedyPolicyNetwork(
      traced.before, normalizesObservations: settings.normalizesObservations)
    guard policy.fits(world) else {
      throw RunError.damaged(recording.path, "its network does not fit its world")
    }
    place = ExplainedStep("ppo", row, run)
    decision = policy.decision(state, in: world)
    let shown = world.observation(state)
    (letters, frame) = (world.letters, world.letters == nil ? [] : shown)
    observation =
      world.letters == nil
      ? zip(world.observationNames, zip(shown, decision.seen)).map { ($0, $1.0, $1.1) } : []
    switch row.action {
    case .index(let choice):
      actions = run.world.actions.map(\.name)
      action = [Float(choice)]
      draw =
        Double(
          Generator(seed: run.seed).draws(for: .policy, episode: row.episode, t: row.t).word(0))
        * 0x1p-32
    case .bytes:
      let numbers = RecordedNumbers(run.world.fields, of: "action")
      actions = numbers.names
      action = numbers.all(of: row.action).map { Float($0) }
      draw = nil
    }
    let likelihood = policy.logProbability(of: action)
    entropy = likelihood.entropy
    (reward, ending) = (row.reward, row.ending)
    let traces = traced.updates.compactMap {
      if case .rollout(let trace) = $0 { trace } else { nil }
    }
    // What comes after the recording's end was never recorded.
    let end = try recording.stepCount()
    update = traces.first { $0.steps.upperBound <= end }
    log = update?.log ?? likelihood.log
    if update == nil {
      (after, logAfter) = (nil, nil)
    } else {
      var policy = try GreedyPolicyNetwork(
        traced.after, normalizesObservations: settings.normalizesObservations)
      after = policy.decision(state, in: world)
      logAfter = policy.logProbability(of: action).log
    }
  }
}
