package import Neural
package import Rollouts

/// What advantages are divided by, after their mean is taken off.
package enum AdvantageScale: String, Sendable, CaseIterable {
  /// The deviation within each minibatch.
  case minibatch
  /// The deviation within the whole rollout.
  case rollout
  /// Nothing; the mean stays as well.
  case none
}

/// The settings of proximal policy optimization (Schulman and others, https://arxiv.org/abs/1707.06347).
package struct PPOConfiguration: Configuration, Equatable {
  /// Training stops after so many steps, those of all worlds together.
  package var steps = 1_000_000
  /// How many worlds are played side by side (N).
  package var worlds = 8
  /// How many steps each world takes before the network learns (T).
  package var rollout = 256
  /// How often each rollout is learned from (K).
  package var epochs = 10
  /// How many steps are learned from at once (M).
  package var minibatch = 64
  /// In how many parts a minibatch's gradient is computed, possibly at the same time. Part of the
  /// arithmetic: another number rounds otherwise.
  package var shards = 2
  /// The widths of the layers of either network.
  package var hidden = [64, 64]
  /// What stands between them.
  package var activation = Activation.tanh
  /// The discount of future reward (γ).
  package var gamma = 0.95
  /// How far ahead advantages look (λ).
  package var lambda = 0.95
  /// Whether a lost life has no future for the learner, though the episode goes on.
  package var lifeEnds = false
  /// How far a policy ratio may move from one (ε).
  package var clipRange = 0.2
  /// How far a value may move in an update, in deviations of the return; 0 for any.
  package var valueClip = 0.0
  /// Whether `valueClip` counts in units of the reward instead, as programs without scales do.
  package var valueClipIsRaw = false
  /// How much the value's loss counts (c₁).
  package var valueCoefficient = 0.5
  /// How much the entropy counts (c₂).
  package var entropyCoefficient = 0.0
  /// How large Adam's steps are (α), by step.
  package var learningRate = Schedule.linear(from: 6e-4, to: 0)
  /// Adam's decay of the mean square (β₂).
  package var beta2 = 0.999
  /// Keeps Adam's quotient finite (its ε).
  package var adamEpsilon = 1e-5
  /// The greatest length of a gradient; 0 for any.
  package var gradientNorm = 0.5
  /// An update stops where the policy has moved so far; 0 for never.
  package var targetKL = 0.0
  /// What advantages are divided by.
  package var advantages = AdvantageScale.minibatch
  /// Whether observations are shifted and scaled by what was seen so far.
  package var normalizesObservations = true
  /// Whether rewards are divided by the deviation of the return so far.
  package var normalizesReturns = true
  /// The logarithm of the first deviation of real-valued actions (log σ).
  package var logDeviation = -1.0
  /// The policy is tried every so many updates; 0 for never.
  package var evaluateEvery = 20
  /// How many episodes a trial has.
  package var evaluationEpisodes = 20
  /// After how many steps an episode of a trial is cut off.
  package var evaluationSteps = 5000
  /// The network is kept every so many updates.
  package var snapshotEvery = 50
  /// Whether the network is also kept whenever a trial's mean return beats all before.
  package var keepsBest = true

  /// The reacher's settings.
  package init() {}

  /// Every setting by name.
  package static let settings: [Setting<Self>] = [
    .count("steps", \.steps, in: 1...1_000_000_000_000, "stop after so many steps"),
    .count("worlds", \.worlds, in: 1...4096, "worlds side by side (N)"),
    .count("rollout", \.rollout, in: 1...1_000_000, "steps of each before learning (T)"),
    .count("epochs", \.epochs, in: 1...1000, "how often a rollout is learned from (K)"),
    .count("minibatch", \.minibatch, in: 1...1_000_000, "steps learned from at once (M)"),
    .count("shards", \.shards, in: 1...64, "parts that a minibatch is computed in"),
    .counts("hidden", \.hidden, in: 1...4096, atMost: 8, "widths of the layers between"),
    .choice("activation", \.activation, "what stands between layers"),
    .number("gamma", \.gamma, in: 0...1, "discount of future reward (γ)"),
    .number("lambda", \.lambda, in: 0...1, "how far ahead advantages look (λ)"),
    .flag("life_ends", \.lifeEnds, "a lost life has no future, though the episode goes on"),
    .number("clip", \.clipRange, in: 0...1e6, "how far a policy ratio may move from one (ε)"),
    .number(
      "value_clip", \.valueClip, in: 0...1e9,
      "how far a value may move in an update, in deviations of the return; 0: any"),
    .flag("value_clip_raw", \.valueClipIsRaw, "count value_clip in units of the reward"),
    .number(
      "value_coefficient", \.valueCoefficient, in: 0...1e6, "weight of the value's loss (c₁)"),
    .number("entropy", \.entropyCoefficient, in: 0...1e6, "weight of the entropy (c₂)"),
    .schedule(
      "learning_rate", \.learningRate, in: 0...100, "how large Adam's steps are (α), by step"),
    .number("beta2", \.beta2, in: 0...0.999999, "Adam's decay of the mean square (β₂)"),
    .number("adam_epsilon", \.adamEpsilon, in: 0...1, "keeps Adam's quotient finite"),
    .number("gradient_norm", \.gradientNorm, in: 0...1e9, "greatest length of a gradient; 0: any"),
    .number("target_kl", \.targetKL, in: 0...1e6, "stop an update that moved so far; 0: never"),
    .choice("advantages", \.advantages, "what advantages are divided by"),
    .flag("normalize_observations", \.normalizesObservations, "shift and scale observations"),
    .flag("normalize_returns", \.normalizesReturns, "divide rewards by the return's deviation"),
    .number("log_std", \.logDeviation, in: -20...20, "first log σ of real-valued actions"),
    .count(
      "evaluate_every", \.evaluateEvery, in: 0...1_000_000_000, "updates between trials; 0: none"),
    .count("evaluation_episodes", \.evaluationEpisodes, in: 1...100_000, "episodes of a trial"),
    .count(
      "evaluation_steps", \.evaluationSteps, in: 1...1_000_000_000, "steps until a trial's end"),
    .count("snapshot_every", \.snapshotEvery, in: 1...1_000_000_000, "updates between snapshots"),
    .flag("keep_best", \.keepsBest, "keep the network of every best trial so far"),
  ]

  /// How large Adam's steps are after so many steps of training.
  package func learningRate(step: Int) -> Double {
    learningRate.value(episode: step + 1, of: steps)
  }

  /// Refuses settings that are each allowed, but not together.
  package func validate() throws(SettingError) {
    let (rows, overflow) = worlds.multipliedReportingOverflow(by: rollout)
    if overflow || rows > 1 << 24 {
      throw SettingError("worlds times rollout is at most \(1 << 24)")
    }
    if minibatch > rows { throw SettingError("minibatch is at most worlds times rollout") }
    if shards > minibatch { throw SettingError("shards is at most minibatch") }
  }
}
