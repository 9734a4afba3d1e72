import Experiments
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing
import Trainers
import Worlds

@Suite struct EvaluationTests {
  @Test func `the mean of many episodes is close to the exact result`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.lake.recorded(in: folder)
      let evaluation = try Evaluation(of: recording, limits: .init(episodes: 4000))
      let exact = try #require(try evaluation.exact())
      let played = try evaluation.play().members
      func number(_ key: String, _ members: [JSON.Member]) -> Double {
        members.first { $0.key == key }?.value.double ?? .nan
      }
      let chance = number("success_rate", exact)
      #expect(chance > 0.05 && chance < 0.95, "the ice is slippery")
      // Four standard errors of the mean.
      let error = (chance * (1 - chance) / 4000).squareRoot() * 4
      #expect(abs(number("success_rate", played) - chance) < error)
      #expect(abs(number("mean_return", played) - number("mean_return", exact)) < error)
      let length = number("mean_length", exact)
      #expect(abs(number("mean_length", played) / length - 1) < 0.1)
    }
  }

  @Test func `a learned maze is solved by the shortest path`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.maze.recorded(in: folder)
      let exact = try #require(try Evaluation(of: recording).exact())
      // Six moves, as the map's note says; the last pays 100 and each costs one.
      let expected: [JSON.Member] = [
        .init("success_rate", 1.0), .init("mean_return", 95.0), .init("mean_length", 6.0),
      ]
      for (found, wanted) in zip(exact, expected) {
        #expect(found.key == wanted.key)
        #expect(abs((found.value.double ?? 0) - (wanted.value.double ?? 1)) < 1e-9, "\(found)")
      }
      let start = try Evaluation(of: recording, at: .step(0), limits: .init(episodes: 50)).play()
      #expect(start.steps > 50 * 6, "an untrained agent moves at random")
    }
  }

  @Test(arguments: [SmallRun.maze, .snake, .reacher])
  func `an evaluation is recorded, and its world replays it`(
    kind: SmallRun
  ) throws {
    try withTemporaryFolder { folder in
      let recording = try kind.recorded(in: folder)
      let path = "\(folder)/played.sqlite"
      let evaluation = try Evaluation(of: recording, limits: .init(episodes: 5))
      let summary = try evaluation.play(recordingTo: path)
      let played = try Recording(path)
      let run = try played.description()
      #expect(run.purpose == .evaluate && run.seed == 1_000_005)
      #expect(run.parent?.digest == (try recording.digest()))
      #expect(run.parent?.step == (try recording.stepCount()))
      let database = try Database(path, .reading)
      let row = try #require(
        try database.first(
          "SELECT count(*), sum(steps), avg(return), min(return), max(return) FROM episodes"))
      let keys = ["episodes", "steps", "mean_return", "min_return", "max_return"]
      for (key, value) in zip(keys, row) {
        let said = summary.members.first { $0.key == key }?.value.double
        #expect(abs((said ?? .nan) - (value.double ?? 0)) < 1e-9, "\(key)")
      }
      let worlds = try Catalog.builtIn.worldsInForce(in: played)
      let proof = try RecordingProof(of: played, in: worlds)
      #expect(proof.difference == nil, "\(proof.difference?.description ?? "")")
      // All random numbers come from the seed.
      #expect(try evaluation.play().members == summary.members)
      let other = try Evaluation(of: recording, limits: .init(episodes: 5), seed: 9)
      #expect(try other.play().members != summary.members || kind == .maze)
    }
  }

  @Test func `limits and cancelling end an evaluation`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.snake.recorded(in: folder)
      let steps = try Evaluation(of: recording, limits: .init(steps: 120)).play()
      #expect(steps.steps == 120)
      let both = try Evaluation(of: recording, limits: .init(episodes: 2, steps: 100_000)).play()
      #expect(both.members[0] == JSON.Member("episodes", 2))
      let path = "\(folder)/played.sqlite"
      var shares: [Double] = []
      let cut = try Evaluation(of: recording, limits: .init(episodes: 50)).play(recordingTo: path) {
        share, _ in
        shares.append(share)
        return shares.count < 4
      }
      #expect(shares == [0, 0.02, 0.04, 0.06] && cut.members[0] == JSON.Member("episodes", 3))
      #expect(try Recording(path).episodes().count == 3)
      let error = #expect(throws: RecordingError.self) {
        try Evaluation(of: recording).play(recordingTo: path)
      }
      #expect(error?.kind == .exists)
    }
  }

  @Test func `the best network can be evaluated, and a table keeps none`() throws {
    try withTemporaryFolder { folder in
      let snake = try SmallRun.snake.recorded(in: folder, as: "snake")
      let best = try #require(try snake.lastCheckpoint(kind: "best"))
      let path = "\(folder)/played.sqlite"
      _ = try Evaluation(of: snake, at: .best, limits: .init(episodes: 1)).play(recordingTo: path)
      let played = try Recording(path)
      #expect(try played.description().parent?.step == best.step)
      #expect(try played.checkpoint(at: 0)?.parameters == best.parameters)
      let maze = try SmallRun.maze.recorded(in: folder, as: "maze")
      let error = try #require(throws: RunError.self) { try Evaluation(of: maze, at: .best) }
      #expect(error.kind == .request)
    }
  }

  @Test func `networks are not evaluated exactly, and texts are not played`() throws {
    try withTemporaryFolder { folder in
      let snake = try SmallRun.snake.recorded(in: folder, as: "snake")
      #expect(try Evaluation(of: snake).exact() == nil)
      let text = try SmallRun.text.recorded(in: folder, as: "text")
      guard
        case .languageModelViews? = try #require(
          throws: RunError.self, performing: { try Evaluation(of: text) }
        ).remedy
      else {
        Issue.record("the error lists the views of a language model")
        return
      }
    }
  }

  @Test func `a summary counts episodes, steps, returns and successes`() {
    var summary = EvaluationSummary(GridWorld.corridor)
    let rewards: [(Double, Ending)] = [
      (-1, .running), (100, .terminated), (-1, .running), (-1, .truncated),
    ]
    for (place, step) in rewards.enumerated() {
      summary.add(
        Transition(
          episode: place / 2 + 1, state: .index(place % 2), action: .index(2), reward: step.0,
          next: .index(place % 2 + (place < 2 ? 1 : 0)), ending: step.1))
    }
    let wanted: [JSON.Member] = [
      .init("episodes", 2), .init("steps", 4), .init("mean_return", 48.5),
      .init("std_return", 50.5), .init("min_return", -2.0), .init("max_return", 99.0),
      .init("success_rate", 0.5), .init("mean_length", 2.0),
    ]
    #expect(summary.members == wanted)
  }
}

