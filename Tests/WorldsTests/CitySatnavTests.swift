import Rollouts
import TestSupport
import Testing
import Worlds

struct CitySatnavTests {
  static let cities = Result { try Repository.files(in: "maps/cities") }

  private func city(_ file: String) throws -> CityMap {
    try CityMap(parsing: try Repository.text("maps/cities/\(file)"))
  }

  @Test func `the way around a corner is as long as its two sides`() throws {
    var sketch = CitySketch()
    sketch.road([CityPoint(50, 250), CityPoint(50, 50), CityPoint(350, 50)], width: 20)
    sketch.points(
      CityPoint(350, 50), CityPoint(50, 250), CityPoint(50, 50), start: (50, 250), heading: 0)
    let world = CityWorld(try sketch.map())
    let satnav = try #require(world.satnav)
    // Corners are cut a little, and a pixel near the edge counts for more.
    let distance = satnav.distance(from: CityPoint(50, 250), to: 0)
    #expect(distance > 470 && distance < 530)
    #expect(satnav.isReachable(0, from: CityPoint(50, 250)))
    for point in satnav.route(from: CityPoint(50, 250), to: 0).dropLast() {
      #expect(world.map.mask.isRoad(point.x, point.y))
    }
    // From the lower end the target is to the north-east, but the way leads north.
    let start = world.observation(world.start())
    #expect(start[3] > 0.2 && abs(start[5]) < 0.1 && abs(start[6]) < 0.1 && start[7] == 0)
  }

  @Test func `the survey reports roads that do not meet`() throws {
    var sketch = CitySketch()
    sketch.road([CityPoint(20, 100), CityPoint(380, 100)], width: 20)
    sketch.road([CityPoint(20, 200), CityPoint(380, 200)], width: 20)
    sketch.points(CityPoint(300, 100), CityPoint(100, 200), CityPoint(200, 100), start: (50, 100))
    let survey = CitySurvey(try sketch.map())
    #expect(survey.legs.map(\.isReachable) == [true, false, false, true])
    #expect(survey.problems.contains { $0.hasPrefix("no road leads from A1 to A2: ") })
    // An easy city is not a fault.
    let easy = "only 0 % of the straight line from start to A1 is off the road"
    #expect(survey.remarks.contains { $0.hasPrefix(easy) })
    #expect(!survey.problems.contains { $0.contains("straight line") })
    #expect(survey.lines.contains { $0.label == "note" && $0.text.hasPrefix(easy) })
    #expect(survey.lines.contains { $0.label == "A1 to A2" && $0.text.hasPrefix("no way by road") })
    let json = JSON.object(survey.members)
    #expect(json["leg_reachable"] == [true, false, false, true])
    #expect(json["drivable"]?.double == survey.drivable)
  }

  @Test func `off the road the way leads back to it`() throws {
    let world = CityWorld(try CitySketch.street.map())
    var state = world.start()
    (state.x, state.y) = (200, 220)
    #expect(world.isOffRoad(state) && world.observation(state)[7] == 1)
    let point = try #require(world.satnavPoint(state))
    #expect(point.y < 215)
    let satnav = try #require(world.satnav)
    let (far, near) = (CityPoint(200, 220), CityPoint(200, 190))
    #expect(satnav.distance(from: far, to: 0) > satnav.distance(from: near, to: 0) + 500)
  }

  @Test func `along the roads, the distance after a target is that to the next`() throws {
    let world = CityWorld(try CitySketch.street.map())
    var state = world.start()
    (state.x, state.distance) = (274, 26)
    let next = world.step(state, 0).next
    #expect(next.target == 1 && next.distance > 150)
  }

  @Test func `three cities are shipped, none larger than 300 KB`() throws {
    let files = try Self.cities.get()
    #expect(files == ["eixample.geojson", "etoile.geojson", "grachten.geojson"])
    for file in files {
      #expect(try Repository.bytes("maps/cities/\(file)").count <= 300_000)
      let map = try city(file)
      #expect(map.notes.isEmpty && map.width == 1400)
      let survey = CitySurvey(map)
      #expect(survey.problems.isEmpty, "\(file): \(survey.problems)")
      #expect(survey.drivable <= 0.35 && survey.startsOnRoad)
      for leg in survey.legs { #expect(leg.isReachable && leg.offRoad >= 0.5) }
      #expect(map.areas.count > 300 && map.labels.count >= 3)
    }
  }

  @Test func `the learner's inputs are enough for laps with few ticks off the road`() throws {
    for file in try Self.cities.get() {
      let driver = CityDriver(CityWorld(try city(file)), ticks: 20_000)
      #expect(driver.laps >= 18, "\(file): \(driver)")
      #expect(driver.longestLap < 2000, "\(file): \(driver)")
      #expect(driver.ticksOffRoad <= 2000, "\(file): \(driver)")
    }
  }
}
