import Rollouts
import Testing
import Worlds

struct CityWorldTests {
  static let street = Result { try CitySketch.street.map() }

  private func world(_ change: (inout CityRules) -> Void = { _ in }) throws -> CityWorld {
    var rules = CityRules.course
    change(&rules)
    return CityWorld(try Self.street.get(), rules: rules)
  }

  private func state(
    _ x: Float, _ y: Float, angle: Float = 0, velocity: (Float, Float) = (2, 0),
    distance: Float = 1000, target: Int = 0
  ) -> CityState {
    CityState(
      x: x, y: y, angle: angle, velocityX: velocity.0, velocityY: velocity.1, signal1: 0,
      signal2: 0, signal3: 0, distance: distance, target: target)
  }

  @Test func `the car starts at the start, at six pixels a tick, eastward`() throws {
    let start = try world().start()
    #expect(abs(start.x - 200) < 1e-4 && abs(start.y - 150) < 1e-4)
    #expect(start.angle == 0 && start.velocityX == 6 && start.velocityY == 0)
    #expect(abs(start.distance - 100) < 1e-4 && start.target == 0)
  }

  @Test(arguments: [(0, 90, 0, -6), (90, 0, 6, 0), (180, -90, 0, 6), (270, 180, -6, 0)])
  func `a heading counts clockwise from north`(
    heading: Double, angle: Float, dx: Float, dy: Float
  ) throws {
    var sketch = CitySketch.street
    sketch.features.removeLast(4)
    let place = CityPoint(200, 150)
    sketch.points(place, place, place, start: (200, 150), heading: heading)
    let start = CityWorld(try sketch.map(), rules: .course).start()
    #expect(start.angle == angle)
    #expect(abs(start.velocityX - dx) < 1e-5 && abs(start.velocityY - dy) < 1e-5)
  }

  @Test func `two ticks agree with a calculation by hand`() throws {
    let world = try world()
    let first = world.step(world.start(), 0)
    // The road's 20 rows are 140 to 159; the outer sensors look at the rows 125–144 and 155–174.
    #expect(abs(first.next.x - 206) < 1e-3 && abs(first.next.y - 150) < 1e-3)
    #expect(first.next.signal1 == 0 && first.next.signal2 == 0.75 && first.next.signal3 == 0.75)
    #expect(first.next.velocityX == 2 && first.next.velocityY == 0)
    #expect(first.reward == 0.1 && abs(first.next.distance - 94) < 1e-3)
    let second = world.step(first.next, 1)
    // It continues eastward: a turn shows in the next tick. Rows 137–156, 122–141 and 152–171.
    #expect(abs(second.next.x - 208) < 1e-3 && abs(second.next.y - 150) < 1e-3)
    #expect(second.next.angle == 5)
    #expect(abs(second.next.velocityX - 1.992389) < 1e-5)
    #expect(abs(second.next.velocityY + 0.1743115) < 1e-5)
    #expect(abs(second.next.signal1 - 0.15) < 1e-6)
    #expect(abs(second.next.signal2 - 0.9) < 1e-6)
    #expect(abs(second.next.signal3 - 0.6) < 1e-6)
  }

  @Test(
    arguments: [
      // On the road: nearer, farther, just as far.
      ((200, 150), (2, 0), 100, 0.1, 2), ((200, 150), (2, 0), 97, -0.2, 2),
      ((200, 150), (2, 0), 98, -0.2, 2),
      // Off it: nearer or not.
      ((200, 170), (2, 0), 1000, -1, 0.5), ((200, 170), (-2, 0), 0, -1, 0.5),
      // Row 139 is off the road, row 140 on it.
      ((200, 141), (0, -1.5), 1000, -1, 0.5), ((200, 141), (0, -0.5), 1000, 0.1, 2),
    ] as [((Float, Float), (Float, Float), Float, Double, Float)])
  func `the reward of a tick is for the place it reached`(
    at: (Float, Float), velocity: (Float, Float), last: Float, reward: Double, speed: Float
  ) throws {
    let step = try world().step(state(at.0, at.1, velocity: velocity, distance: last), 0)
    #expect(step.reward == reward)
    #expect(step.next.velocityX == speed && step.next.velocityY == 0)
    #expect(step.ending == .running)
  }

  @Test(
    arguments: [
      ((6, 150), (-2, 0), 180, (5, 150)), ((394, 150), (2, 0), 0, (395, 150)),
      ((200, 5.5), (0, -2), 90, (200, 5)), ((200, 294.5), (0, 2), -90, (200, 295)),
      ((6, 6), (-2, -2), 135, (5, 5)),
    ] as [((Float, Float), (Float, Float), Float, (Float, Float))])
  func `at the map's edge the car is held, and its reward overwritten`(
    at: (Float, Float), velocity: (Float, Float), angle: Float, to: (Float, Float)
  ) throws {
    let world = try world {
      ($0.sandReward, $0.edgeReward, $0.boundarySignal) = (-0.8, -0.5, 10)
    }
    let step = world.step(state(at.0, at.1, angle: angle, velocity: velocity), 0)
    #expect(step.reward == -0.5)
    #expect(abs(step.next.x - to.0) < 1e-3 && abs(step.next.y - to.1) < 1e-3)
    #expect(step.next.signal1 == 10)
  }

