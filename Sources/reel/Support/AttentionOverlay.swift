import Recordings
import Synchronization
import Trainers
import Worlds

/// Where a transformer looked in each frame of Breakout before it decided.
final class AttentionOverlay: Sendable {
  /// What the command line asks for.
  struct Wish {
    let head: Int?
    let checkpoint: String?

    /// Nil where no overlay is asked for.
    init?(_ arguments: inout Arguments) throws {
      let overlay = try arguments.option(
        "--overlay", value: "WHAT", choices: ["attention"],
        help: "warm what a GPT policy looked at before it decided")
      head = try arguments.count(
        "--head", in: 1...64, help: "of the overlay: one head (default their mean)")
      checkpoint = try arguments.option(
        "--checkpoint", value: "STEP",
        help: "of the overlay: the policy by a step, N%, last (default) or best")
      if overlay == nil {
        guard head == nil && checkpoint == nil else {
          throw Failure.usage("--head and --checkpoint are for --overlay attention")
        }
        return nil
      }
    }
  }

  /// What the colours mean, for a line above the picture.
  let title: String
  private let world: Breakout
  private let head: Int?
  private let policy: Mutex<GreedyPolicyNetwork>

  init(_ wish: Wish, of recording: Recording, _ world: KnownWorld) throws {
    let policy: GreedyPolicyNetwork
    guard case .breakout(let world) = world, world.letters != nil else {
      throw Failure.failed(
        "\(recording.path) has no policy that reads letters",
        "train breakout --policy gpt makes one")
    }
    policy = try GreedyPolicyNetwork(
      try networkCheckpoint(of: recording, at: wish.checkpoint, option: "--checkpoint"))
    guard policy.fits(world), let heads = policy.heads else {
      throw Failure.failed("the recorded policy of \(recording.path) does not look at places")
    }
    if let head = wish.head, head > heads {
      throw Failure.usage("the policy has \(heads) heads, and no head \(head)")
    }
    self.world = world
    head = wish.head
    title =
      "where the policy looked: "
      + (wish.head.map { "head \($0) of \(heads)" } ?? "the mean of \(heads) heads")
    self.policy = Mutex(policy)
  }

  /// How warm each place of a frame is; the warmest has 1.
  @Sendable func heat(of state: BreakoutState) -> [Float] {
    let shares = policy.withLock { $0.attention(state, in: world) } ?? []
    let places = shares.first?.indices ?? 0..<0
    let heat =
      head.map { shares[$0 - 1] }
      ?? places.map { place in shares.reduce(0) { $0 + $1[place] } / Float(shares.count) }
    let warmest = max(heat.max() ?? 0, .leastNormalMagnitude)
    return heat.map { $0 / warmest }
  }
}
