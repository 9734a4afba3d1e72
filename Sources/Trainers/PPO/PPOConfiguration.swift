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

/// The networks that a policy can be.
package enum PolicyKind: String, Sendable, CaseIterable {
  /// Two networks of linear layers, one for the policy and one for the value.
  case mlp
  /// A transformer that reads letters, with two heads.
  case gpt
}

/// The settings of proximal policy optimization (Schulman and others, https://arxiv.org/abs/1707.06347).
package struct PPOConfiguration: Configuration, Equatable {
  /// Training stops after this many steps, those of all worlds together.
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
  /// arithmetic: another number rounds otherwise. Half of an MLP's parts are of each of its two networks.
  package var shards = 2
  /// What kind of network decides.
  package var policy = PolicyKind.mlp
  /// The layers, heads and width of a GPT, and the width between the linear layers of its blocks.
  package var layers = 2
  package var heads = 4
  package var width = 64
  package var inner = 128
  /// How a GPT's weights begin.
  package var start = GPTShape.Start.even
  /// In what numbers a GPT's matrices are multiplied.
  package var precision = Precision.fp32
  /// How much a GPT's guesses count of where each letter stands on the frame that it reads.
  package var placeCoefficient = 0.0
  /// The widths of the layers of either network; a GPT has one between its logits and its heads.
  package var hidden = [64, 64]
  /// What stands between them.
  package var activation = Activation.tanh
  /// The discount of future reward (γ).
  package var gamma = 0.95
  /// How far ahead advantages reach (λ).
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
  /// How much the entropy counts (c₂), by step.
  package var entropyCoefficient = Schedule.constant(0)
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
  /// How many updates lie between evaluations of the policy; 0 for none.
  package var evaluateEvery = 20
  /// How many episodes an evaluation has.
  package var evaluationEpisodes = 20
  /// After how many steps an episode of an evaluation is cut off.
  package var evaluationSteps = 5000
  /// How many updates lie between checkpoints.
  package var snapshotEvery = 50
  /// Whether the network is also kept whenever an evaluation's mean return beats all before.
  package var keepsBest = true

  /// The reacher's settings.
  package init() {}

  /// Every setting by name.
  package static let settings: [Setting<Self>] = [
    .count("steps", \.steps, in: 1...1_000_000_000_000, "stop after N steps"),
    .count("worlds", \.worlds, in: 1...4096, "worlds side by side (N)"),
    .count("rollout", \.rollout, in: 1...1_000_000, "steps of each before learning (T)"),
    .count("epochs", \.epochs, in: 1...1000, "how often a rollout is learned from (K)"),
    .count("minibatch", \.minibatch, in: 1...1_000_000, "steps learned from at once (M)"),
    .count("shards", \.shards, in: 1...64, "parts that a minibatch is computed in"),
    .choice("policy", \.policy, "what kind of network decides"),
    .count("layers", \.layers, in: 1...48, "layers of a GPT"),
    .count("heads", \.heads, in: 1...64, "heads of each, which share its width"),
    .count("width", \.width, in: 1...4096, "numbers that a GPT keeps of each place"),
    .count("inner", \.inner, in: 1...16384, "width between the linear layers of its blocks"),
    .choice("start", \.start, "how a GPT's weights begin"),
    .choice("precision", \.precision, "numbers that a GPT's matrices are multiplied in"),
    .number(
      "place_coefficient", \.placeCoefficient, in: 0...1e6,
      "weight of a GPT's guesses where letters stand"),
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
    .schedule(
      "entropy", \.entropyCoefficient, in: 0...1e6, "weight of the entropy (c₂), by step"),
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

  /// How large Adam's steps are after a number of steps of training.
  package func learningRate(step: Int) -> Double {
    learningRate.value(episode: step + 1, of: steps)
  }

  /// How much the entropy counts after a number of steps of training.
  package func entropyCoefficient(step: Int) -> Double {
    entropyCoefficient.value(episode: step + 1, of: steps)
  }

  /// How large a GPT policy is.
  var size: GPTPolicy.Size {
    GPTPolicy.Size(
      layers: layers, heads: heads, width: width, inner: inner, mixed: hidden[0], start: start,
      precision: precision, guessesPlaces: placeCoefficient > 0)
  }

  /// Refuses settings that are each allowed, but not together.
  package func validate() throws(SettingError) {
    let (rows, overflow) = worlds.multipliedReportingOverflow(by: rollout)
    if overflow || rows > 1 << 24 {
      throw SettingError("worlds times rollout is at most \(1 << 24)")
    }
    if minibatch > rows { throw SettingError("minibatch is at most worlds times rollout") }
    if policy == .gpt && width % heads != 0 { throw SettingError("heads share the width evenly") }
    if shards > minibatch { throw SettingError("shards is at most minibatch") }
  }
}

// MARK: Presets

extension PPOConfiguration {
  /// The reacher.
  package static var reacher: PPOConfiguration { PPOConfiguration() }

  /// The learning lab's settings for the reacher: nothing is scaled, and one world is played.
  package static var reacherLab: PPOConfiguration {
    var settings = PPOConfiguration()
    settings.steps = 200 * 2048
    settings.worlds = 1
    settings.rollout = 2048
    settings.epochs = 4
    settings.activation = .relu
    settings.gamma = 0.99
    settings.entropyCoefficient = .constant(0.01)
    settings.learningRate = .linear(from: 3e-4, to: 3e-5)
    settings.normalizesObservations = false
    settings.normalizesReturns = false
    settings.logDeviation = -0.5
    return settings
  }

  /// Breakout by its features.
  package static var breakout: PPOConfiguration {
    var settings = PPOConfiguration()
    // Games whose last bricks are hard to meet are rare: many of them at once, and for long.
    (settings.steps, settings.worlds) = (3_000_000, 32)
    settings.entropyCoefficient = .constant(0.01)
    // The next brick may be several flights of forty steps away.
    settings.gamma = 0.995
    // The next ball is served at once: to lose one seems to cost nothing.
    settings.lifeEnds = true
    settings.hidden = [128, 128]
    settings.minibatch = 256
    settings.epochs = 4
    settings.learningRate = .linear(from: 1e-3, to: 0)
    settings.evaluationEpisodes = 10
    return settings
  }

  /// Breakout by patches of its characters, sized for two cores.
  package static var breakoutGPT: PPOConfiguration {
    var settings = PPOConfiguration.breakout
    settings.policy = .gpt
    (settings.steps, settings.worlds) = (4_000_000, 8)
    settings.hidden = [96]
    // What it sees of a page it learns from the page itself, before any reward says that it matters.
    settings.placeCoefficient = 10
    settings.learningRate = .linear(from: 1e-3, to: 5e-5)
    settings.entropyCoefficient = .linear(from: 0.01, to: 0.002)
    settings.normalizesObservations = false
    settings.evaluateEvery = 25
    return settings
  }

  /// Breakout by all its 1943 characters, as a language model was published to play it.
  package static var breakoutOriginal: PPOConfiguration {
    var settings = PPOConfiguration()
    settings.policy = .gpt
    (settings.layers, settings.heads, settings.width, settings.inner) = (6, 6, 96, 96)
    (settings.hidden, settings.start) = ([96], .published)
    (settings.worlds, settings.rollout, settings.minibatch) = (1, 1024, 64)
    settings.epochs = 10
    settings.gamma = 0.99
    settings.valueCoefficient = 1
    (settings.valueClip, settings.valueClipIsRaw) = (0.2, true)
    settings.entropyCoefficient = .constant(0.01)
    // Down over a hundred updates, then up again, as its code does.
    settings.learningRate = .cosine(from: 1e-4, to: 5e-5, half: 102_400)
    (settings.beta2, settings.adamEpsilon) = (0.95, 1e-8)
    settings.advantages = .rollout
    (settings.normalizesObservations, settings.normalizesReturns) = (false, false)
    settings.evaluationEpisodes = 10
    return settings
  }

  /// The same by its page, which differs from its code.
  package static var breakoutOriginalReadme: PPOConfiguration {
    var settings = PPOConfiguration.breakoutOriginal
    settings.steps = 4_000_000
    settings.learningRate = .cosine(from: 1e-3, to: 5e-5, half: 102_400)
    return settings
  }
}
