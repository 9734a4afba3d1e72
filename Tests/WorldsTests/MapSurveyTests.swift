import Rollouts
import Testing
import Worlds

struct MapSurveyTests {
  @Test func `the classic maze is surveyed by hand-counted numbers`() throws {
    let survey = MapSurvey(try ClassicMaps.map(kind: .maze))
    #expect(survey.cells == 16)
    #expect(survey.start == [0, 0])
    #expect(survey.targets.map(\.coordinates) == [[3, 3]])
    #expect(survey.walls == 2 && survey.holes == 0)
    #expect(survey.shortestPath == 6)
    #expect(survey.unreachable == 0 && survey.deadEnds == 0)
  }

  @Test func `a CS188 grid counts x to the right and y up`() throws {
    let survey = MapSurvey(try ClassicMaps.map(kind: .grid))
    #expect(survey.start == [0, 0])
    #expect(survey.targets.map(\.coordinates) == [[3, 2], [3, 1]])
    #expect(survey.targets.map(\.value) == [1, -1])
    let json = JSON.object(survey.members)
    #expect(json["coordinates"] == ["x", "y"])
    #expect(json["values"] == [1.0, -1.0])
  }

  @Test func `dead ends and cells out of reach are counted`() throws {
    let map = try GridMap(parsing: "reel map maze\n\nS..G#.\n.#.###\n.#....\n")
    let survey = MapSurvey(map)
    #expect(survey.unreachable == 1)
    #expect(survey.deadEnds == 2)
    #expect(
      survey.lines.map(\.text) == [
        "maze", "3 rows × 6 columns, 18 cells", "row 0, column 0", "row 0, column 3", "3 moves",
        "6 (33 %)", "1 (6 %)", "2 (11 %)",
      ])
  }

  @Test func `a lake's holes are a share of its cells`() throws {
    let survey = MapSurvey(try ClassicMaps.map("8x8", kind: .lake))
    #expect(survey.holes == 10)
    #expect(survey.shortestPath == 14)
    #expect(survey.lines.contains { $0.label == "holes" && $0.text == "10 (16 %)" })
  }

  @Test func `problems become JSON with the places they have`() throws {
    let error = #expect(throws: MapError.self) { try GridMap(parsing: "reel map maze\n\nSx\n") }
    #expect(
      error?.json == [
        [
          "line": 3, "column": 2,
          "problem": "expected S (start), G (goal), . (floor) or # (wall), found 'x'",
        ],
        ["problem": "the map has no goal: put a G"],
      ])
  }
}
