import Rollouts
import TestSupport
import Testing
import Worlds

struct ReacherTests {
  private let reacher = Reacher()
  private let generator = Generator(seed: 7)

  private func start(_ episode: Int) -> ReacherState {
    reacher.start(generator.draws(for: .start, episode: episode, t: 0))
  }

  /// Expects numbers that agree up to a tolerance relative to their size, which is at least 1.
  private func expect(
    _ these: [Double], _ those: [Double], within tolerance: Double, _ what: String
  ) {
    for (one, other) in zip(these, those) {
      #expect(abs(one - other) <= tolerance * max(1, abs(other)), "\(what): \(one), not \(other)")
    }
  }

  @Test func `a push away from the limit moves as in MuJoCo`() {
    let state = ReacherState(
      angles: SIMD2(0, 0), velocities: SIMD2(0, 0), target: SIMD2(0.1, 0.1))
    let step = reacher.step(state, SIMD2(0.5, -0.25))
    let (q, v) = (step.next.angles, step.next.velocities)
    expect(
      [q.x, q.y, v.x, v.y, step.reward],
      [
        0.019848570980997206, -0.00993984607082236, 1.9782691831279924, -0.990680262361223,
        -0.4590921278644302,
      ], within: 1e-14, "open")
    #expect(step.ending == .running && step.next.target == state.target)
  }

  @Test func `a push against the limit moves as in MuJoCo`() {
    let state = ReacherState(
      angles: SIMD2(0.1, 2.95), velocities: SIMD2(0, 5), target: SIMD2(0, 0.15))
    let step = reacher.step(state, SIMD2(0, 0.2))
    let (q, v) = (step.next.angles, step.next.velocities)
    expect(
      [q.x, q.y, v.x, v.y, step.reward],
      [
        0.09999922353747774, 3.0282033101083474, -0.0001460790599056475, 1.324074075009194,
        -0.17934605987365054,
      ], within: 1e-13, "limit")
  }

  @Test func `whole episodes are those of Gymnasium's Reacher-v5, at the limit too`() throws {
    let episodes = try JSON(parsing: Repository.text("Tests/Reference/reacher.json")).elements()
    #expect(episodes.count == 5)
    for episode in episodes {
      let begin = try #require(episode["start"]).numbers()
      var state = ReacherState(
        angles: SIMD2(begin[0], begin[1]), velocities: SIMD2(begin[2], begin[3]),
        target: SIMD2(begin[4], begin[5]))
      let name = try #require(episode["name"]?.text)
      var hasMetLimit = false
      for (index, row) in try episode.elements("steps").enumerated() {
        let known = try row.numbers()
        let step = reacher.step(state, SIMD2(known[0], known[1]))
        state = step.next
        hasMetLimit = hasMetLimit || abs(known[3]) > 3
        expect(
          [state.angles.x, state.angles.y, state.velocities.x, state.velocities.y, step.reward],
          Array(known[2...]), within: hasMetLimit ? 1e-6 : 1e-12, "\(name), step \(index)")
      }
      #expect(hasMetLimit || !name.contains("limit"))
    }
  }

  @Test func `motors are limited, but the cost is for the requested torque`() {
    let state = start(1)
    let (most, more) = (
      reacher.step(state, ReacherAction(1, -1), generator.draws(for: .world, episode: 1, t: 0)),
      reacher.step(state, ReacherAction(3, -2), generator.draws(for: .world, episode: 1, t: 0))
    )
    #expect(most.next == more.next)
    #expect(abs(most.reward - more.reward - 11) < 1e-12)
    var rules = ReacherRules()
    rules.controlCost = 0
    let free = Reacher(rules: rules).step(state, SIMD2(3, -2))
    #expect(abs(free.reward - more.reward - 13) < 1e-12)
  }

  @Test func `without torques an arm only loses energy, except at the limit`() {
    for episode in 1...20 {
      var state = start(episode)
      state.velocities = SIMD2(Double(episode) - 10, 3 * Double(episode) - 30)
      let first = Reacher.energy(state)
      for _ in 0..<200 {
        let before = state
        state = reacher.step(state, SIMD2(0, 0)).next
        let energy = Reacher.energy(state)
        if abs(before.angles.y) < 3, abs(state.angles.y) < 3 {
          #expect(energy <= Reacher.energy(before))
        }
        #expect(energy <= first)
        // The limit is soft: it yields to fast motion, but not far.
        #expect(abs(state.angles.y) < 3.5)
      }
      #expect(abs(state.velocities.x) < 1)
    }
  }