extension GridWorld {
  /// Three cells in a row, the goal at the right.
  fileprivate static let corridor = GridWorld(
    GridMap(kind: .maze, title: "", columns: 3, cells: [.floor, .floor, .goal], start: 0))
}

@Suite struct SolvingTests {
  @Test func `the book grid has the published values`() throws {
    let solved = try Catalog.builtIn.solve(PlanRequest("grid", map: "book"), iterations: 100)
    let published: [[Double?]] = [
      [0.6450, 0.7444, 0.8478, 1], [0.5663, nil, 0.5719, -1], [0.4907, 0.4308, 0.4755, 0.2773],
    ]
    for state in 0..<12 {
      let cell = solved.layout.cell(of: state)
      let value = published[cell.row][cell.column]
      #expect(solved.states.contains(state) == (value != nil))
      if let value { #expect(abs(solved.solution.values[state] - value) < 0.00005 + 1e-12) }
    }
    #expect(solved.actions.map(\.name).count == 5 && solved.layout.columns == 4)
  }

  @Test func `the discount and the rules are those of the request`() throws {
    let request = PlanRequest("maze", overrides: [("gamma", "1"), ("step_limit", "50")])
    let solved = try Catalog.builtIn.solve(request, iterations: 20)
    #expect(solved.solution.gamma == 1)
    // Six moves to the goal.
    #expect(solved.solution.values.max() == 100 && solved.solution.values[0] == 95)
  }

  @Test func `a table that learned long enough has the values of its world`() throws {
    try withTemporaryFolder { folder in
      let slow = [("episodes", "3000"), ("epsilon", "1"), ("alpha", "1"), ("gamma", "0.9")]
      let recording = try SmallRun.maze.recorded(in: folder, changing: slow)
      let table = try recording.qTable(at: recording.stepCount())
      let solved = try Catalog.builtIn.solve(
        PlanRequest("maze", overrides: [("gamma", "0.9")]), iterations: 200)
      for state in solved.states where table.visits(in: state) > 0 {
        #expect(abs(table.best(state) - solved.solution.values[state]) < 1e-9, "state \(state)")
        #expect(table.greedyActions(state) == solved.solution.greedyActions(state))
      }
      #expect(try Catalog.builtIn.tableStart(of: recording) == 0)
    }
  }

  @Test(arguments: ["snake", "reacher", "text"])
  func `a subject without discrete states is refused`(subject: String) throws {
    #expect(throws: RunError.self) {
      try Catalog.builtIn.solve(PlanRequest(subject), iterations: 1)
    }
    guard subject == "snake" else { return }
    try withTemporaryFolder { folder in
      let recording = try SmallRun.snake.recorded(in: folder)
      #expect(throws: RunError.self) { try Catalog.builtIn.tableStart(of: recording) }
    }
  }
}

