import Rollouts
import Testing
import Worlds

struct WorldTableTests {
  private static let table = BuiltInWorlds.table()

  private func make(
    _ name: String, map: String? = nil, _ configuration: JSON = .object([])
  ) throws -> any World {
    try #require(Self.table[name]).make(map: map, configuration: configuration)
  }

  @Test(arguments: table.names)
  func `a world is rebuilt from its name, map and recorded rules`(name: String) throws {
    let world = try make(name)
    #expect(world.description.name == name)
    let changed = try world.applying([("step_limit", "77"), ("gamma", "0.9")])
    #expect(changed.others.map(\.name) == ["gamma"])
    #expect(changed.world.stepLimit == 77)
    let members = changed.world.ruleMembers
    let again = try make(
      name, map: world.description.map, JSON(parsing: JSON.object(members).compact))
    #expect(again.description == changed.world.description)
    #expect(again.ruleMembers == members)
    #expect(again.stepLimit == 77)
  }

  @Test func `a changed rule changes what the world does`() throws {
    let lake = try #require(try make("lake") as? GridWorld)
    #expect(lake.dynamics.moves(of: 0).count == 3)
    let changed = try lake.applying([("noise", "0")])
    #expect(changed.others.isEmpty)
    #expect(changed.world.dynamics.moves(of: 0).count == 1)
  }

  @Test func `a rule out of its bounds is refused`() throws {
    let lake = try make("lake")
    #expect(throws: SettingError("noise must be a number from 0 to 1, not '2'")) {
      try lake.applying([("step_limit", "5"), ("noise", "2")])
    }
    let crawler = try make("crawler")
    #expect(throws: SettingError.self) { try crawler.applying([("step_limit", "0")]) }
  }

  @Test func `a map or rule that does not fit is refused with one sentence`() throws {
    let maze = try #require(ClassicMaps.text("classic-4x4", kind: .maze))
    #expect(
      throws: SettingError(
        "the world lake needs a map that begins with 'reel map lake', not 'reel map maze'")
    ) { try make("lake", map: maze) }
    #expect(throws: SettingError("the world crawler has no map")) {
      try make("crawler", map: maze)
    }
    #expect(throws: MapError.self) { try make("maze", map: "nonsense") }
    #expect(throws: SettingError.self) { try make("maze", ["step_limit": "many"]) }
  }

  @Test(arguments: table.entries.filter { $0.maps != nil }.map(\.name))
  func `a built-in map is recognized, read and surveyed by its own world`(name: String) throws {
    let maps = try #require(Self.table[name]?.maps)
    for map in maps.builtIn {
      #expect(maps.recognizes(map.text))
      let text = try maps.normalized(map.text)
      #expect(try maps.normalized(text) == text)
      #expect(try maps.survey(text).problems == 0)
      #expect(try make(name, map: text).description.map == text)
    }
  }
}
