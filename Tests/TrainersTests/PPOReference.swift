import Neural
import Platform
import Rollouts
import TestSupport
import Testing
import Trainers

/// What Stable-Baselines3 and PyTorch computed (Tests/Reference/ppo_reference.py).
struct PPOReference {
  let json: JSON

  /// One case.
  init(_ name: String) throws {
    let all = try JSON(parsing: Repository.text("Tests/Reference/ppo.json"))
    json = try #require(all[name], "\(name)")
  }

  init(_ json: JSON) { self.json = json }

  func number(_ key: String) throws -> Double { try #require(json[key]?.double, "\(key)") }

  func numbers(_ key: String) throws -> [Float] { Self.floats(try #require(json[key])) }

  /// The numbers of several tensors, one after the other, as a slab holds them.
  func slab(_ key: String) throws -> [Float] {
    guard case .array(let tensors)? = json[key] else { return [] }
    return tensors.flatMap(Self.floats)
  }

  func list(_ key: String) throws -> [PPOReference] {
    guard case .array(let elements)? = json[key] else { return [] }
    return elements.map(PPOReference.init)
  }

  private static func floats(_ json: JSON) -> [Float] {
    guard case .array(let elements) = json else { return [] }
    return elements.map { Float($0.double ?? .nan) }
  }
}

/// Expects numbers that agree up to a tolerance relative to their size, which is at least 1.
func expectNear(
  _ these: [Float], _ those: [Float], within tolerance: Float, _ what: String,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(these.count == those.count, "\(what)", sourceLocation: location)
  for (index, (one, other)) in zip(these, those).enumerated()
  where !(abs(one - other) <= tolerance * max(1, abs(other))) {
    Issue.record("\(what)[\(index)] is \(one), not \(other)", sourceLocation: location)
    return
  }
}

/// One update on a whole batch, with everything it needs.
struct SingleUpdate {
  let network: PolicyNetwork
  var settings = PPOConfiguration()
  var parameters: Parameters
  var adam: Adam
  var rollout: RolloutBuffer
  var rate = 0.01

  init(_ known: PPOReference) throws {
    let isReal = known.json["real"] == .bool(true)
    let old = try known.numbers("old")
    self.init(
      PolicyNetwork(
        inputs: 3, actions: isReal ? .continuous(2) : .discrete(3), hidden: [4],
        activation: .tanh), steps: old.count)
    settings.valueClip = try known.number("value_clip")
    parameters.values = try known.slab("before")
    rollout.observations = try known.numbers("x")
    rollout.actions = try known.numbers("action")
    rollout.logs = old
    rollout.values = try known.numbers("old_value")
    rollout.advantages = try known.numbers("advantage")
    rollout.returns = try known.numbers("returns")
  }

  init(_ network: PolicyNetwork, steps: Int) {
    self.network = network
    parameters = Parameters(network.layout, seed: 1)
    (settings.worlds, settings.rollout, settings.minibatch, settings.epochs) = (1, steps, steps, 1)
    (settings.valueCoefficient, settings.entropyCoefficient) = (0.7, .constant(0.02))
    adam = Adam(network.layout, epsilon: 1e-5)
    rollout = RolloutBuffer(
      worlds: 1, ticks: steps, width: network.inputs, actionWidth: network.actionWidth)
    rollout.ticks = steps
  }

  mutating func learn(threads: Int = 1) throws -> (report: PPOReport, gradients: Parameters) {
    let learner = PPOLearner(network, settings, ThreadPool(threads: threads))
    let report = try learner.learn(
      from: rollout, &parameters, &adam, PPOLearner.Update(learningRate: rate),
      Generator(seed: 1))
    return (report, learner.gradients)
  }

  /// The whole loss, whose slopes are the gradients.
  mutating func loss() throws -> Double {
    let before = (parameters, adam)
    defer { (parameters, adam) = before }
    let means = try learn().report.means
    return means.policy + settings.valueCoefficient * means.value
      + settings.placeCoefficient * means.place
      - settings.entropyCoefficient(step: 0) * means.entropy
  }
}
