import Rollouts
import TestSupport
import Testing
import Worlds

struct GridWorldTests {
  static func world(
    _ kind: GridKind, _ name: String? = nil, _ change: (inout GridRules) -> Void = { _ in }
  ) throws -> GridWorld {
    let map = try ClassicMaps.map(name, kind: kind)
    var rules = GridRules(for: map)
    change(&rules)
    return GridWorld(map, rules: rules)
  }

  @Test(arguments: GridKind.allCases)
  func `every executed move goes where its arrow points, or stays where the way is blocked`(
    kind: GridKind
  ) throws {
    for name in ClassicMaps.names(of: kind) {
      let world = try Self.world(kind, name)
      let layout = try #require(StateLayout(world.description.fields))
      for state in 0..<world.dynamics.states {
        let (row, column) = layout.cell(of: state)
        if case .exit = world.map.cell(of: state) { continue }
        for (action, meaning) in world.description.actions.enumerated() where action < 4 {
          let next = Int(world.dynamics.outcome(state, executing: action).next)
          let (toRow, toColumn) = (row + meaning.dy, column + meaning.dx)
          let isOpen =
            (0..<layout.rows).contains(toRow) && (0..<layout.columns).contains(toColumn)
            && world.map.cells[toRow * layout.columns + toColumn] != .wall
          #expect(layout.cell(of: next) == (isOpen ? (toRow, toColumn) : (row, column)))
        }
      }
    }
  }

  @Test(arguments: [
    (GridKind.maze, "up down left right"), (.lake, "left down right up"),
    (.grid, "north west south east exit"),
  ])
  func `actions have their published order`(kind: GridKind, names: String) {
    #expect(kind.actions.map(\.name).joined(separator: " ") == names)
  }

  // MARK: Lake

  @Test(arguments: ["4x4", "8x8"], [true, false])
  func `a lake's transition table is Gymnasium's`(name: String, isSlippery: Bool) throws {
    let world = try Self.world(.lake, name) { if !isSlippery { $0.noise = 0 } }
    let kind = isSlippery ? "slippery" : "dry"
    let text = try Repository.text("Tests/Reference/frozenlake-\(name)-\(kind).txt")
    var compared = 0
    for line in text.split(separator: "\n").dropFirst() {
      let parts = line.split(separator: ":")
      let key = parts[0].split(separator: " ").compactMap { Int($0) }
      let cell = world.map.cell(of: key[0])
      // Gymnasium lets an ended episode stay where it is; here no step follows the last.
      if cell == .hole || cell == .goal { continue }
      var ours: [[Int]: Double] = [:]
      for (move, probability) in world.dynamics.moves(of: key[1]) {
        let outcome = world.dynamics.outcome(key[0], executing: move)
        ours[
          [Int(outcome.next), Int(outcome.reward), outcome.terminates ? 1 : 0], default: 0] +=
          probability
      }
      let theirs = parts[1].split(separator: ",")
      #expect(ours.count == theirs.count)
      for outcome in theirs {
        let numbers = outcome.split(separator: " ").compactMap { Int($0) }
        let probability = ours[Array(numbers.dropFirst())] ?? 0
        #expect(abs(probability - Double(numbers[0]) / 3) < 1e-15, "\(line)")
      }
      compared += 1
    }
    #expect(compared == (name == "4x4" ? 11 : 53) * 4)
  }

  @Test(arguments: [("4x4", 100), ("8x8", 200)])
  func `a lake's step limit is Gymnasium's`(name: String, limit: Int) throws {
    #expect(try Self.world(.lake, name).stepLimit == limit)
  }

  @Test(arguments: [(GridKind.lake, 2.0 / 3), (.grid, 0.2), (.grid, 1), (.maze, 0.5)])
  func `moves slip as often as the noise says, half to either side`(
    kind: GridKind, noise: Double
  ) throws {
    let world = try Self.world(kind) { $0.noise = noise }
    let actions = world.description.actions
    let generator = Generator(seed: 17)
    let trials = 40_000
    for action in 0..<4 {
      var found = [Int](repeating: 0, count: actions.count)
      for t in 0..<trials {
        let draws = generator.draws(for: .world, episode: action + 1, t: t)
        found[world.dynamics.executed(action, draws.word(0))] += 1
      }
      for other in actions.indices {
        let dot = actions[action].dx * actions[other].dx + actions[action].dy * actions[other].dy
        let isStill = actions[other].dx == 0 && actions[other].dy == 0
        let share =
          isStill ? 0 : other == action ? 1 - noise : dot == 0 ? noise / 2 : 0
        // Five standard deviations.
        let allowed = 5 * (Double(trials) * share * (1 - share)).squareRoot()
        #expect(abs(Double(found[other]) - share * Double(trials)) <= allowed + 1e-9)
      }
    }
  }

