import Rollouts
import Testing
import Worlds

@Suite struct RecordedWorldTests {
  private func field(
    _ name: String, _ type: String, at offset: Int = 0, count: Int = 1, of subject: String = "state"
  ) -> Field { Field(subject, name, type: type, offset: offset, count: count, "") }

  private func bytes(_ word: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }

  private func world(
    _ name: String, map: String = "", actions: Int = 0, _ fields: [Field] = []
  ) -> WorldDescription {
    WorldDescription(
      name: name, map: map, actions: (0..<actions).map { ActionMeaning("\($0)") }, fields: fields)
  }

  @Test(
    arguments: [
      ("float16", 0xC100, 2, -2.5), ("float32", 0x3FC0_0000, 4, 1.5),
      ("float64", 0xBFF8_0000_0000_0000, 8, -1.5), ("int8", 0xFF, 1, -1),
      ("int16", 0x8000, 2, -32768),
      ("int32", 0xFFFF_FFFE, 4, -2), ("int64", UInt64(bitPattern: -7), 8, -7),
      ("uint8", 0xFF, 1, 255),
      ("uint16", 0xFFFF, 2, 65535), ("uint32", 0xFFFF_FFFF, 4, 4_294_967_295),
      ("uint64", 1 << 63, 8, 0x1p63),
    ] as [(String, UInt64, Int, Double)])
  func `numbers of every type are read at their byte, little-endian`(
    type: String, word: UInt64, size: Int, number: Double
  ) {
    let numbers = RecordedNumbers(
      [field("a", type, at: 3), field("b", type, at: 3 + size)], of: "state")
    let value = Value.bytes([9, 9, 9] + bytes(word, size) + bytes(0, size))
    #expect(numbers.number("a", of: value) == number && numbers.number("b", of: value) == 0)
    #expect(numbers.number("c", of: value) == nil && !numbers.isDigit(0))
    for short in 0..<size {
      let cut = Value.bytes(Array([9, 9, 9] + bytes(word, size)).dropLast(short + 1))
      #expect(numbers.number("a", of: cut) == nil && numbers.all(of: cut)[0].isNaN)
    }
    #expect(numbers.number("a", of: .index(5)) == nil)
  }

  @Test func `digits of an index are read by their offsets, and values of a field by their places`()
  {
    let taxi = RecordedNumbers(
      [field("row", "row", at: 100, count: 5), field("rest", "digit", at: 1, count: 100)],
      of: "state")
    #expect(taxi.all(of: .index(342)) == [3, 42] && taxi.isDigit(0))
    #expect(taxi.number("row", of: .index(-1)) == nil && taxi.number("row", of: .bytes([])) == nil)
    let box = RecordedNumbers([field("q", "uint8", count: 3)], of: "state")
    #expect(box.names == ["q[0]", "q[1]", "q[2]"] && box.total == 3)
    #expect(box.number("q[2]", of: .bytes([4, 5, 6])) == 6)
    let bare = RecordedNumbers([], of: "state")
    #expect(bare.names == ["state"] && bare.all(of: .index(7)) == [7])
  }

  @Test func `names that differ are found by position if the count fits`() {
    let named = RecordedNumbers(
      [field("b", "uint8", at: 0), field("a", "uint8", at: 1)], of: "state")
    #expect(named.places(of: ["a", "b"], orFirstOf: [2]) == [1, 0])
    #expect(named.places(of: ["x", "y"], orFirstOf: [2]) == [0, 1])
    #expect(named.places(of: ["x", "y"], orFirstOf: [3]) == nil)
  }

  @Test func `fields with any offset and count are limited, and never read beyond a value`() {
    let extremes = [Int.min, -1, 0, 1, 1 << 40, Int.max - 8, Int.max]
    let types = ["float64", "uint8", "row", "digit", "", "text"]
    var fields: [Field] = []
    for offset in extremes {
      for count in extremes { fields += types.map { field("f", $0, at: offset, count: count) } }
    }
    for field in fields {
      let numbers = RecordedNumbers([field], of: "state")
      #expect(numbers.count <= RecordedNumbers.most && numbers.total >= 0)
      for value in [Value.index(.max), .index(.min), .index(0), .bytes([]), .bytes([1, 2, 3])] {
        _ = numbers.all(of: value)
      }
    }
    let all = RecordedNumbers(fields, of: "state")
    #expect(all.count == RecordedNumbers.most && all.total == .max)
    #expect(all.all(of: .bytes([1])).count == all.count)
  }

  @Test func `a foreign world can be described but not played`() throws {
    let world = RecordedWorld(world("CartPole-v1", actions: 2, [field("x", "float32")]))
    let error = #expect(throws: SettingError.self) { try world.readyToStep() }
    #expect(
      error?.description
        == "CartPole-v1 was recorded by another program: it can be drawn but not played")
    #expect(world.states.names == ["x"] && world.stem == "CartPole")
    func isSuccess(_ name: String, _ ending: Ending) -> Bool {
      RecordedWorld(self.world(name)).isSuccess(
        from: .index(0), reward: 1, to: .index(0), ending: ending)
    }
    #expect(isSuccess("CartPole-v1", .truncated) && !isSuccess("CartPole-v1", .terminated))
    #expect(isSuccess("Taxi-v3", .terminated) && !isSuccess("Mystery-v0", .terminated))
  }

  @Test(arguments: [
    ("CartPole-v1", "CartPole", true), ("ALE/Breakout-v5", "Breakout", true),
    ("a/b/My-World-v12", "My-World", true), ("breakout", "breakout", false), ("v1", "v1", false),
    ("my-corridor", "my-corridor", false), ("my-corridor-v0", "my-corridor", true), ("", "", false),
    ("-v1", "-v1", false), ("x-v", "x-v", false), ("x-v1a", "x-v1a", false), ("/", "", true),
  ])
  func `worlds are recognized without namespace and version`(
    name: String, stem: String, foreign: Bool
  ) {
    #expect(ForeignWorlds.stem(of: name) == stem)
    #expect(ForeignWorlds.isForeign(name) == foreign)
  }

  @Test func `FrozenLake is Reel's lake on the map that was recorded`() throws {
    let rows = "SFFF\nFHFH\nFFFH\nHFFG"
    let fields = [field("r", "row", at: 4, count: 4), field("c", "column", at: 1, count: 4)]
    func lake(
      _ map: String, _ fields: [Field], actions: Int = 4, _ settings: JSON = [:]
    ) -> GridWorld? {
      ForeignWorlds.world(
        world("FrozenLake-v1", map: map, actions: actions, fields), configuration: settings)
        as? GridWorld
    }
    let classic = try ClassicMaps.map("4x4", kind: .lake).cells
    #expect(lake(rows, fields)?.map.cells == classic)
    #expect(lake("[\"SFFF\", \"FHFH\", \"FFFH\", \"HFFG\"]", [])?.map.cells == classic)
    #expect(lake("reel map lake\n\n\(rows)\n", fields)?.map.cells == classic)
    #expect(lake("", fields)?.map.cells == classic)
    #expect(lake("SFG", [])?.map.columns == 3)
    #expect(lake(rows, fields)?.rules.noise == 2.0 / 3)
    #expect(lake(rows, fields, ["is_slippery": false])?.rules.noise == 0)
    // A map that does not fit is ignored, and the recorded world is drawn.
    #expect(lake("SFG", fields) == nil && lake(rows, fields, actions: 3) == nil)
    #expect(lake("SFFX", []) == nil && lake("", []) == nil)
    #expect(lake("reel map maze\n\nSG\n", []) == nil)
  }
}