@Suite struct ExplorationTests {
  @Test func `the return of a repeated action is the sum of its steps`() throws {
    let world = try #require(try Catalog.builtIn.plan(PlanRequest("maze")).world() as? GridWorld)
    let exploration = try Exploration(world, seed: 3, episodes: 20)
    #expect(exploration.fixed.map(\.name) == world.description.actions.map(\.name))
    for (action, trial) in exploration.fixed.enumerated() {
      var (state, total) = (0, 0.0)
      for _ in 0..<Exploration.steps {
        let outcome = world.dynamics.outcome(state, executing: action)
        (state, total) = (Int(outcome.next), total + outcome.reward)
      }
      #expect(trial.total == total && trial.steps == 100 && trial.ending == .running, "\(trial)")
      #expect(trial.first == "row 0, column 0")
      let end = world.map.position(of: state)
      #expect(trial.last == "row \(end.row), column \(end.column)")
    }
    #expect(Set(exploration.idle).count == 1, "a maze has no randomness")
    #expect(exploration.idleName == "up" && exploration.random.count == 20)
    let chances = try Exploration(world, seed: 3, episodes: 20).random
    #expect(chances == exploration.random && Set(chances).count > 1)
    #expect(try Exploration(world, seed: 4, episodes: 20).random != chances)
  }

  @Test func `an action that is not allowed is not taken`() throws {
    let crawler = try Catalog.builtIn.plan(PlanRequest("crawler")).world()
    for trial in try Exploration(crawler, seed: 1, episodes: 2).fixed {
      // The arm and the hand reach their stops.
      #expect(trial.steps < Exploration.steps)
      #expect(trial.name.hasSuffix("(as long as it is allowed)"))
    }
  }

  @Test func `continuous actions are tried one at a time and combined`() throws {
    let world = try Catalog.builtIn.plan(PlanRequest("reacher")).world()
    let exploration = try Exploration(world, seed: 1, episodes: 3)
    #expect(exploration.fixed.map(\.name) == ["[0, 0]", "[1, 0]", "[0, 1]", "[1, -1]"])
    let idle = exploration.fixed[0]
    #expect(idle.steps == world.stepLimit || idle.steps == Exploration.steps)
    #expect(exploration.random.allSatisfy { $0 < 0 }, "every step costs a distance")
  }
}
