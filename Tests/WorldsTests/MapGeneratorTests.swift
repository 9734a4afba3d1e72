import Rollouts
import Testing
import Worlds

struct MapGeneratorTests {
  @Test(arguments: [(3, 3), (3, 4), (4, 3), (4, 4), (5, 8), (8, 5), (6, 6), (15, 31), (41, 41)])
  func `every maze joins all its rooms by exactly one path`(rows: Int, columns: Int) throws {
    for seed in 0..<50 as Range<UInt64> {
      let map = try MapGenerator.maze(rows: rows, columns: columns, seed: seed)
      #expect(map.rows == rows && map.columns == columns && map.start == 0)
      #expect(map.cells.last == .goal)
      let open = map.cells.indices.filter { map.cells[$0] != .wall }
      // A connected graph of n cells without a loop has n − 1 joints.
      #expect(map.joints == open.count - 1)
      let distances = map.distances()
      #expect(open.allSatisfy { distances[$0] >= 0 })
      #expect(map.cells.count { $0 == .goal } == 1)
    }
  }

  @Test func `the farthest goal is as far as any cell`() throws {
    for seed in 0..<20 as Range<UInt64> {
      let map = try MapGenerator.maze(rows: 21, columns: 22, seed: seed, goal: .farthest)
      #expect(map.goalDistance == map.distances().max().map(Int.init))
      let corner = try MapGenerator.maze(rows: 21, columns: 22, seed: seed)
      #expect(corner.goalDistance ?? 0 <= map.goalDistance ?? 0)
    }
  }

  @Test func `extra openings make loops, and all of them leave no wall between rooms`() throws {
    let some = try MapGenerator.maze(rows: 41, columns: 40, seed: 3, loops: 0.1)
    let open = some.cells.count { $0 != .wall }
    #expect(some.joints > open - 1 + 10)
    let all = try MapGenerator.maze(rows: 5, columns: 5, seed: 3, loops: 1)
    #expect(all.text.hasSuffix("\n\nS....\n.#.#.\n.....\n.#.#.\n....G\n"))
  }

  @Test(arguments: [(2, 2), (2, 9), (4, 4), (8, 8), (30, 50)], [0, 0.3, 0.8, 1])
  func `every lake can be crossed`(size: (Int, Int), frozen: Double) throws {
    for seed in 0..<20 as Range<UInt64> {
      let map = try MapGenerator.lake(
        rows: size.0, columns: size.1, seed: seed, frozen: frozen)
      #expect(map.goalDistance != nil)
      #expect(map.start == 0 && map.cells.last == .goal)
      #expect(try GridMap(parsing: map.text) == map)
    }
  }

  @Test func `about four cells in five of a lake are frozen`() throws {
    let map = try MapGenerator.lake(rows: 200, columns: 200, seed: 5)
    let share = Double(map.cells.count { $0 == .floor }) / 40_000
    #expect(abs(share - 0.8) < 0.01)
  }

  @Test func `the same seed makes the same map, and another seed a different one`() throws {
    let maze = try MapGenerator.maze(rows: 31, columns: 32, seed: 7, loops: 0.05)
    #expect(try MapGenerator.maze(rows: 31, columns: 32, seed: 7, loops: 0.05) == maze)
    #expect(try MapGenerator.maze(rows: 31, columns: 32, seed: 8, loops: 0.05) != maze)
    let lake = try MapGenerator.lake(rows: 31, columns: 32, seed: 7)
    #expect(try MapGenerator.lake(rows: 31, columns: 32, seed: 7) == lake)
    #expect(try MapGenerator.lake(rows: 31, columns: 32, seed: 8) != lake)
  }

  @Test func `seed 7 still makes the same maze and lake`() throws {
    let maze = try MapGenerator.maze(rows: 7, columns: 8, seed: 7)
    #expect(
      maze.text == """
        reel map maze
        title Maze 7×8, seed 7

        S##.....
        .##.###.
        ....#...
        #####.##
        ....#...
        .##.#.#.
        .##...#G

        """)
    let lake = try MapGenerator.lake(rows: 4, columns: 5, seed: 7)
    #expect(
      lake.text == """
        reel map lake
        title Lake 4×5, seed 7

        SFFFF
        FFFFF
        FFFHH
        FFFFG

        """)
  }

  @Test func `a thousand rows and columns become a world`() throws {
    let map = try MapGenerator.maze(rows: 1000, columns: 1000, seed: 1)
    let read = try GridMap(parsing: map.text)
    #expect(read == map)
    #expect(GridWorld(read).dynamics.states == 1_000_000)
  }

  @Test func `sizes and shares out of bounds are refused with one sentence`() {
    #expect(throws: SettingError.self) { try MapGenerator.maze(rows: 2, columns: 9, seed: 1) }
    #expect(throws: SettingError.self) { try MapGenerator.maze(rows: 9, columns: 4097, seed: 1) }
    #expect(throws: SettingError.self) {
      try MapGenerator.maze(rows: 9, columns: 9, seed: 1, loops: .nan)
    }
    #expect(throws: SettingError.self) { try MapGenerator.lake(rows: 1, columns: 9, seed: 1) }
    #expect(throws: SettingError("the share of frozen cells must be a number from 0 to 1, not 1.5"))
    {
      try MapGenerator.lake(rows: 4, columns: 4, seed: 1, frozen: 1.5)
    }
  }
}

extension GridMap {
  /// How many pairs of open cells are side by side.
  fileprivate var joints: Int {
    cells.indices.reduce(0) { sum, place in
      guard cells[place] != .wall else { return sum }
      let right = place % columns < columns - 1 && cells[place + 1] != .wall
      let below = place + columns < cells.count && cells[place + columns] != .wall
      return sum + (right ? 1 : 0) + (below ? 1 : 0)
    }
  }
}
