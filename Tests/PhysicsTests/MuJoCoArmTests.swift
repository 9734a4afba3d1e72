#if MuJoCo
  import Physics
  import TestSupport
  import Testing

  @Suite struct MuJoCoArmTests {
    private static let arm = try? MuJoCoArm()

    @Test func `the published steps are reproduced to the last digits`() throws {
      let arm = try #require(Self.arm)
      let free = arm.step(
        angles: [0, 0], velocities: [0, 0], target: [0.1, 0.1], torques: [0.5, -0.25])
      expect(free.angles, [0.019848570980997206, -0.00993984607082236])
      expect(free.velocities, [1.9782691831279924, -0.990680262361223])
      let way = free.fingertip - [0.1, 0.1]
      let reward = -(way * way).sum().squareRoot() - (0.25 + 0.0625)
      #expect(abs(reward - -0.4590921278644302) < 1e-12)

      let limit = arm.step(
        angles: [0.1, 2.95], velocities: [0, 5], target: [0, 0.15], torques: [0, 0.2])
      expect(limit.angles, [0.09999922353747774, 3.0282033101083474])
      expect(limit.velocities, [-0.0001460790599056475, 1.324074075009194])
    }

    @Test func `a step follows from its state alone`() throws {
      let arm = try #require(Self.arm)
      let one = arm.step(
        angles: [0.1, 2.95], velocities: [0, 5], target: [0, 0.15], torques: [0, 0.2])
      for angle in stride(from: -2.9, to: 3.1, by: 0.3) {
        _ = arm.step(
          angles: [angle, angle], velocities: [3, -7], target: [0, 0], torques: [1, 1])
      }
      let again = arm.step(
        angles: [0.1, 2.95], velocities: [0, 5], target: [0, 0.15], torques: [0, 0.2])
      #expect(one == again)
    }

    @Test func `steps may be taken at the same time`() async throws {
      let arm = try #require(Self.arm)
      @Sendable func end(of walk: Int) -> MuJoCoArm.Outcome {
        var (angles, velocities) = (SIMD2(Double(walk), 0.1), SIMD2(0.0, 0.0))
        for _ in 0..<500 {
          let step = arm.step(
            angles: angles, velocities: velocities, target: [0, 0.1], torques: [0.01, 0.2])
          (angles, velocities) = (step.angles, step.velocities)
        }
        return arm.step(
          angles: angles, velocities: velocities, target: [0, 0.1], torques: [0, 0])
      }
      let alone = (0..<8).map { end(of: $0) }
      let together = await withTaskGroup(of: (Int, MuJoCoArm.Outcome).self) { group in
        for walk in 0..<8 { group.addTask { (walk, end(of: walk)) } }
        var ends = alone
        for await (walk, outcome) in group { ends[walk] = outcome }
        return ends
      }
      #expect(together == alone)
    }

    @Test func `the model that is built in is the file in maps`() throws {
      #expect(try Repository.text("maps/reacher.xml") == MuJoCoArm.reacher)
    }

    @Test(arguments: ["", "<mujoco>", "<mujoco/>"])
    func `a text without such an arm is refused with one sentence`(text: String) {
      let error = #expect(throws: MuJoCoArm.LoadError.self) { try MuJoCoArm(model: text) }
      let says = error?.description ?? ""
      #expect(says.hasPrefix("MuJoCo cannot use the reacher's model: "), "\(says)")
      #expect(!says.contains("\n"), "\(says)")
    }

    private func expect(_ these: SIMD2<Double>, _ those: SIMD2<Double>) {
      #expect(abs(these.x - those.x) < 1e-12 && abs(these.y - those.y) < 1e-12, "\(these)")
    }
  }
#endif
