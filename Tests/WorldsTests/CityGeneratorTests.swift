import Rollouts
import Testing
import Worlds

struct CityGeneratorTests {
  @Test(arguments: 0..<8)
  func `200 seeds make cities that can be driven and have no faults`(part: UInt64) throws {
    for seed in stride(from: part, to: 200, by: 8) {
      let map = try CityMap(parsing: CityGenerator.geoJSON(seed: seed))
      let survey = CitySurvey(map)
      #expect(survey.problems.isEmpty, "seed \(seed): \(survey.problems)")
      #expect(map.notes.isEmpty && map.width == 1400 && map.height == 1000)
      #expect(map.text.utf8.count <= 300_000)
    }
  }

  @Test(arguments: 1..<7 as Range<UInt64>)
  func `a generated city can be driven with the learner's inputs`(seed: UInt64) throws {
    let world = CityWorld(try CityMap(parsing: CityGenerator.geoJSON(seed: seed)))
    let driver = CityDriver(world, ticks: 20_000)
    #expect(driver.laps >= 15, "seed \(seed): \(driver)")
    #expect(driver.ticksOffRoad <= 2000, "seed \(seed): \(driver)")
  }

  @Test func `the same seed makes the same city, and another seed a different one`() {
    let city = CityGenerator.geoJSON(seed: 4)
    #expect(CityGenerator.geoJSON(seed: 4) == city)
    #expect(CityGenerator.geoJSON(seed: 5) != city)
  }

  @Test func `most cities have a river with bridges, and parks`() throws {
    var (rivers, parks) = (0, 0)
    for seed in 20..<40 as Range<UInt64> {
      let map = try CityMap(parsing: CityGenerator.geoJSON(seed: seed))
      if map.roads.contains(where: \.isBridge) { rivers += 1 }
      if map.areas.contains(where: { $0.kind == .park && !$0.name.isEmpty }) { parks += 1 }
      #expect(Set(map.roads.map(\.name)).count > 20)
    }
    #expect(rivers >= 15 && parks >= 12)
  }
}