  @Test func `pressed into the limit for long, the elbow hardly yields`() {
    for sign in [1.0, -1] {
      var state = start(3)
      for _ in 0..<500 { state = reacher.step(state, SIMD2(0, sign)).next }
      #expect(abs(state.angles.y) > 3 && abs(state.angles.y) < 3.1)
      #expect(abs(state.velocities.y) < 1e-3)
    }
  }

  @Test func `episodes start nearly stretched out, with a target within reach`() {
    var far = 0.0
    for episode in 1...1000 {
      let state = start(episode)
      #expect(abs(state.angles.x) <= 0.1 && abs(state.angles.y) <= 0.1)
      #expect(abs(state.velocities.x) <= 0.005 && abs(state.velocities.y) <= 0.005)
      let distance = (state.target * state.target).sum().squareRoot()
      #expect(distance < 0.2)
      far = max(far, distance)
    }
    #expect(far > 0.19)
    #expect(start(1) == start(1) && start(1) != start(2))
  }

  @Test func `random episodes have the known returns of Gymnasium's`() {
    var totals: [Double] = []
    var idle = 0.0
    for episode in 1...200 {
      var (state, still, total) = (start(episode), start(episode), 0.0)
      for t in 0..<reacher.stepLimit {
        let draws = generator.draws(for: .policy, episode: episode, t: t)
        func even(_ draw: Int) -> Double { Double(draws.word(draw)) * 0x1p-31 - 1 }
        let step = reacher.step(state, SIMD2(even(0), even(1)))
        (state, total) = (step.next, total + step.reward)
        let rest = reacher.step(still, SIMD2(0, 0))
        (still, idle) = (rest.next, idle + rest.reward / 200)
      }
      totals.append(total)
    }
    let mean = totals.reduce(0, +) / 200
    #expect(abs(mean + 42.8) < 1 && abs(idle + 11.7) < 1)
  }

  @Test func `states and actions are read back from their recorded forms`() throws {
    for episode in 1...100 {
      let state = reacher.step(start(episode), SIMD2(0.3, -0.7)).next
      #expect(state.bytes.count == ReacherState.byteCount)
      #expect(ReacherState(bytes: state.bytes) == state)
      let action = ReacherAction(Float(episode) / 7, -0.1)
      #expect(ReacherAction(recorded: action.recorded) == action)
    }
    #expect(ReacherState(bytes: [UInt8](repeating: 0, count: 47)) == nil)
    #expect(ReacherState(bytes: [UInt8](repeating: 255, count: 48)) == nil)
    #expect(ReacherAction(recorded: .index(1)) == nil)
    #expect(ReacherAction(recorded: .bytes([0, 0, 192, 127, 0, 0, 0, 0])) == nil)
    let fields = reacher.description.fields
    #expect(fields.filter { $0.subject == "state" }.map(\.offset) == [0, 8, 16, 24, 32, 40])
    #expect(fields.filter { $0.subject == "action" }.map(\.offset) == [0, 4])
  }

  @Test func `an observation is the same as Gymnasium's`() {
    let state = ReacherState(
      angles: SIMD2(0, .pi / 2), velocities: SIMD2(2, -3), target: SIMD2(0.05, 0.1))
    let seen = reacher.observation(state)
    let known: [Float] = [1, 0, 0, 1, 0.05, 0.1, 2, -3, 0.05, 0.01]
    #expect(seen.count == known.count && reacher.observationNames.count == known.count)
    for (one, other) in zip(seen, known) { #expect(abs(one - other) < 1e-6) }
    #expect(reacher.actionSpace == .continuous(2) && reacher.actionSpace.width == 2)
    #expect(Snake().actionSpace == .discrete(3) && Snake().actionSpace.width == 1)
  }
}

struct ReacherPageTests {
  @Test func `the page names the reacher's rules and defaults`() throws {
    let page = try Repository.text("docs/worlds.md")
    let section = try #require(page.components(at: "### Reacher").last)
    for setting in ReacherRules.settings {
      let value = setting.read(ReacherRules())
      let text = value.text ?? value.double.map { "\(Int($0))" } ?? ""
      #expect(section.contains("| `\(setting.name)` | \(text) |"))
    }
    #expect(page.contains("| `reacher` | a blob of \(ReacherState.byteCount) bytes |"))
  }
}

extension String {
  /// The text from each occurrence of a heading.
  fileprivate func components(at heading: String) -> [Substring] {
    ranges(of: heading).map { self[$0.lowerBound...] }
  }
}
