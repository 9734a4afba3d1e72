import Rollouts
import Testing
import Worlds

struct GridMapTests {
  @Test func `a map reads back from its text`() throws {
    for kind in GridKind.allCases {
      for name in ClassicMaps.names(of: kind) {
        let map = try ClassicMaps.map(name, kind: kind)
        #expect(try GridMap(parsing: map.text) == map)
        #expect(try GridMap(parsing: map.text).text == map.text)
      }
    }
  }

  @Test(arguments: [
    "reel map maze\r\n\r\nS.\r\n.G\r\n", "reel map maze\r\rS.\r.G\r", "reel map maze\n\nS.\n.G",
    "\u{FEFF}reel map maze\n\nS.\n.G\n", "reel map maze\n \nS .\n. G\n\n\n",
    "reel map maze\n\n S.\n .G\n",
    "  reel   map\tmaze  \nnote a # b\nnote c\n\nS.\n.G\n",
  ])
  func `line ends, marks and spaces of any editor are read`(text: String) throws {
    let map = try GridMap(parsing: text)
    #expect(map.text == "reel map maze\n\nS.\n.G\n")
  }

  @Test func `the text of a grid is aligned in columns`() throws {
    let map = try GridMap(parsing: "reel map grid\ntitle  A  title \n\nS _ 10\n-0.5 # _\n")
    #expect(map.title == "A  title")
    #expect(map.text == "reel map grid\ntitle A  title\n\n   S    _   10\n-0.5    #    _\n")
    #expect(Array(map.cells) == [.floor, .floor, .exit(10), .exit(-0.5), .wall, .floor])
  }

  @Test func `states count rows from the top, in CS188 from the bottom`() throws {
    let lake = try ClassicMaps.map("8x8", kind: .lake)
    #expect(lake.state(row: 2, column: 3) == 19)
    #expect(lake.position(of: 19) == (2, 3))
    #expect(lake.cell(of: 19) == .hole)
    let book = try ClassicMaps.map("book", kind: .grid)
    #expect(book.state(row: 2, column: 0) == 0)
    #expect(book.position(of: 11) == (0, 3))
    #expect(book.cell(of: 11) == .exit(1))
  }

  static let faults: [(text: String, problems: [String])] = [
    ("", ["line 1: expected 'reel map maze', 'reel map lake' or 'reel map grid', found ''"]),
    (
      "reel map labyrinth\n\nSG\n",
      [
        "line 1: expected 'reel map maze', 'reel map lake' or 'reel map grid', "
          + "found 'reel map labyrinth'"
      ]
    ),
    (
      "reel map maze",
      ["line 1: expected an empty line and then the rows of the map"]
    ),
    (
      "reel map maze\n\n\n",
      ["line 3: expected an empty line and then the rows of the map"]
    ),
    ("reel map maze\nS.\n.G\n", ["line 2, column 1: expected an empty line before the rows"]),
    (
      "reel map maze\nauthor me\n\nS.\n.G\n",
      ["line 2, column 1: expected 'title …', 'note …' or an empty line before the rows"]
    ),
    (
      "reel map maze\n\nS.x\n.äG\n",
      [
        "line 3, column 3: expected S (start), G (goal), . (floor) or # (wall), found 'x'",
        "line 4, column 2: expected S (start), G (goal), . (floor) or # (wall), found 'ä'",
      ]
    ),
    (
      "reel map lake\n\nSF\nHg\n",
      [
        "line 4, column 2: expected S (start), F (ice), H (hole) or G (goal), found 'g'",
        "the map has no goal: put a G",
      ]
    ),
    (
      "reel map grid\n\nS _ 1\n_ ä nan\n",
      [
        "line 4, column 3: expected S (start), _ (floor), # (wall) or a number (an exit's value), "
          + "found 'ä'",
        "line 4, column 5: expected S (start), _ (floor), # (wall) or a number (an exit's value), "
          + "found 'nan'",
      ]
    ),
    ("reel map maze\n\n...\n..G\n", ["the map has no start: put an S where it begins"]),
    ("reel map grid\n\nS _\n", ["the map has no exit: write a number"]),
    (
      "reel map maze\n\nS..\n..S\nG..\n",
      ["line 4, column 3: expected one start, found another S (the first is on line 3, column 1)"]
    ),
    (
      "reel map maze\n\nS...\n..\n...G\n",
      ["line 4: expected 4 cells as in the first row, found 2"]
    ),
    (
      "reel map maze\n\nS..G\n\n....\n",
      ["line 5: expected nothing after the rows; an empty line ends the map"]
    ),
    ("reel map maze\n\nS#G\n", ["no goal can be reached from the start"]),
    ("reel map lake\n\nSHG\n", ["no goal can be reached from the start"]),
  ]

  @Test(arguments: faults.indices)
  func `a fault is reported with line, column and what was expected`(index: Int) {
    let fault = Self.faults[index]
    let error = #expect(throws: MapError.self) { try GridMap(parsing: fault.text) }
    #expect(error?.problems.map(\.description) == fault.problems)
  }

  @Test func `an error names its first problem and counts the others`() {
    let error = #expect(throws: MapError.self) { try GridMap(parsing: "reel map maze\n\nxy\nS\n") }
    #expect(error?.problems.count == 4)
    #expect(
      error?.description
        == "line 3, column 1: expected S (start), G (goal), . (floor) or # (wall), found 'x' "
        + "(and 3 more; reel map check lists them)")
  }

  @Test func `a map of 4096 columns is read, one of 4097 is not`() throws {
    let row = "S" + String(repeating: ".", count: 4094) + "G"
    #expect(try GridMap(parsing: "reel map maze\n\n\(row)\n").columns == 4096)
    #expect(throws: MapError.self) { try GridMap(parsing: "reel map maze\n\n\(row).\n") }
    let column = "S\n" + String(repeating: ".\n", count: 4094) + "G\n"
    #expect(try GridMap(parsing: "reel map maze\n\n\(column)").rows == 4096)
    #expect(throws: MapError.self) { try GridMap(parsing: "reel map maze\n\n\(column).\n") }
  }

  @Test func `a file that is not a map has at most a hundred problems`() {
    let noise = String(repeating: "what is this\n", count: 3000)
    let error = #expect(throws: MapError.self) { try GridMap(parsing: "reel map lake\n\n" + noise) }
    #expect(error?.problems.count == 100)
  }

  @Test func `random bytes never trap`() {
    var stream = Stream(seed: 21, purpose: .map)
    let likely = [Array("..#G\n".utf8), Array("FFHG\n".utf8), Array("_ _ # 19-\n".utf8)]
    var maps = 0
    for round in 0..<20_000 {
      let kind = round % 3
      let head = round % 10 == 0 ? "" : "reel map \(GridKind.allCases[kind].rawValue)\n\nS "
      let bytes = (0..<Int(stream.next() % 12)).map { _ in
        let word = stream.next()
        return round % 4 == 0
          ? UInt8(truncatingIfNeeded: word) : likely[kind][Int(word >> 8) % likely[kind].count]
      }
      if let map = try? GridMap(parsing: head + String(decoding: bytes, as: UTF8.self)) {
        maps += 1
        #expect((try? GridMap(parsing: map.text)) == map)
        let world = GridWorld(map)
        #expect(world.dynamics.states == map.cells.count)
      }
    }
    #expect(maps > 100, "some of them are maps after all")
  }
}
