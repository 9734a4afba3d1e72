import Rollouts
import Testing
import Worlds

struct WorldCatalogueTests {
  @Test(arguments: KnownWorld.names)
  func `a world is made again from its name, map and recorded rules`(name: String) throws {
    var world = try KnownWorld.make(name: name)
    #expect(world.description.name == name)
    let others = try world.apply([("step_limit", "77"), ("gamma", "0.9")])
    #expect(others.map(\.name) == ["gamma"])
    #expect(world.stepLimit == 77)
    let map = world.description.map
    let again = try KnownWorld.make(
      name: name, map: map, configuration: JSON(parsing: JSON.object(world.members).compact))
    #expect(again.description == world.description)
    #expect(again.members == world.members)
    #expect(again.stepLimit == 77)
    #expect(!world.rules.isEmpty)
  }

  @Test func `a changed rule changes what the world does`() throws {
    var lake = try KnownWorld.make(name: "lake")
    #expect(try #require(lake.tabular).dynamics.moves(of: 0).count == 3)
    #expect(try lake.apply([("noise", "0")]).isEmpty)
    #expect(try #require(lake.tabular).dynamics.moves(of: 0).count == 1)
  }

  @Test func `a rule out of its bounds is refused, and the world stays as it was`() throws {
    var lake = try KnownWorld.make(name: "lake")
    #expect(throws: SettingError("noise is a number from 0 to 1, not '2'")) {
      try lake.apply([("step_limit", "5"), ("noise", "2")])
    }
    #expect(lake.stepLimit == 100)
    var crawler = try KnownWorld.make(name: "crawler")
    #expect(throws: SettingError.self) { try crawler.apply([("step_limit", "0")]) }
  }

  @Test func `what does not fit together is refused with a sentence`() throws {
    #expect(
      throws: SettingError(
        "there is no world 'labyrinth'; there are maze, lake, grid, crawler, snake, city, breakout, reacher"
      )
    ) { try KnownWorld.make(name: "labyrinth") }
    let maze = try #require(ClassicMaps.text("classic-4x4", kind: .maze))
    #expect(
      throws: SettingError(
        "the world lake needs a map that begins with 'reel map lake', not 'reel map maze'")
    ) { try KnownWorld.make(name: "lake", map: maze) }
    #expect(throws: SettingError("the world crawler has no map")) {
      try KnownWorld.make(name: "crawler", map: maze)
    }
    #expect(throws: MapError.self) { try KnownWorld.make(name: "maze", map: "nonsense") }
    #expect(throws: SettingError.self) {
      try KnownWorld.make(name: "maze", configuration: ["step_limit": "many"])
    }
  }
}
