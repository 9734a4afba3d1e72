package import Neural
package import Rollouts

/// The divisor of advantages, after their mean is subtracted.
package enum AdvantageScale: String, Sendable, CaseIterable {
  /// The standard deviation within each minibatch.
  case minibatch
  /// The standard deviation within the whole rollout.
  case rollout
  /// None; the mean is not subtracted either.
  case none
}

/// The kinds of policy network.
package enum PolicyKind: String, Sendable, CaseIterable {
  /// Two networks of linear layers, one for the policy and one for the value.
  case mlp
  /// A transformer that reads letters, with two heads.
  case gpt
}

/// The settings of proximal policy optimization (Schulman and others, https://arxiv.org/abs/1707.06347).
package struct PPOConfiguration: Configuration, Equatable {
  /// Training stops after this many steps, summed over all worlds.
  package var steps = 1_000_000
  /// How many worlds are played side by side (N).
  package var worlds = 8
  /// How many steps each world takes between updates (T).
  package var rollout = 256
  /// How often each rollout is used (K).
  package var epochs = 10
  /// The steps in a minibatch (M).
  package var minibatch = 64
  /// Into how many parts the gradient of a minibatch is divided; they may be computed concurrently.
  /// This affects rounding: another number gives other bits. Half of an MLP's parts belong to each
  /// of its two networks.
  package var shards = 2
  /// The kind of policy network.
  package var policy = PolicyKind.mlp
  /// The layers, heads and width of a GPT, and the width between the linear layers of its blocks.
  package var layers = 2
  package var heads = 4
  package var width = 64
  package var inner = 128
  /// How a GPT's weights are initialized.
  package var start = GPTShape.Start.even
  /// The precision of a GPT's matrix products.
  package var precision = Precision.fp32
  /// The weight of a GPT's predictions of where each letter is on its frame.
  package var placeCoefficient = 0.0
  /// The widths of either network's hidden layers; a GPT has one between its logits and its heads.
  package var hidden = [64, 64]
  /// The activation between them.
  package var activation = Activation.tanh
  /// The discount of future reward (γ).
  package var gamma = 0.95
  /// How far ahead advantages reach (λ).
  package var lambda = 0.95
  /// Whether losing a life counts as an end for the learner, though the episode goes on.
  package var lifeEnds = false
  /// How far a policy ratio may move from one (ε).
  package var clipRange = 0.2
  /// How far a value may move in an update, in standard deviations of the return; 0 for no limit.
  package var valueClip = 0.0
  /// Whether `valueClip` is in units of the reward instead, as in programs without scaling.
  package var valueClipIsRaw = false
  /// The weight of the value's loss (c₁).
  package var valueCoefficient = 0.5
  /// The weight of the entropy (c₂), by step.
  package var entropyCoefficient = Schedule.constant(0)
  /// Adam's learning rate (α), by step.
  package var learningRate = Schedule.linear(from: 6e-4, to: 0)
  /// Adam's decay of the mean square (β₂).
  package var beta2 = 0.999
  /// Keeps Adam's quotient finite (its ε).
  package var adamEpsilon = 1e-5
  /// The greatest norm of a gradient; 0 for no limit.
  package var gradientNorm = 0.5
  /// An update stops once the policy has moved this far; 0 for never.
  package var targetKL = 0.0
  /// The divisor of advantages.
  package var advantages = AdvantageScale.minibatch
  /// Whether observations are shifted and scaled by the statistics so far.
  package var normalizesObservations = true
  /// Whether rewards are divided by the standard deviation of the return so far.
  package var normalizesReturns = true
  /// The logarithm of the initial standard deviation of real-valued actions (log σ).
  package var logDeviation = -1.0
  /// How many updates between evaluations of the policy; 0 for none.
  package var evaluateEvery = 20
  /// How many episodes an evaluation has.
  package var evaluationEpisodes = 20
  /// After how many steps an episode of an evaluation is truncated.
  package var evaluationSteps = 5000
  /// How many updates between checkpoints.
  package var snapshotEvery = 50
  /// Whether a checkpoint is also kept whenever an evaluation has the best mean return so far.
  package var keepsBest = true

  /// The reacher's settings.
  package init() {}

  /// Every setting by name.
  package static let settings: [Setting<Self>] = [
    .count("steps", \.steps, in: 1...1_000_000_000_000, "stop after N steps"),
    .count("worlds", \.worlds, in: 1...4096, "worlds side by side (N)"),
    .count("rollout", \.rollout, in: 1...1_000_000, "steps of each world between updates (T)"),
    .count("epochs", \.epochs, in: 1...1000, "how often each rollout is used (K)"),
    .count("minibatch", \.minibatch, in: 1...1_000_000, "steps in a minibatch (M)"),
    .count("shards", \.shards, in: 1...64, "parts of a minibatch, computed in parallel"),
    .choice("policy", \.policy, "kind of policy network"),
    .count("layers", \.layers, in: 1...48, "layers of a GPT"),
    .count("heads", \.heads, in: 1...64, "attention heads of each layer"),
    .count("width", \.width, in: 1...4096, "width of a GPT"),
    .count("inner", \.inner, in: 1...16384, "width between the linear layers of a GPT's blocks"),
    .choice("start", \.start, "how a GPT's weights are initialized"),
    .choice("precision", \.precision, "precision of a GPT's matrix products"),
    .number(
      "place_coefficient", \.placeCoefficient, in: 0...1e6,
      "weight of a GPT's predictions of where letters are"),
    .counts("hidden", \.hidden, in: 1...4096, atMost: 8, "widths of the hidden layers"),
    .choice("activation", \.activation, "activation between layers"),
    .number("gamma", \.gamma, in: 0...1, "discount of future reward (γ)"),
    .number("lambda", \.lambda, in: 0...1, "how far ahead advantages look (λ)"),
    .flag("life_ends", \.lifeEnds, "treat a lost life as an end, though the episode goes on"),
    .number("clip", \.clipRange, in: 0...1e6, "how far a policy ratio may move from one (ε)"),
    .number(
      "value_clip", \.valueClip, in: 0...1e9,
      "how far a value may move in an update, in standard deviations of the return; 0: no limit"),
    .flag("value_clip_raw", \.valueClipIsRaw, "measure value_clip in units of the reward"),
    .number(
      "value_coefficient", \.valueCoefficient, in: 0...1e6, "weight of the value's loss (c₁)"),
    .schedule(
      "entropy", \.entropyCoefficient, in: 0...1e6, "weight of the entropy (c₂), by step"),
    .schedule(
      "learning_rate", \.learningRate, in: 0...100, "Adam's learning rate (α), by step"),
    .number("beta2", \.beta2, in: 0...0.999999, "Adam's decay of the mean square (β₂)"),
    .number("adam_epsilon", \.adamEpsilon, in: 0...1, "keeps Adam's quotient finite"),
    .number(
      "gradient_norm", \.gradientNorm, in: 0...1e9, "greatest norm of a gradient; 0: no limit"),
    .number(
      "target_kl", \.targetKL, in: 0...1e6,
      "stop an update once the policy has moved this far; 0: never"),
    .choice("advantages", \.advantages, "divisor of advantages"),
    .flag("normalize_observations", \.normalizesObservations, "shift and scale observations"),
    .flag(
      "normalize_returns", \.normalizesReturns, "divide rewards by the return's standard deviation"),
    .number("log_std", \.logDeviation, in: -20...20, "initial log σ of real-valued actions"),
    .count(
      "evaluate_every", \.evaluateEvery, in: 0...1_000_000_000,
      "updates between evaluations; 0: none"),
    .count(
      "evaluation_episodes", \.evaluationEpisodes, in: 1...100_000, "episodes of an evaluation"),
    .count(
      "evaluation_steps", \.evaluationSteps, in: 1...1_000_000_000,
      "steps until an evaluation's episode is truncated"),
    .count("snapshot_every", \.snapshotEvery, in: 1...1_000_000_000, "updates between checkpoints"),
    .flag("keep_best", \.keepsBest, "keep the network of every best evaluation so far"),
  ]

  /// Adam's learning rate after a number of training steps.
  package func learningRate(step: Int) -> Double {
    learningRate.value(episode: step + 1, of: steps)
  }

  /// The weight of the entropy after a number of training steps.
  package func entropyCoefficient(step: Int) -> Double {
    entropyCoefficient.value(episode: step + 1, of: steps)
  }

  /// The size of a GPT policy.
  var size: GPTPolicy.Size {
    GPTPolicy.Size(
      layers: layers, heads: heads, width: width, inner: inner, mixed: hidden[0], start: start,
      precision: precision, guessesPlaces: placeCoefficient > 0)
  }

  /// Throws for settings that are each valid, but not together.
  package func validate() throws(SettingError) {
    let (rows, overflow) = worlds.multipliedReportingOverflow(by: rollout)
    if overflow || rows > 1 << 24 {
      throw SettingError("worlds times rollout must be at most \(1 << 24)")
    }
    if minibatch > rows { throw SettingError("minibatch must be at most worlds times rollout") }
    if policy == .gpt && width % heads != 0 {
      throw SettingError("width must be a multiple of heads")
    }
    if shards > minibatch { throw SettingError("shards must be at most minibatch") }
  }
}

