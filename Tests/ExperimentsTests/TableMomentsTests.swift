import Experiments
import Recordings
import Rollouts
import TestSupport
import Testing

/// The moments of Q-tables, compared with tables and paths that are computed again at every step.
@Suite struct TableMomentsTests {
  /// A made-up world on the 16 states and 4 actions of a maze, with random actions.
  private struct RandomWorld {
    var run: RunDescription
    var rule: QTableRule
    var transitions: [Transition] = []

    /// If `isSlippery`, an action leads to one of two states.
    init(seed: UInt64, isSlippery: Bool, steps: Int = 2500) throws {
      let plan = try Catalog.builtIn.plan(
        PlanRequest("maze", overrides: [("alpha", "0.3"), ("gamma", "0.8")]))
      run = plan.description(seed: 1)
      rule = try #require(QTableRule(configuration: run.configuration))
      var stream = Stream(seed: seed, purpose: .world)
      let ways = (0..<64).map { _ in
        (0..<2).map { _ in Int.random(in: 0..<16, using: &stream) }
      }
      var rewards = (0..<64).map { _ in Double(Int.random(in: -4...3, using: &stream)) }
      let exits = Set((0..<3).map { _ in Int.random(in: 0..<64, using: &stream) })
      // In every other world it is better to leave than to go round.
      if seed.isMultiple(of: 2) { for exit in exits { rewards[exit] = 40 } }
      var (episode, t, state) = (1, 0, 0)
      for step in 0..<steps {
        let action = Int.random(in: 0..<4, using: &stream)
        let place = state * 4 + action
        let next = ways[place][isSlippery ? Int.random(in: 0..<2, using: &stream) : 0]
        let ending: Ending =
          exits.contains(place) ? .terminated : t == 39 || step == steps - 1 ? .truncated : .running
        transitions.append(
          Transition(
            episode: episode, state: .index(state), action: .index(action), reward: rewards[place],
            next: .index(next), ending: ending))
        (state, t) = (next, t + 1)
        if ending != .running { (episode, t, state) = (episode + 1, 0, 0) }
      }
    }

    static let blank = QTable(states: 16, actions: 4)

    func record(to path: String) throws -> Recording {
      var writer = try RecordingWriter(
        creating: path, run, initial: Self.blank.checkpoint(step: 0))
      for transition in transitions { try writer.record(transition) }
      try writer.finish()
      return try Recording(path)
    }

    /// Calls `body` with each step, and the tables before and after it.
    func learn(_ body: (_ step: Int, _ transition: Transition, QTable, QTable) throws -> Void)
      throws
    {
      var table = Self.blank
      for (step, transition) in transitions.enumerated() {
        let before = table
        try table.update(
          #require(transition.state.index), #require(transition.action.index),
          reward: transition.reward, next: #require(transition.next.index),
          terminated: transition.ending == .terminated,
          alpha: rule.alpha(episode: transition.episode), gamma: rule.gamma)
        try body(step, transition, before, table)
      }
    }
  }

