#if MuJoCo
  import Physics
  import Rollouts
  import TestSupport
  import Testing
  import Worlds

  /// The closed form and MuJoCo, compared step by step.
  @Suite struct ReacherAgreementTests {
    private let closed = Reacher()
    private let mujoco: Reacher
    private let generator = Generator(seed: 11)

    init() throws {
      var rules = ReacherRules()
      rules.physics = .mujoco
      let world = Reacher(rules: rules) {
        let arm = try MuJoCoArm()
        return { state, torques in
          let outcome = arm.step(
            angles: state.angles, velocities: state.velocities, target: state.target,
            torques: torques)
          return ReacherMotion(
            angles: outcome.angles, velocities: outcome.velocities, fingertip: outcome.fingertip)
        }
      }
      mujoco = try world.readyToStep()
    }

    /// The greatest difference of angles, velocities and rewards after the same step.
    private func difference(_ state: ReacherState, _ torques: SIMD2<Double>) -> Double {
      let (one, other) = (closed.step(state, torques), mujoco.step(state, torques))
      let (q, v) = (
        one.next.angles - other.next.angles, one.next.velocities - other.next.velocities
      )
      return [q.x, q.y, v.x, v.y, one.reward - other.reward].reduce(0) { max($0, abs($1)) }
    }

    /// Numbers of a try, evenly spread around 0.
    private func draw(_ index: Int) -> (_ place: Int, _ bound: Double) -> Double {
      let draws = generator.draws(for: .policy, episode: index, t: 0)
      return { place, bound in (Double(draws.word(place)) * 0x1p-31 - 1) * bound }
    }

    @Test func `away from the joint limit both agree, ten thousand times`() {
      var worst = 0.0
      for index in 0..<10_000 {
        let draw = draw(index)
        // Not even the fastest elbow reaches the limit in this step.
        let state = ReacherState(
          angles: SIMD2(draw(0, 3), draw(1, 2.5)), velocities: SIMD2(draw(2, 60), draw(3, 20)),
          target: SIMD2(draw(4, 0.2), draw(5, 0.2)))
        worst = max(worst, difference(state, SIMD2(draw(6, 1.5), draw(7, 1.5))))
      }
      print("away from the limit: \(worst)")
      #expect(worst < 1e-9)
    }

    @Test func `at the joint limit both agree, ten thousand times`() {
      var (worst, beyond) = (0.0, 0)
      for index in 0..<10_000 {
        let draw = draw(index)
        let side = index % 2 == 0 ? 1.0 : -1
        let state = ReacherState(
          angles: SIMD2(draw(0, 3), side * (3 + draw(1, 0.1))),
          velocities: SIMD2(draw(2, 60), draw(3, 20)),
          target: SIMD2(draw(4, 0.2), draw(5, 0.2)))
        worst = max(worst, difference(state, SIMD2(draw(6, 1.5), draw(7, 1.5))))
        beyond += abs(state.angles.y) > 3 ? 1 : 0
      }
      print("at the limit: \(worst)")
      #expect(worst < 1e-6)
      #expect((4_000...6_000).contains(beyond))
    }

    @Test func `MuJoCo's whole episodes are those of Gymnasium's Reacher-v5`() throws {
      let text = try Repository.text("Tests/Reference/reacher.json")
      let episodes = try JSON(parsing: text).elements()
      var (open, limited, steps) = (0.0, 0.0, 0)
      for episode in episodes {
        let begin = try #require(episode["start"]).numbers()
        var state = ReacherState(
          angles: SIMD2(begin[0], begin[1]), velocities: SIMD2(begin[2], begin[3]),
          target: SIMD2(begin[4], begin[5]))
        var hasMetLimit = false
        for row in try episode.elements("steps") {
          let known = try row.numbers()
          let step = mujoco.step(state, SIMD2(known[0], known[1]))
          state = step.next
          hasMetLimit = hasMetLimit || abs(known[3]) > 3
          let these = [
            state.angles.x, state.angles.y, state.velocities.x, state.velocities.y, step.reward,
          ]
          let difference = zip(these, known[2...]).reduce(0) { max($0, abs($1.0 - $1.1)) }
          if hasMetLimit {
            limited = max(limited, difference)
          } else {
            open = max(open, difference)
          }
          steps += 1
        }
      }
      print("Gymnasium: \(open) in the open, \(limited) after the limit")
      #expect(steps == 350)
      #expect(open < 1e-12 && limited < 1e-6)
    }

    @Test func `whole random episodes agree, and reach the joint limit many times`() {
      var (worst, met) = (0.0, 0)
      for episode in 1...100 {
        var (one, other) = (
          closed.start(generator.draws(for: .start, episode: episode, t: 0)),
          mujoco.start(generator.draws(for: .start, episode: episode, t: 0))
        )
        #expect(one == other)
        for t in 0..<closed.stepLimit {
          let draws = generator.draws(for: .policy, episode: episode, t: t)
          func even(_ place: Int) -> Double { Double(draws.word(place)) * 0x1p-31 - 1 }
          // A push for the whole episode brings half of the elbows to their limit.
          let torques = SIMD2(even(0), even(1) + (episode % 2 == 0 ? 0.3 : 0))
          (one, other) = (closed.step(one, torques).next, mujoco.step(other, torques).next)
          met += abs(one.angles.y) > 3 ? 1 : 0
          let (q, v) = (one.angles - other.angles, one.velocities - other.velocities)
          worst = [q.x, q.y, v.x, v.y].reduce(worst) { max($0, abs($1)) }
        }
      }
      print("episodes: \(worst), beyond the limit \(met)")
      #expect(worst < 1e-6)
      #expect(met > 100)
    }
  }
#endif
