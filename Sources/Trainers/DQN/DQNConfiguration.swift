package import Rollouts

/// How an action is chosen from the values.
package enum DQNPolicy: String, Sendable, CaseIterable {
  /// The best, but with probability ε any.
  case epsilon
  /// At random, in proportion to e to the power of value times inverse temperature.
  case softmax
}

/// What each step learns from.
package enum DQNStepUpdate: String, Sendable, CaseIterable {
  /// A batch drawn from the replay buffer.
  case batch
  /// Only the newest transition.
  case newest
  /// Nothing: learning happens after episodes.
  case nothing
}

/// How the difference between a value and its target is penalized.
package enum DQNLoss: String, Sendable, CaseIterable {
  case smoothL1 = "smooth_l1"
  case squared = "mse"
}

/// What the loss is differentiated with respect to.
package enum DQNGradient: String, Sendable, CaseIterable {
  /// The value alone; the target is treated as a constant.
  case semi
  /// The value and its target, as in programs that forgot to detach the target (Baird's residual
  /// gradient).
  case residual
}

/// The settings of deep Q-learning (Mnih and others, https://arxiv.org/abs/1312.5602).
package struct DQNConfiguration: Configuration, Equatable {
  /// Training stops after this many episodes; 0 means no limit.
  package var episodes = 0
  /// Training stops after this many steps; 0 means no limit.
  package var steps = 100_000
  /// The widths of the hidden layers, each followed by ReLU.
  package var hidden = [30, 30]
  /// The capacity of the replay buffer in transitions.
  package var bufferSize = 100_000
  /// How many transitions must be stored before learning begins.
  package var warmUp = 100
  /// What each step learns from.
  package var stepUpdate = DQNStepUpdate.batch
  /// The batch size of a step.
  package var batch = 100
  /// The batch size after an episode; 0 for none.
  package var episodeBatch = 0
  /// The discount of future reward (γ).
  package var gamma = 0.9
  /// Adam's learning rate (α).
  package var learningRate = Schedule.constant(1e-3)
  /// How an action is chosen.
  package var policy = DQNPolicy.softmax
  /// The factor on values before the softmax: the course's T, and the setting `temperature`.
  package var inverseTemperature = 100.0
  /// The probability of exploring (ε).
  package var epsilon = Schedule.ramp(from: 1, to: 0.05, episodes: 100)
  /// How many rewards are summed before the future is estimated (n).
  package var nStep = 1
  /// How many steps between copies to the target network; 0 for no target network.
  package var targetEvery = 0
  /// Whether the network chooses the action that the target network evaluates (double DQN).
  package var double = false
  /// How a difference is penalized.
  package var loss = DQNLoss.smoothL1
  /// What the loss is differentiated with respect to.
  package var gradient = DQNGradient.semi
  /// Whether each transition is stored with the previous step's reward, as in programs that store
  /// it a tick late.
  package var lateReward = false
  /// The greatest norm of a gradient; 0 for no limit.
  package var clip = 0.0
  /// How many steps between checkpoints.
  package var snapshotEvery = 10_000
  /// Whether a checkpoint is also kept whenever an episode has the best return so far.
  package var keepsBest = false

  /// The city's settings.
  package init() {}

  /// Every setting by name.
  package static let settings: [Setting<Self>] = [
    .count("episodes", \.episodes, in: 0...1_000_000_000, "episodes to play; 0: no limit"),
    .count("steps", \.steps, in: 0...1_000_000_000_000, "stop after N steps; 0: no limit"),
    .counts("hidden", \.hidden, in: 1...4096, atMost: 8, "widths of the hidden layers"),
    .count("memory", \.bufferSize, in: 1...10_000_000, "transitions in the replay buffer"),
    .count("warm_up", \.warmUp, in: 1...10_000_000, "transitions before learning begins"),
    .choice("lesson", \.stepUpdate, "what each step learns from"),
    .count("batch", \.batch, in: 1...65_536, "transitions in a step's batch"),
    .count(
      "episode_batch", \.episodeBatch, in: 0...65_536,
      "transitions in the batch after an episode; 0: none"),
    .number("gamma", \.gamma, in: 0...2, "discount of future reward (γ)"),
    .schedule(
      "learning_rate", \.learningRate, in: 0...100,
      "Adam's learning rate (α), by step, or by episode if steps has no limit"),
    .choice("policy", \.policy, "how an action is chosen"),
    .number(
      "temperature", \.inverseTemperature, in: 0...1e6,
      "the softmax's inverse temperature, also named inverse_temperature: larger is greedier, 0 is random"
    ).alsoNamed("inverse_temperature"),
    .schedule("epsilon", \.epsilon, in: 0...1, "probability of exploring (ε), by episode"),
    .count("n_step", \.nStep, in: 1...1000, "steps whose rewards are summed (n)"),
    .count(
      "target_every", \.targetEvery, in: 0...1_000_000_000,
      "steps between copies to the target network; 0: none"),
    .flag(
      "double", \.double, "let the network choose the action that the target network evaluates"),
    .choice("loss", \.loss, "how a difference is penalized"),
    .choice("gradient", \.gradient, "what the loss is differentiated with respect to"),
    .flag("late_reward", \.lateReward, "store each step with the previous step's reward"),
    .number("clip", \.clip, in: 0...1e9, "greatest norm of a gradient; 0: no limit"),
    .count("snapshot_every", \.snapshotEvery, in: 1...1_000_000_000, "steps between checkpoints"),
    .flag("keep_best", \.keepsBest, "keep the network of every best episode so far"),
  ]

  /// Adam's learning rate at a point in training; steps count from 0, episodes from 1.
  package func learningRate(step: Int, episode: Int) -> Double {
    steps > 0
      ? learningRate.value(episode: step + 1, of: steps)
      : learningRate.value(episode: episode, of: max(1, episodes))
  }

  /// An upper bound on the number of steps.
  package func mostSteps(stepLimit: Int) -> Int {
    let (product, overflow) = episodes.multipliedReportingOverflow(by: stepLimit)
    let most = overflow || episodes == 0 ? Int.max : product
    return steps > 0 ? min(most, steps) : most
  }

  /// Throws for settings that are each valid, but not together.
  package func validate() throws(SettingError) {
    if double, targetEvery == 0 {
      throw SettingError("double needs a target network: set target_every")
    }
    if gradient == .residual, targetEvery > 0 {
      throw SettingError("the residual gradient has no target network: set target_every to 0")
    }
    if warmUp > bufferSize { throw SettingError("warm_up must be at most memory") }
    if nStep > bufferSize { throw SettingError("n_step must be at most memory") }
  }
}