  private func moments(_ world: RandomWorld) throws -> [Moment.Kind: Moment] {
    try withTemporaryFolder { folder in
      let all = try world.record(to: "\(folder)/a.sqlite").moments()
      return Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })
    }
  }

  @Test(arguments: 1...6, [false, true])
  func `the largest error and the largest fall are those of a table that is computed again`(
    seed: UInt64, isSlippery: Bool
  ) throws {
    let world = try RandomWorld(seed: seed, isSlippery: isSlippery)
    let found = try moments(world)
    var largest = (step: 0, error: 0.0)
    var drop = (step: 0, fall: 0.0)
    try world.learn { step, transition, before, after in
      let (state, next) = try (#require(transition.state.index), #require(transition.next.index))
      let future = transition.ending == .terminated ? 0 : world.rule.gamma * before.best(next)
      let error =
        try transition.reward + future - before.value(state, #require(transition.action.index))
      // Errors that differ only by rounding count as equal.
      if abs(error) > abs(largest.error) + 1e-9 { largest = (step, error) }
      let fall = before.best(state) - after.best(state)
      if fall > drop.fall + 1e-9 { drop = (step, fall) }
    }
    let error = try #require(found[.largestTDError])
    #expect(error.step == largest.step && abs(error.value - largest.error) < 1e-9)
    let fall = found[.largestValueDrop]
    #expect(abs((fall?.value ?? 0) - drop.fall) < 1e-9)
    if drop.fall > 0 { #expect(fall?.step == drop.step) }
    for moment in [error, fall].compactMap(\.self) {
      let transition = world.transitions[moment.step]
      #expect(moment.episode == transition.episode)
      let first = world.transitions.firstIndex { $0.episode == transition.episode }
      #expect(moment.t == first.map { moment.step - $0 })
    }
  }

  // MARK: Paths

  /// Where actions were seen to lead in all of a run; nil stands for the end of an episode.
  private func ways(_ world: RandomWorld) throws -> [[Int]: Set<Int?>] {
    try world.transitions.reduce(into: [:]) { ways, transition in
      let key = try [#require(transition.state.index), #require(transition.action.index)]
      let next = transition.ending == .terminated ? nil : transition.next.index
      ways[key, default: []].insert(next)
    }
  }

  private func best(_ table: QTable, _ state: Int) -> [Int] {
    let best = table.best(state)
    return (0..<4).filter { table.value(state, $0) >= best - abs(best) / 1e6 }
  }

  /// The states that a greedy game can come to, each with its best actions.
  private func path(_ table: QTable, _ ways: [[Int]: Set<Int?>]) -> [Int: [Int]] {
    var path = [0: best(table, 0)]
    while true {
      let reached = path.flatMap { state, actions in
        actions.flatMap { ways[[state, $0], default: []].compactMap(\.self) }
      }
      let new = reached.filter { path[$0] == nil }
      if new.isEmpty { return path }
      for state in new { path[state] = best(table, state) }
    }
  }

  @Test(arguments: 1...10, [false, true])
  func `the greedy path last changes at the step where a path that is computed again does`(
    seed: UInt64, isSlippery: Bool
  ) throws {
    let world = try RandomWorld(seed: seed, isSlippery: isSlippery)
    let ways = try ways(world)
    var end = RandomWorld.blank
    try world.learn { end = $3 }
    let last = path(end, ways)
    var change: Int?
    try world.learn { step, _, before, after in
      if before.values != after.values, path(before, ways) != last { change = step }
    }
    let all = try moments(world)
    let found = try #require(all[.greedyPathChanged])
    #expect(found.step == change && found.value == Double(last.count))
  }

  @Test func `a greedy loop is found exactly when the greedy game never ends`() throws {
    var (loops, ends) = (0, 0)
    for seed in 1...24 as ClosedRange<UInt64> {
      let world = try RandomWorld(seed: seed, isSlippery: false)
      let ways = try ways(world)
      var table = RandomWorld.blank
      try world.learn { table = $3 }
      let path = path(table, ways)
      // A game takes one action; if two are equally good, the path has both.
      if path.values.contains(where: { $0.count != 1 }) { continue }
      // With 16 states, a game of 16 steps visits some state twice.
      var state: Int? = 0
      var visited: [Int] = []
      for _ in 0..<200 {
        guard let here = state else { break }
        visited.append(here)
        state = ways[[here, path[here]?[0] ?? 0], default: [nil]].first ?? nil
      }
      let found = try moments(world)[.greedyLoop]
      if state == nil {
        ends += 1
        #expect(found == nil, "seed \(seed)")
      } else {
        loops += 1
        #expect(found?.value == Double(Set(visited.suffix(100)).count), "seed \(seed)")
      }
    }
    #expect(loops >= 5 && ends >= 5, "some loop and some do not")
  }

  @Test func `if a best action was never tried, no greedy loop is claimed`() throws {
    var world = try RandomWorld(seed: 1, isSlippery: false)
    for (tried, value) in [(3, nil), (4, 1)] as [(Int, Double?)] {
      world.transitions = (0..<20).map { t in
        Transition(
          episode: 1, state: .index(0), action: .index(t % tried), reward: -1, next: .index(0),
          ending: t == 19 ? .truncated : .running)
      }
      #expect(try moments(world)[.greedyLoop]?.value == value)
    }
  }

  @Test func `an evaluation learns nothing, and has only the moments of its episodes`() throws {
    var world = try RandomWorld(seed: 1, isSlippery: false)
    #expect(try moments(world)[.largestTDError] != nil)
    world.run.purpose = .evaluate
    let kinds = try moments(world).keys
    #expect(kinds.contains(.bestEpisode) && !kinds.contains { !$0.isOfEpisode })
  }
}
