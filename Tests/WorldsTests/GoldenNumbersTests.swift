import Rollouts
import Testing
import Worlds

/// Published numbers of the worlds, computed here by dynamic programming.
struct GoldenNumbersTests {
  /// The greatest expected return of a number of steps; with `random`, that of random actions.
  private func expectedReturn(_ dynamics: Dynamics, steps: Int, random: Bool = false) -> Double {
    var values = [Double](repeating: 0, count: dynamics.states)
    for _ in 0..<steps {
      values = (0..<dynamics.states).map { state in
        let returns = (0..<dynamics.actions).filter { dynamics.isLegal($0, in: state) }.map {
          action in
          dynamics.moves(of: action).reduce(0.0) { sum, move in
            let outcome = dynamics.outcome(state, executing: move.move)
            let future = outcome.terminates ? 0 : values[Int(outcome.next)]
            return sum + move.probability * (outcome.reward + future)
          }
        }
        return random ? returns.reduce(0, +) / Double(returns.count) : returns.max() ?? 0
      }
    }
    return values[dynamics.start]
  }

  @Test(arguments: [("4x4", 0.7442), ("8x8", 0.9132)])
  func `the best chance to cross a lake under its limit is the published one`(
    name: String, best: Double
  ) throws {
    let world = GridWorld(try ClassicMaps.map(name, kind: .lake))
    #expect(abs(expectedReturn(world.dynamics, steps: world.stepLimit) - best) < 0.00005)
  }

  @Test func `a random walk crosses the small lake one time in seventy`() throws {
    let world = GridWorld(try ClassicMaps.map(kind: .lake))
    let chance = expectedReturn(world.dynamics, steps: world.stepLimit, random: true)
    #expect(abs(chance - 0.0139) < 0.00005)
  }

  @Test func `the best way through the classic maze earns 95`() throws {
    let world = GridWorld(try ClassicMaps.map(kind: .maze))
    #expect(expectedReturn(world.dynamics, steps: world.stepLimit) == 95)
  }
}