// MARK: Presets

extension PPOConfiguration {
  /// The reacher.
  package static var reacher: PPOConfiguration { PPOConfiguration() }

  /// The learning lab's settings for the reacher: nothing is scaled, and there is one world.
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

  /// Breakout with features.
  package static var breakout: PPOConfiguration {
    var settings = PPOConfiguration()
    // Games in which the last bricks are hard to hit are rare. It takes many worlds and a long time to meet enough of them.
    (settings.steps, settings.worlds) = (3_000_000, 32)
    settings.entropyCoefficient = .constant(0.01)
    // The next brick may be several flights of forty steps away.
    settings.gamma = 0.995
    // The next ball is served at once, so losing one would seem to cost nothing.
    settings.lifeEnds = true
    settings.hidden = [128, 128]
    settings.minibatch = 256
    settings.epochs = 4
    settings.learningRate = .linear(from: 1e-3, to: 0)
    settings.evaluationEpisodes = 10
    return settings
  }

  /// Breakout with patches of its characters, sized for two cores.
  package static var breakoutGPT: PPOConfiguration {
    var settings = PPOConfiguration.breakout
    settings.policy = .gpt
    (settings.steps, settings.worlds) = (4_000_000, 8)
    settings.hidden = [96]
    // It learns to read the page from the page itself, before any reward shows that this matters.
    settings.placeCoefficient = 10
    settings.learningRate = .linear(from: 1e-3, to: 5e-5)
    settings.entropyCoefficient = .linear(from: 0.01, to: 0.002)
    settings.normalizesObservations = false
    settings.evaluateEvery = 25
    return settings
  }

  /// Breakout with all 1943 characters, as a language model was published to play it.
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
    // Down over a hundred updates, then up again, as in the published code.
    settings.learningRate = .cosine(from: 1e-4, to: 5e-5, half: 102_400)
    (settings.beta2, settings.adamEpsilon) = (0.95, 1e-8)
    settings.advantages = .rollout
    (settings.normalizesObservations, settings.normalizesReturns) = (false, false)
    settings.evaluationEpisodes = 10
    return settings
  }

  /// The same, according to the published page, which differs from the code.
  package static var breakoutOriginalReadme: PPOConfiguration {
    var settings = PPOConfiguration.breakoutOriginal
    settings.steps = 4_000_000
    settings.learningRate = .cosine(from: 1e-3, to: 5e-5, half: 102_400)
    return settings
  }
}
