import Rollouts
import Testing
import Worlds

struct CrawlerTests {
  static let dynamics = Crawler().dynamics

  @Test func `there are nine arm and thirteen hand buckets, and the middle is the start`() {
    #expect(Self.dynamics.states == 117)
    #expect(Self.dynamics.actions == 4)
    #expect(Self.dynamics.start == Crawler.state(arm: 4, hand: 6))
  }

  @Test func `angles are those of the buckets`() {
    let degrees = 180 / Double.pi
    let lowest = Crawler.angles(of: Crawler.state(arm: 0, hand: 0))
    #expect(abs(lowest.arm * degrees + 30) < 1e-12 && abs(lowest.hand * degrees + 150) < 1e-12)
    let highest = Crawler.angles(of: Crawler.state(arm: 8, hand: 12))
    #expect(abs(highest.arm * degrees - 30) < 1e-12 && abs(highest.hand * degrees) < 1e-12)
  }

  @Test func `every legal action moves one bucket the way its arrow points`() throws {
    let world = Crawler()
    let layout = try #require(StateLayout(world.description.fields))
    #expect(layout.rows == 9 && layout.columns == 13)
    for state in 0..<world.dynamics.states {
      let (row, column) = layout.cell(of: state)
      for (action, meaning) in world.description.actions.enumerated() {
        let to = (row + meaning.dy, column + meaning.dx)
        let isInside = (0..<9).contains(to.0) && (0..<13).contains(to.1)
        #expect(world.dynamics.isLegal(action, in: state) == isInside)
        let next = Int(world.dynamics.outcome(state, executing: action).next)
        #expect(layout.cell(of: next) == (isInside ? to : (row, column)))
      }
    }
  }

  @Test func `the body moves only while the hand is below ground`() {
    for state in 0..<117 {
      for action in 0..<4 where Self.dynamics.isLegal(action, in: state) {
        let outcome = Self.dynamics.outcome(state, executing: action)
        let (before, after) = (Crawler.tip(of: state).y, Crawler.tip(of: Int(outcome.next)).y)
        if before >= 0 && after >= 0 { #expect(outcome.reward == 0) }
        if before < 0 && after < 0 { #expect(outcome.reward != 0) }
        #expect(!outcome.terminates)
      }
    }
  }

  @Test func `while the hand stays below ground, moving there and back gains nothing`() {
    for state in 0..<117 where Crawler.tip(of: state).y < 0 {
      for action in 0..<4 where Self.dynamics.isLegal(action, in: state) {
        let next = Int(Self.dynamics.outcome(state, executing: action).next)
        guard Crawler.tip(of: next).y < 0 else { continue }
        let there = Crawler.displacement(from: state, to: next)
        let back = Crawler.displacement(from: next, to: state)
        #expect(abs(there + back) < 1e-12)
      }
    }
  }

  @Test func `a displacement agrees with a calculation by hand`() {
    // Arm −30°, hand −100° → −87.5°: both tips below ground, so the body is drawn by the
    // difference of their distances from the pivot.
    let (a, h, k) = (-30 * Double.pi / 180, -100 * Double.pi / 180, -87.5 * Double.pi / 180)
    func distance(_ hand: Double) -> Double {
      let x = 60 * cosine(a) + 40 * cosine(hand) + 80
      let y = 60 * sine(a) + 40 * sine(hand) + 40
      return (x * x + y * y).squareRoot()
    }
    let from = Crawler.state(arm: 0, hand: 4)
    let to = Crawler.state(arm: 0, hand: 5)
    #expect(Crawler.tip(of: from).y < 0 && Crawler.tip(of: to).y < 0)
    #expect(abs(Crawler.displacement(from: from, to: to) - (distance(h) - distance(k))) < 1e-9)
  }

  @Test func `the best gait earns 3.47 a step in the long run`() {
    // The best return of n steps grows by the best mean of any cycle.
    var values = [Double](repeating: 0, count: Self.dynamics.states)
    let steps = 4000
    var half = 0.0
    for step in 1...steps {
      values = (0..<Self.dynamics.states).map { state in
        (0..<4).filter { Self.dynamics.isLegal($0, in: state) }.map { action in
          let outcome = Self.dynamics.outcome(state, executing: action)
          return outcome.reward + values[Int(outcome.next)]
        }.max() ?? 0
      }
      if step == steps / 2 { half = values[Self.dynamics.start] }
    }
    let best = (values[Self.dynamics.start] - half) / Double(steps / 2)
    #expect(abs(best - 3.47) < 0.005)
  }
}

/// The cosine by its series, so that the check does not depend on what it checks.
private func cosine(_ x: Double) -> Double { sine(x + .pi / 2) }

private func sine(_ x: Double) -> Double {
  var (term, sum) = (x, x)
  for n in 1..<30 {
    term *= -x * x / Double(2 * n * (2 * n + 1))
    sum += term
  }
  return sum
}
