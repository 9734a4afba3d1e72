import Foundation
import Neural
import Platform
import Rollouts
import TestSupport
import Testing
import Trainers
import Worlds

struct GPTPolicyTests {
  /// A board of 14 × 10 characters in patches of 2 × 7, and a transformer that fits it.
  private static let board = {
    var rules = BreakoutRules()
    (rules.rows, rules.columns, rules.bricks, rules.gap) = (10, 14, 1, 1)
    (rules.observation, rules.patchRows, rules.patchColumns) = (.patches, 2, 7)
    rules.stepLimit = 60
    return rules
  }()

  private static let characters = {
    var rules = BreakoutRules()
    rules.observation = .characters
    return rules
  }()

  private static let settings = {
    var settings = PPOConfiguration()
    (settings.policy, settings.normalizesObservations) = (.gpt, false)
    (settings.layers, settings.heads, settings.width, settings.inner) = (2, 2, 8, 12)
    (settings.hidden, settings.worlds, settings.rollout, settings.minibatch) = ([6], 3, 20, 30)
    (settings.steps, settings.epochs, settings.evaluateEvery) = (240, 2, 2)
    (settings.evaluationEpisodes, settings.snapshotEvery) = (2, 2)
    return settings
  }()

  private static func reference(_ name: String) throws -> PPOReference {
    let all = try JSON(parsing: Repository.text("Tests/Reference/transformer.json"))
    return PPOReference(try #require(all[name]))
  }

  private static func network(
    _ letters: LetterSequence, layers: Int = 2, heads: Int = 2, width: Int = 8, inner: Int = 12,
    mixed: Int = 5, guessesPlaces: Bool = false
  ) -> PolicyNetwork {
    PolicyNetwork(
      GPTPolicy.Size(
        layers: layers, heads: heads, width: width, inner: inner, mixed: mixed,
        guessesPlaces: guessesPlaces), letters: letters, actions: 3)
  }

  @Test(arguments: [false, true])
  func `policy, value and gradients are PyTorch's`(isRead: Bool) throws {
    let known = try Self.reference("policy")
    // The symbols of a place are a letter of the first spot, and one of the second after those.
    let letters = LetterSequence(places: 5, each: 2, alphabet: [10, 20, 30])
    let network = Self.network(letters)
    var parameters = Parameters(network.layout, seed: 1)
    for entry in network.layout.entries { parameters[entry.name] = try known.numbers(entry.name) }
    let codes = try known.numbers("x").map { Float(letters.alphabet[Int($0) % 3]) / 255 }
    var workspace = network.workspace(rows: 2, pool: isRead ? ThreadPool(threads: 2) : nil)
    workspace.load(codes, from: [0, 10], rows: 2)
    workspace.forward(rows: 2, parameters)
    let (y, dy) = (try known.numbers("y"), try known.numbers("dy"))
    for row in 0..<2 {
      let said =
        (0..<3).map { workspace.activations[workspace.policy, row, $0] } + [
          workspace.value(of: row)
        ]
      expectNear(said, Array(y[row * 4..<row * 4 + 4]), within: 2e-5, "row \(row)")
      for column in 0..<3 {
        workspace.activations[gradient: workspace.policy, row, column] = dy[row * 4 + column]
      }
      workspace.activations[gradient: workspace.value, row, 0] = dy[row * 4 + 3]
    }
    if isRead { return }
    var gradients = Parameters(zeros: network.layout)
    workspace.backward(rows: 2, parameters, into: &gradients)
    for entry in network.layout.entries {
      expectNear(
        gradients[entry.name], try known.numbers("d" + entry.name), within: 5e-5, entry.name)
    }
  }

  @Test func `the published size has its 573,988 parameters and PyTorch's logits`() throws {
    let known = try Self.reference("full policy")
    let letters = try #require(
      Breakout(rules: Self.characters).letters)
    let network = Self.network(letters, layers: 6, heads: 6, width: 96, inner: 96, mixed: 96)
    #expect(network.layout.count == known.json["count"]?.int)
    var parameters = Parameters(network.layout, seed: 1)
    for entry in network.layout.entries {
      let isGain = entry.name.contains(".ln_") && entry.name.hasSuffix("weight")
      parameters[entry.name] = (0..<entry.count).map {
        Float(0.1 * sin(0.37 * Double($0) + Double(entry.name.count)) + (isGain ? 1 : 0))
      }
    }
    var workspace = network.workspace(rows: 1, pool: ThreadPool(threads: 1))
    workspace.load((0..<1943).map { Float($0 * 7919 % 256) / 255 }, from: [0], rows: 1)
    workspace.forward(rows: 1, parameters)
    let said =
      (0..<3).map { workspace.activations[workspace.policy, 0, $0] } + [workspace.value(of: 0)]
    expectNear(said, try known.numbers("y"), within: 1e-4, "logits and value")
  }