  // MARK: Maze

  @Test func `the maze pays 100 for the goal, −1 for a step and −5 for a bump`() throws {
    let dynamics = try Self.world(.maze).dynamics
    let (up, down, left, right) = (0, 1, 2, 3)
    func reward(_ row: Int, _ column: Int, _ action: Int) -> [Double] {
      let outcome = dynamics.outcome(row * 4 + column, executing: action)
      return [outcome.reward, Double(outcome.next), outcome.terminates ? 1 : 0]
    }
    #expect(reward(0, 0, right) == [-1, 1, 0])
    #expect(reward(0, 0, up) == [-5, 0, 0])
    #expect(reward(0, 0, left) == [-5, 0, 0])
    #expect(reward(0, 1, down) == [-5, 1, 0], "a wall")
    #expect(reward(3, 2, right) == [100, 15, 1])
    #expect(reward(2, 3, down) == [100, 15, 1])
  }

  @Test(arguments: [("classic", 4, 4, 200), ("large", 10, 10, 400)])
  func `a maze's step limit grows with its size`(name: String, rows: Int, columns: Int, limit: Int)
    throws
  {
    let map = try MapGenerator.maze(rows: rows, columns: columns, seed: 1)
    #expect(GridWorld(map).stepLimit == limit)
  }

  // MARK: CS188

  @Test func `an exit has one legal action, which pays and ends`() throws {
    for name in ClassicMaps.names(of: .grid) {
      let world = try Self.world(.grid, name)
      for state in 0..<world.dynamics.states {
        let legal = (0..<5).filter { world.dynamics.isLegal($0, in: state) }
        guard case .exit(let value) = world.map.cell(of: state) else {
          #expect(legal == [0, 1, 2, 3])
          continue
        }
        #expect(legal == [GridWorld.exitAction])
        let outcome = world.dynamics.outcome(state, executing: GridWorld.exitAction)
        #expect(outcome.reward == value && outcome.terminates)
      }
      // The exit action never slips.
      #expect(world.dynamics.moves(of: GridWorld.exitAction).count == 1)
    }
  }

  @Test func `the reward belongs to the state that is left`() throws {
    let world = try Self.world(.grid) { $0.livingReward = -0.5 }
    // From (2, 2) east onto the exit at (3, 2): the living reward; the exit pays when it is left.
    let onto = world.dynamics.outcome(2 * 4 + 2, executing: 3)
    #expect(onto.next == 11 && onto.reward == -0.5 && !onto.terminates)
    #expect(world.dynamics.outcome(11, executing: 4).reward == 1)
  }

  @Test(arguments: GridKind.allCases)
  func `no reward is a minus zero`(kind: GridKind) throws {
    let world = try Self.world(kind) { $0.livingReward = -0.0 }
    for state in 0..<world.dynamics.states {
      for action in 0..<world.dynamics.actions {
        let reward = world.dynamics.outcome(state, executing: action).reward
        #expect(reward != 0 || reward.sign == .plus)
      }
    }
    let zero = GridWorld(try GridMap(parsing: "reel map grid\n\nS -0\n"))
    #expect(zero.dynamics.outcome(1, executing: 4).reward.sign == .plus)
  }

  @Test func `a world steps as its tables say`() throws {
    let world = try Self.world(.lake)
    let generator = Generator(seed: 3)
    var state = world.start(generator.draws(for: .start, episode: 1, t: 0))
    #expect(state == 0)
    for t in 0..<50 {
      let draws = generator.draws(for: .world, episode: 1, t: t)
      let step = world.step(state, t % 4, draws)
      let outcome = world.dynamics.outcome(
        state, executing: world.dynamics.executed(t % 4, draws.word(0)))
      #expect(step.next == Int(outcome.next) && step.reward == outcome.reward)
      #expect(step.ending == (outcome.terminates ? .terminated : .running))
      state = step.ending == .running ? step.next : 0
    }
  }
}
