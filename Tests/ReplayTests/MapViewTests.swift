import Analysis
import Replay
import Rollouts
import Testing
import Worlds

@Suite struct MapViewTests {
  private func entry(_ world: String) throws -> PainterEntry {
    try PainterTable.builtIn.entry(for: world)
  }

  /// Values that are the same everywhere, one for each action.
  private func constant(_ values: [Float], each count: Int) -> PlaceMap.Values {
    { observations in
      #expect(observations.count.isMultiple(of: count))
      return (0..<observations.count / count).flatMap { _ in values }
    }
  }

  @Test func `a car that always turns left does so everywhere, and off the road is pale`() throws {
    let city = CityWorld(try CityRide.map("grachten"))
    let map = try entry("city").map(of: city, MapRequest(target: "A2", heading: 90))
    #expect(map.subject == "on the way to A2, heading 90°; pale: off the road")
    let found = try map.heatMap(constant([1, 3, 2], each: city.observationCount))
    #expect(found.values.allSatisfy { $0 == 3 })
    #expect((found.rows, found.columns) == (city.map.height / 4, city.map.width / 4))
    var (arrows, goals) = (0, [String]())
    for mark in found.marks {
      switch mark {
      case .arrow(let x, let y, let angle):
        arrows += 1
        #expect(angle == 90 + city.rules.rotation)
        #expect(city.map.mask.isRoad(4 * x, 4 * y))
      case .pin(_, _, let name, let isGoal): if isGoal { goals.append(name) }
      }
    }
    #expect(arrows > 20 && goals == ["A2"])
    for place in stride(from: 0, to: found.values.count, by: 7) {
      let (x, y) = (Double(place % found.columns) + 0.5, Double(place / found.columns) + 0.5)
      #expect(found.isPale[place] != city.map.mask.isRoad(4 * x, 4 * y))
    }
  }

  @Test func `without a heading a place has the value of the best heading`() throws {
    let city = CityWorld(try CityRide.map("grachten"))
    let map = try entry("city").map(of: city)
    #expect(map.subject == "on the way to A1, best heading; pale: off the road")
    var (rows, most) = (0, Float(0))
    let found = try map.heatMap { observations in
      // Later headings are worth more.
      rows += observations.count / city.observationCount
      most += 1
      return (0..<observations.count / city.observationCount).flatMap { _ in [most, 0, 0] }
    }
    #expect(rows == 16 * found.values.count)
    #expect(found.values.first == 16 && found.values.last == Double(most))
  }

  @Test func `a food map shows the best turn, and no value on the snake itself`() throws {
    let game = SnakeGame()
    let middle = game.transitions[game.transitions.count / 2]
    guard case .bytes(let bytes) = middle.state, let state = SnakeState(bytes: bytes) else {
      Issue.record("a game has states of bytes")
      return
    }
    let map = try entry("snake").map(of: Snake(), MapRequest(like: middle.state))
    #expect(map.subject == "by where the food is")
    // Right is best.
    let found = try map.heatMap(constant([0, 2, 1], each: Snake().observationCount))
    let way = (Int(state.heading) + 1) % 4
    let covered = Set(state.cells)
    for y in 0..<Snake.rows {
      for x in 0..<Snake.columns {
        let isCovered = covered.contains(SnakeCell(x: x, y: y))
        #expect((found.cells[y * Snake.columns + x] == .wall) == isCovered)
        #expect(found.value(y, x) == (isCovered ? nil : 2))
        #expect(found.greedyActions(y, x) == (isCovered ? [] : [way]))
      }
    }
    #expect(throws: PainterError.foreignState("snake")) {
      try entry("snake").map(of: Snake(), MapRequest(like: .index(3)))
    }
  }

  @Test func `an option that a world's map lacks is refused with those it has`() throws {
    #expect(throws: PainterError.lacks("snake", "target", nil, has: ["like"])) {
      try entry("snake").map(of: Snake(), MapRequest(target: "A1"))
    }
    let city = CityWorld(try CityRide.map("grachten"))
    #expect(throws: PainterError.lacks("city", "like", nil, has: ["target", "heading"])) {
      try entry("city").map(of: city, MapRequest(like: .index(0)))
    }
    #expect(throws: PainterError.lacks("city", "target", "A9", has: CityMap.targetNames)) {
      try entry("city").map(of: city, MapRequest(target: "A9"))
    }
    for entry in PainterTable.builtIn.entries where entry.mapOptions == nil {
      #expect(throws: PainterError.noMap(entry.world)) {
        try entry.map(of: Sample(entry.world).world)
      }
    }
  }

  @Test func `a grid's cells are those of its map, and other worlds have none`() throws {
    let cells = try entry("lake").cells(of: Sample("lake").world)
    let (floor, hole) = (HeatMap.Cell.floor, HeatMap.Cell.hole)
    #expect(
      cells == [
        floor, floor, floor, floor, floor, hole, floor, hole, floor, floor, floor, hole, hole,
        floor, floor, .goal,
      ])
    let maze = try entry("maze").cells(of: Sample("maze").world)
    #expect(maze.indices.filter { maze[$0] == .wall } == [5, 10])
    // An action leaves an exit, so it has a value of its own.
    #expect(try entry("grid").cells(of: Sample("grid").world).count { $0 != .floor } == 1)
    #expect(try entry("crawler").cells(of: Sample("crawler").world).isEmpty)
  }
}