  @Test func `consecutive frames are read as if each were the first`() throws {
    let world = try Breakout(rules: Self.board)
    let network = Self.network(try #require(world.letters))
    let parameters = Parameters(network.layout, seed: 3)
    var (reader, anew) = (
      network.workspace(rows: 1, pool: ThreadPool(threads: 1)), network.workspace(rows: 1)
    )
    let generator = Generator(seed: 9)
    var state = world.start(generator.draws(for: .start, episode: 1, t: 0))
    for t in 0..<200 {
      let seen = world.observation(state)
      func ask(_ workspace: inout PolicyWorkspace) {
        workspace.load(seen, from: [0], rows: 1)
        workspace.forward(rows: 1, parameters)
      }
      ask(&reader)
      ask(&anew)
      expectNear(
        reader.activations.rows(reader.policy, 1) + [reader.value(of: 0)],
        anew.activations.rows(anew.policy, 1) + [anew.value(of: 0)], within: 1e-6, "step \(t)")
      let outcome = world.step(state, t % 3, generator.draws(for: .world, episode: 1, t: t))
      state =
        outcome.ending == .running
        ? outcome.next : world.start(generator.draws(for: .start, episode: t, t: 0))
    }
  }

  @Test(arguments: [0, 0.8])
  func `the gradients of its update equal the slopes that small steps measure`(
    placeCoefficient: Double
  ) throws {
    let letters = LetterSequence(places: 3, each: 1, alphabet: [0, 1, 2, 3])
    var update = SingleUpdate(
      Self.network(
        letters, layers: 1, width: 4, inner: 4, mixed: 3, guessesPlaces: placeCoefficient > 0),
      steps: 6)
    update.settings.placeCoefficient = placeCoefficient
    for index in update.parameters.values.indices {
      update.parameters.values[index] += Float(index * 37 % 19) / 40 - 0.2
    }
    update.rollout.observations = (0..<18).map { Float($0 * 5 % 4) / 255 }
    update.rollout.actions = [0, 1, 2, 0, 1, 2]
    update.rollout.logs = [-1.1, -1, -1.2, -1, -1.1, -1.2]
    update.rollout.advantages = [1, -0.5, 0.3, -1, 0.2, 0.6]
    update.rollout.returns = [0.5, 1, -1, 0.2, 0, 0.4]
    (update.settings.gradientNorm, update.settings.clipRange, update.rate) = (0, 1, 0)
    let gradients = try update.learn().gradients.values
    let start = update.parameters.values
    let slopes = try start.indices.map { index in
      let sides = try [Float(0.004), -0.004].map { move in
        update.parameters.values = start
        update.parameters.values[index] += move
        return try update.loss()
      }
      return Float((sides[0] - sides[1]) / 0.008)
    }
    expectNear(gradients, slopes, within: 3e-3, "gradients")
  }

  @Test func `the centers of letters are computed from a frame's symbols, from −1 to 1`() {
    // Two places side by side, each of two lines of three letters: the first letter in two opposite corners,
    // the second in column 2 of the lower line, the third nowhere.
    let letters = LetterSequence(places: 2, across: 2, each: 6, columns: 3, alphabet: [7, 8, 9])
    var symbols = [Int](repeating: -1, count: 12)
    (symbols[0], symbols[11], symbols[5]) = (0 * 3 + 0, 5 * 3 + 0, 5 * 3 + 1)
    var centers = [SIMD3<Float>](repeating: .zero, count: 3)
    LetterCenters(letters).compute(symbols, from: 0, into: &centers)
    #expect(centers[0] == SIMD3<Float>(0, 0, 2))
    #expect(centers[1] == SIMD3<Float>(2 * 2 / 5 - 1, 1, 1))
    #expect(centers[2].z == 0 && centers[2].x.isNaN)
  }

  @Test func `it learns from frames where their letters are`() throws {
    let letters = LetterSequence(places: 2, across: 2, each: 6, columns: 3, alphabet: [7, 8, 9])
    var codes = [Float](repeating: 0, count: 12)
    (codes[0], codes[6 + 5], codes[5]) = (7 / 255, 7 / 255, 8 / 255)
    var update = SingleUpdate(Self.network(letters, guessesPlaces: true), steps: 1)
    update.rollout.observations = codes
    update.settings.placeCoefficient = 1
    let before = try update.learn().report.means.place
    for _ in 0..<200 { _ = try update.learn() }
    let report = try update.learn().report
    #expect(report.means.place < before / 100)
    #expect(report.metrics.contains { $0.name == "losses/place_loss" })
  }

  @Test(arguments: [0, 10])
  func `one thread and two train the same, and a run resumes as if never interrupted`(
    placeCoefficient: Double
  ) throws {
    let world = try Breakout(rules: Self.board)
    var settings = Self.settings
    settings.placeCoefficient = placeCoefficient
    let (one, sink) = try PPOTrainer.trained(world, settings)
    let (two, same) = try PPOTrainer.trained(world, threads: 2, settings)
    #expect(one.parameters == two.parameters)
    #expect(sink.transitions == same.transitions)
    let middle = try #require(sink.checkpoints.first { $0.step == 120 })
    var resumed = try PPOTrainer(world, seed: 1, settings: settings)
    try resumed.resume(from: middle) { Array(sink.transitions[$0]) }
    var rest = MemorySink()
    try resumed.train(into: &rest)
    #expect(rest.transitions == Array(sink.transitions[120...]))
    #expect(resumed.parameters == one.parameters)
  }

  @Test func `a checkpoint holds the whole policy, which answers known frames from activations`()
    throws
  {
    let world = try Breakout(rules: Self.board)
    let (trainer, _) = try PPOTrainer.trained(world, Self.settings)
    var policy = try GreedyPolicyNetwork(trainer.checkpoint(kind: "ppo"))
    #expect(policy.fits(world))
    #expect(!policy.fits(Breakout()))
    let start = world.start(Generator(seed: 1).draws(for: .start, episode: 1, t: 0))
    let first = policy.outputs(start, in: world)
    #expect(policy.outputs(start, in: world) == first)
    var workspace = trainer.network.workspace(rows: 1)
    workspace.load(world.observation(start), from: [0], rows: 1)
    workspace.forward(rows: 1, trainer.parameters)
    expectNear(first, workspace.activations.rows(workspace.policy, 1), within: 1e-6, "outputs")
  }

  @Test func `a GPT refuses a world that shows no letters, and heads that do not share its width`()
    throws
  {
    #expect(throws: SettingError.self) {
      _ = try PPOTrainer(Breakout(), seed: 1, settings: Self.settings)
    }
    var settings = Self.settings
    settings.heads = 3
    #expect(throws: SettingError.self) {
      _ = try PPOTrainer(Breakout(rules: Self.board), seed: 1, settings: settings)
    }
  }
}
