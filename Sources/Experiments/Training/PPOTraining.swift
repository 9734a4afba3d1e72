import Recordings
package import Rollouts
import Synchronization
package import Trainers

extension PPOConfiguration: TrainerSettings {
  /// The trainer for proximal policy optimization.
  package static var trainerName: String { "ppo" }

  package static func learns(_ subject: Subject) -> Bool {
    if case .world(let world) = subject { world is any ObservableWorld } else { false }
  }

  package func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer {
    func make<W: ObservableWorld>(_ world: W) throws(SettingError) -> any Trainer {
      try PPOTrainer(world, seed: seed, settings: self)
    }
    guard case .world(let world) = subject, let observable = world as? any ObservableWorld else {
      throw RunError.run("networks do not learn \(subject.name)")
    }
    return try make(observable)
  }

  package func check(_ checkpoint: Checkpoint) throws {
    let weights =
      switch policy {
      case .mlp: zip(hidden, hidden.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
      case .gpt: layers * (4 * width * width + 2 * width * inner)
      }
    try check(checkpoint, holds: weights)
  }

  package static var policyKinds: [String] { PolicyKind.allCases.map(\.rawValue) }
  package var policyKind: String? { policy.rawValue }
  package func mostSteps(stepLimit: Int) -> Int { steps }

  package var stepsLearnedTogether: Int { worlds * rollout }

  package var withoutTrials: PPOConfiguration {
    var settings = self
    settings.evaluateEvery = 0
    return settings
  }

  package func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player {
    func make<W: ObservableWorld>(_ world: W) throws -> any Player {
      // As in the evaluations during training: a policy that never fails could play for ever.
      try PolicyPlayer(
        world, GreedyPolicyNetwork(checkpoint),
        stepLimit: min(world.stepLimit, evaluationSteps))
    }
    guard let observable = try world.readyToStep() as? any ObservableWorld else {
      throw RunError.run("the recorded policy does not fit its world")
    }
    return try make(observable)
  }

  package func advisor(
    in world: any World, by checkpoint: Checkpoint
  ) throws -> (any Advisor)? {
    func make<W: ObservableWorld>(_ world: W) throws -> any Advisor {
      try PolicyAdvisor(world, GreedyPolicyNetwork(checkpoint))
    }
    return try (world as? any ObservableWorld).map { try make($0) }
  }

  package var insight: Insight {
    .attention { checkpoint, world in
      func make<W: ObservableWorld>(_ world: W) throws -> (any StateAttention)? {
        let policy = try GreedyPolicyNetwork(checkpoint)
        guard policy.fits(world), let heads = policy.heads else { return nil }
        return PolicyAttention(world: world, heads: heads, policy: Mutex(policy))
      }
      return try (world as? any ObservableWorld).flatMap { try make($0) }
    }
  }
}

/// What a transformer attends to in the frames of a world.
private final class PolicyAttention<W: ObservableWorld>: StateAttention {
  let heads: Int
  private let world: W
  private let policy: Mutex<GreedyPolicyNetwork>

  init(world: W, heads: Int, policy: consuming Mutex<GreedyPolicyNetwork>) {
    (self.world, self.heads) = (world, heads)
    self.policy = policy
  }

  func shares(of state: Value) -> [[Float]] {
    guard let state = W.State(recorded: state) else { return [] }
    return policy.withLock { $0.attention(state, in: world) } ?? []
  }
}
