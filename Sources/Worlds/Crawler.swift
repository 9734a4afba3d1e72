import Glibc
package import Rollouts

/// The rules of the crawler that a user may change.
package struct CrawlerRules: Configuration, Equatable {
  /// After how many steps an episode is truncated.
  package var stepLimit = 1000

  /// The crawler by its published rules.
  package init() {}

  /// Every rule by name.
  package static let settings: [Setting<Self>] = [
    .count("step_limit", \.stepLimit, in: 1...1_000_000_000, "steps until truncation")
  ]
}

/// CS188's crawling robot: a box that drags itself along with an arm and a hand.
package struct Crawler: TabularWorld {
  package static let armBuckets = 9
  package static let handBuckets = 13
  package static let armLength = 60.0
  package static let handLength = 40.0
  package static let bodyWidth = 80.0
  package static let bodyHeight = 40.0

  package let rules: CrawlerRules
  package let dynamics: Dynamics

  /// A crawler.
  package init(rules: CrawlerRules = CrawlerRules()) {
    self.rules = rules
    dynamics = Self.dynamics()
  }

  /// A crawler with other rules.
  package func following(_ rules: CrawlerRules) -> Crawler { Crawler(rules: rules) }

  /// After how many steps an episode is truncated.
  package var stepLimit: Int { rules.stepLimit }

  /// The crawler's actions and the numbering of its states.
  package var description: WorldDescription {
    WorldDescription(
      name: "crawler",
      actions: [
        ActionMeaning("arm up", dy: -1), ActionMeaning("arm down", dy: 1),
        ActionMeaning("hand up", dx: 1), ActionMeaning("hand down", dx: -1),
      ],
      fields: [
        Field(
          "state", "arm", type: "up", offset: Self.handBuckets, count: Self.armBuckets,
          "angle of the arm: −30° + 7.5° a bucket"),
        Field(
          "state", "hand", type: "column", offset: 1, count: Self.handBuckets,
          "angle of the hand: −150° + 12.5° a bucket"),
      ])
  }

  /// The state for the buckets of an arm and a hand.
  package static func state(arm: Int, hand: Int) -> Int { arm * handBuckets + hand }

  /// The angles of arm and hand in a state, in radians, upward.
  package static func angles(of state: Int) -> (arm: Double, hand: Double) {
    let arm = -30 + 7.5 * Double(state / handBuckets)
    let hand = -150 + 12.5 * Double(state % handBuckets)
    return (arm * .pi / 180, hand * .pi / 180)
  }

  /// The position of the hand's tip, relative to the pivot at the body's lower rear corner.
  package static func tip(of state: Int) -> (x: Double, y: Double) {
    let (arm, hand) = angles(of: state)
    return (
      armLength * cos(arm) + handLength * cos(hand) + bodyWidth,
      armLength * sin(arm) + handLength * sin(hand) + bodyHeight
    )
  }

  /// How far the body moves when the tip moves from one state's position to another's: the tip
  /// drags it while it is below ground.
  package static func displacement(from old: Int, to new: Int) -> Double {
    let (xo, yo) = tip(of: old)
    let (x, y) = tip(of: new)
    let (before, after) = ((xo * xo + yo * yo).squareRoot(), (x * x + y * y).squareRoot())
    if y < 0 {
      return yo <= 0 ? before - after : (xo - yo * (x - xo) / (y - yo)) - after
    }
    return yo >= 0 ? 0 : before - (x - y * (xo - x) / (yo - y))
  }

  private static func dynamics() -> Dynamics {
    var outcomes: [Dynamics.Outcome] = []
    var legal: [UInt8] = []
    for arm in 0..<armBuckets {
      for hand in 0..<handBuckets {
        let here = state(arm: arm, hand: hand)
        var mask: UInt8 = 0
        for (action, (da, dh)) in [(1, 0), (-1, 0), (0, 1), (0, -1)].enumerated() {
          guard (0..<armBuckets).contains(arm + da), (0..<handBuckets).contains(hand + dh) else {
            outcomes.append(Dynamics.Outcome(next: here, reward: 0))
            continue
          }
          mask |= 1 << action
          let next = state(arm: arm + da, hand: hand + dh)
          outcomes.append(
            Dynamics.Outcome(next: next, reward: displacement(from: here, to: next) + 0))
        }
        legal.append(mask)
      }
    }
    return Dynamics(
      states: armBuckets * handBuckets, actions: 4, start: state(arm: 4, hand: 6),
      outcomes: outcomes, legal: legal)
  }
}
