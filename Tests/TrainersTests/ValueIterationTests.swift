import Rollouts
import Testing
import Trainers
import Worlds

struct ValueIterationTests {
  /// Rows from the top, nil for the wall; after a number of iterations, γ .9, noise .2.
  static let golden: [(iterations: Int, rows: [[Double?]])] = [
    (
      5,
      [
        [0.5076, 0.7155, 0.8409, 1], [0.2687, nil, 0.5532, -1], [0, 0.2221, 0.3698, 0.1321],
      ]
    ),
    (
      100,
      [
        [0.6450, 0.7444, 0.8478, 1], [0.5663, nil, 0.5719, -1], [0.4907, 0.4308, 0.4755, 0.2773],
      ]
    ),
  ]

  @Test(arguments: golden.indices)
  func `the book grid's values are the published ones to four decimals`(index: Int) throws {
    let (iterations, rows) = Self.golden[index]
    let world = GridWorld(try ClassicMaps.map("book", kind: .grid))
    var solver = ValueIteration(world.dynamics, gamma: 0.9)
    solver.iterate(iterations)
    for (row, values) in rows.enumerated() {
      for (column, value) in values.enumerated() {
        guard let value else { continue }
        let ours = solver.values[world.map.state(row: row, column: column)]
        #expect(abs(ours - value) <= 0.00005 + 1e-12, "row \(row), column \(column)")
      }
    }
  }

  @Test func `every state uses the values of the iteration before`() throws {
    let world = GridWorld(try ClassicMaps.map("book", kind: .grid))
    var solver = ValueIteration(world.dynamics, gamma: 0.9)
    solver.iterate(1)
    // Only the exits have a value yet, wherever in the order they come.
    #expect(solver.values.filter { $0 != 0 }.sorted() == [-1, 1])
    #expect(solver.change == 1)
    solver.iterate(1)
    #expect(abs(solver.values[world.map.state(row: 0, column: 2)] - 0.72) < 1e-12)
  }

  @Test func `illegal actions have no value and are never the best`() throws {
    let world = GridWorld(try ClassicMaps.map("book", kind: .grid))
    var solver = ValueIteration(world.dynamics, gamma: 0.9)
    solver.iterate(50)
    let exit = world.map.state(row: 0, column: 3)
    #expect(solver.qValues(exit) == [nil, nil, nil, nil, 1])
    #expect(solver.greedyActions(exit) == [GridWorld.exitAction])
    #expect(solver.qValues(0)[GridWorld.exitAction] == nil)
    #expect(solver.greedyActions(world.map.state(row: 0, column: 2)) == [3])
  }

  @Test func `a chain's values follow from the distance to its end`() {
    var solver = ValueIteration(Chain.dynamics(length: 5), gamma: 0.5)
    solver.iterate(5)
    #expect(solver.values == [0.0625, 0.125, 0.25, 0.5, 1])
    solver.iterate(1)
    #expect(solver.change == 0)
  }

  /// .542026 is what value iteration over Gymnasium's own table gives.
  @Test func `states that end an episode are worth nothing, and the rest converges`() throws {
    let world = GridWorld(try ClassicMaps.map(kind: .lake))
    var solver = ValueIteration(world.dynamics, gamma: 0.99)
    solver.converge()
    #expect(solver.hasConverged && solver.iterations < 2000)
    #expect(abs(solver.values[world.dynamics.start] - 0.542026) < 1e-6)
    let ends = [5, 7, 11, 12, 15]
    #expect(solver.ends.indices.filter { solver.ends[$0] } == ends)
    for state in ends {
      #expect(solver.values[state] == 0 && solver.greedyActions(state).isEmpty)
    }
  }

  @Test func `without discount the value of the maze is its best return`() throws {
    let world = GridWorld(try ClassicMaps.map(kind: .maze))
    var solver = ValueIteration(world.dynamics, gamma: 1)
    solver.iterate(20)
    #expect(solver.values[world.dynamics.start] == 95)
  }
}