  @Test(arguments: [(0, 300, 1), (1, 100, 2), (2, 200, 0)])
  func `within 25 pixels the next target becomes the current one`(
    target: Int, x: Float, next: Int
  ) throws {
    let world = try world()
    let near = state(x - 26, 150, distance: 26, target: target)
    let step = world.step(near, 0)
    #expect(step.next.target == Int32(next))
    // As published, the distance is still that to the old target.
    #expect(abs(step.next.distance - 24) < 1e-3)
    #expect(world.reached(from: near, to: step.next) == target)
    // A lap ends the episode, but not the world.
    #expect(step.ending == (target == 2 ? .truncated : .running))
    let far = state(x - 27.5, 150, distance: 26, target: target)
    #expect(world.step(far, 0).next.target == Int32(target))
  }

  @Test(
    arguments: [
      ((10, 0), 0), ((10, 10), 0.25), ((0, 10), 0.5), ((-10, 10), 0.75), ((10, -10), -0.25),
      ((0, -10), -0.5), ((-10, -10), -0.75),
    ] as [((Float, Float), Float)])
  func `orientation is clockwise positive, in half turns`(way: (Float, Float), share: Float) throws
  {
    let values = try world().observation(state(300 - way.0, 150 - way.1))
    #expect(values.count == 5)
    #expect(abs(values[3] - share) < 1e-4 && values[4] == -values[3])
  }

  @Test func `left and right turn as named`() throws {
    let world = try world()
    let east = state(200, 150)
    #expect(world.step(east, 1).next.velocityY < 0)
    #expect(world.step(east, 2).next.velocityY > 0)
    #expect(CityWorld.actions.map(\.name) == ["straight", "left", "right"])
    let sensors = world.sensors(of: east)
    #expect(abs(sensors[0].x - 230) < 1e-9 && abs(sensors[0].y - 150) < 1e-9)
    #expect(abs(sensors[1].y - 135) < 1e-9 && abs(sensors[2].y - 165) < 1e-9)
  }

  @Test func `angles stay within a turn`() throws {
    let world = try world { $0.rotation = 20 }
    var state = world.start()
    for _ in 0..<100 {
      state = world.step(state, 1).next
      #expect(state.angle > -180 && state.angle <= 180)
    }
    #expect(state.angle == -160)
  }

  @Test func `a recorded state reads back unchanged`() throws {
    let world = try world()
    let state = world.step(world.start(), 2).next
    #expect(state.bytes.count == CityState.byteCount)
    #expect(CityState(bytes: state.bytes) == state)
    for field in CityState.fields {
      #expect(field.subject == "state" && field.offset % 4 == 0 && field.count == 1)
    }
    #expect(CityState.fields.map(\.offset) == Array(stride(from: 0, to: 40, by: 4)))
    let x = state.bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    #expect(Float(bitPattern: x) == state.x)
  }

  @Test func `bytes that are not a car's state are refused`() throws {
    let bytes = try world().start().bytes
    #expect(CityState(bytes: bytes.dropLast()) == nil)
    #expect(CityState(bytes: bytes.dropLast(4) + [3, 0, 0, 0]) == nil)
    #expect(CityState(bytes: [0, 0, 0xC0, 0x7F] + bytes.dropFirst(4)) == nil)
    #expect(CityState(bytes: [0, 0, 0x80, 0x7F] + bytes.dropFirst(4)) == nil)
  }

  @Test(arguments: [CityRules(), .course])
  func `whatever the driver does, the car stays on the map and its numbers finite`(
    rules: CityRules
  ) throws {
    let world = CityWorld(try Self.street.get(), rules: rules)
    var words = Stream(seed: 5, purpose: .policy)
    var state = world.start()
    for _ in 0..<20_000 {
      let step = world.step(state, Int(words.next() % 3))
      state = step.next
      #expect((5...395).contains(state.x) && (5...295).contains(state.y))
      #expect(world.observation(state).allSatisfy { abs($0) <= 1 })
      #expect(step.reward.isFinite && CityState(bytes: state.bytes) == state)
    }
  }

  @Test func `settings are checked, and the published car is a list of them`() throws {
    var rules = CityRules()
    for (name, value) in CityRules.course.overrides { #expect(try rules.set(name, to: value)) }
    #expect(rules == .course && rules != CityRules())
    #expect(throws: SettingError("rotation must be a number from 0 to 180, not '200'")) {
      try rules.set("rotation", to: "200")
    }
    #expect(throws: SettingError("progress must be straight or road, not 'crow'")) {
      try rules.set("progress", to: "crow")
    }
  }
}
