import Experiments
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct MapFinderTests {
  private func finder(_ world: String) throws -> MapFinder {
    MapFinder(try #require(BuiltInWorlds.table()[world]?.maps), of: world)
  }

  @Test(arguments: [("maze", "mazes"), ("lake", "lakes"), ("grid", "grids"), ("city", "cities")])
  func `every file of a world's folder is found by its name`(world: String, folder: String) throws {
    let files = try Repository.files(in: "maps/\(folder)")
    #expect(!files.isEmpty)
    let finder = try finder(world)
    for file in files {
      let name = String(file.prefix { $0 != "." })
      #expect(finder.names.contains(name))
      let found = try finder.map(named: name)
      #expect(try found.text == Repository.text("maps/\(folder)/\(file)"))
      #expect(finder.file(named: name) == found.place)
      #expect(Catalog.builtIn.mapFile(named: name)?.hasSuffix("maps/\(folder)/\(file)") == true)
      let plan = try Catalog.builtIn.plan(PlanRequest(world, map: name))
      let again = Catalog.builtIn.training(plan.description(seed: 1), recordedIn: "").map
      #expect(again == .named(name))
    }
    #expect(finder.names == finder.names.sorted())
  }

  @Test func `a built-in map is found without a folder of maps`() throws {
    var maps = try #require(BuiltInWorlds.table()["maze"]?.maps)
    maps.folder = "nowhere"
    let finder = MapFinder(maps, of: "maze")
    #expect(finder.names == maps.builtIn.map(\.name).sorted())
    let usual = try finder.map(named: nil)
    #expect(usual.text == maps.builtIn[0].text && usual.place == maps.builtIn[0].name)
    #expect(finder.file(named: maps.builtIn[0].name) == nil)
    maps.builtIn = []
    let none = MapFinder(maps, of: "maze")
    #expect(throws: RunError.self) { try none.map(named: nil) }
    let error = try #require(throws: RunError.self) { try none.map(named: "big") }
    guard case .generateMap(of: "maze", name: "big")? = error.remedy else {
      Issue.record("a map can be generated: \(error)")
      return
    }
  }

  @Test func `a path names a file, and a folder is not a map`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a map"
      write(Array("reel map maze\n\nS.\n.G\n".utf8), to: path)
      let finder = try finder("maze")
      #expect(try finder.map(named: path).text == "reel map maze\n\nS.\n.G\n")
      #expect(finder.file(named: folder) == nil)
      let missing = try #require(throws: RunError.self) { try finder.map(named: "\(folder)/none") }
      #expect(missing.description == "cannot read \(folder)/none: No such file or directory")
      write([0xff, 0xfe], to: path)
      let bytes = try #require(throws: RunError.self) { try finder.map(named: path) }
      #expect(bytes.description == "\(path) is not text")
    }
  }

  @Test func `a survey depends on the world of its map`() throws {
    for (world, entry) in Catalog.builtIn.worlds.entries.map({ ($0.name, $0) }) {
      guard let maps = entry.maps, let map = maps.builtIn.first else { continue }
      let survey = try Catalog.builtIn.surveyMap(map.text)
      #expect(survey.members == (try maps.survey(map.text).members), "\(world)")
      #expect(survey.problems == 0)
    }
    let city = try Catalog.builtIn.surveyMap(CityGenerator.geoJSON(seed: 1))
    #expect(!city.members.isEmpty && !city.lines.isEmpty)
    var small = Catalog.builtIn
    small.worlds.entries.removeAll { $0.name != "city" }
    #expect(throws: RunError.self) { try small.surveyMap("reel map maze\n\nS.\n.G\n") }
  }
}
