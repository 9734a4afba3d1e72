import Rollouts
import Testing

struct StateLayoutTests {
  static let rows = [
    Field("state", "row", type: "row", offset: 5, count: 3, ""),
    Field("state", "column", type: "column", offset: 1, count: 5, ""),
  ]
  static let upward = [
    Field("state", "x", type: "column", offset: 1, count: 5, ""),
    Field("state", "y", type: "up", offset: 5, count: 3, ""),
  ]

  @Test func `rows count down the picture and columns to the right`() throws {
    let layout = try #require(StateLayout(Self.rows))
    #expect(layout.names == ["row", "column"])
    #expect(layout.rows == 3 && layout.columns == 5)
    #expect(layout.cell(of: 7) == (1, 2))
    #expect(layout.coordinates(of: 7) == [1, 2])
  }

  @Test func `a field that counts up begins at the bottom of the picture`() throws {
    let layout = try #require(StateLayout(Self.upward))
    #expect(layout.names == ["x", "y"])
    #expect(layout.cell(of: 0) == (2, 0))
    #expect(layout.cell(of: 7) == (1, 2))
    #expect(layout.coordinates(of: 7) == [2, 1])
  }

  @Test(arguments: [rows, upward])
  func `coordinates lead back to their state, and nowhere else`(fields: [Field]) throws {
    let layout = try #require(StateLayout(fields))
    for state in 0..<15 {
      #expect(layout.state(at: layout.coordinates(of: state)) == state)
    }
    #expect(layout.state(at: [-1, 0]) == nil)
    #expect(layout.state(at: [5, 5]) == nil)
    #expect(layout.state(at: [0]) == nil)
    #expect(layout.state(at: [0, 0, 0]) == nil)
  }

  @Test(arguments: [
    [], [rows[0]], [rows[0], rows[0]], [rows[1], rows[1]], rows + [upward[1]],
    [Field("action", "row", type: "row", offset: 5, count: 3, ""), rows[1]],
    [Field("state", "row", type: "row", offset: 0, count: 3, ""), rows[1]],
    [Field("state", "row", type: "row", offset: 5, count: 0, ""), rows[1]],
    [Field("state", "row", type: "row", offset: 5, count: .max, ""), rows[1]],
    [Field("state", "row", type: "f32", offset: 5, count: 3, ""), rows[1]],
  ])
  func `fields that describe no grid have no layout`(fields: [Field]) {
    #expect(StateLayout(fields) == nil)
  }
}
