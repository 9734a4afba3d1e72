import Platform
import Rollouts
import Worlds

extension Benchmark {
  /// Breakout, and its frames as characters.
  static let breakout: [Benchmark] = [
    .rate("breakout, random play", "steps/s", atLeast: 20e6) {
      let play = BreakoutPlay(steps: 4_000_000)
      return play.stepsPerSecond { _, _ in }
    },
    .rate("breakout's 1943 characters", "frames/s", atLeast: 1e6) {
      BreakoutPlay(steps: 400_000).framesPerSecond(by: .characters)
    },
    .rate("the same in patches", "frames/s", atLeast: 1e6) {
      BreakoutPlay(steps: 400_000).framesPerSecond(by: .patches)
    },
    .rate("breakout's features", "observations/s", atLeast: 4e6) {
      BreakoutPlay(steps: 400_000).featuresPerSecond()
    },
  ]
}

/// Games played one after the other, with actions drawn beforehand.
private struct BreakoutPlay {
  let steps: Int
  let actions: [UInt8]
  let generator = Generator(seed: 1)

  init(steps: Int) {
    self.steps = steps
    actions = (0..<4096).map { t in
      UInt8(Generator(seed: 2).draws(for: .policy, episode: 1, t: t).pick(0, below: 3))
    }
  }

  /// Plays on; the body receives each state.
  @inline(__always)
  func stepsPerSecond(_ body: (Int, BreakoutState) -> Void) -> Double {
    let game = Breakout()
    var episode = 1
    var state = game.start(generator.draws(for: .start, episode: episode, t: 0))
    let start = monotonicSeconds()
    for t in 0..<steps {
      let action = Int(actions[(t &* 7 &+ t >> 12) & 4095])
      let step = game.step(state, action, generator.draws(for: .world, episode: episode, t: t))
      state = step.next
      body(t, state)
      if step.ending != .running {
        episode += 1
        state = game.start(generator.draws(for: .start, episode: episode, t: 0))
      }
    }
    return Double(steps) / (monotonicSeconds() - start)
  }

  /// Stored states of play.
  private var states: [BreakoutState] {
    var states: [BreakoutState] = []
    _ = stepsPerSecond { t, state in if t % 97 == 0 { states.append(state) } }
    return states
  }

  func framesPerSecond(by observation: BreakoutObservation) -> Double {
    var rules = BreakoutRules()
    rules.observation = observation
    guard let game = try? Breakout(rules: rules) else { return 0 }
    let states = states
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: game.tokenCount) { tokens in
      let start = monotonicSeconds()
      var sum = 0
      for t in 0..<steps {
        game.tokens(states[t % states.count], into: tokens)
        sum &+= Int(tokens[t % tokens.count])
      }
      let time = monotonicSeconds() - start
      return sum > 0 ? Double(steps) / time : 0
    }
  }

  func featuresPerSecond() -> Double {
    let game = Breakout()
    let states = states
    var seen = [Float](repeating: 0, count: game.observationCount)
    let start = monotonicSeconds()
    var sum: Float = 0
    for t in 0..<steps {
      var values = seen.mutableSpan
      game.observe(states[t % states.count], into: &values)
      sum += seen[4] + seen[5]
    }
    let time = monotonicSeconds() - start
    return sum.isFinite ? Double(steps) / time : 0
  }
}
