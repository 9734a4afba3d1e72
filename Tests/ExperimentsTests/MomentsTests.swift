import Experiments
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

/// The moments of episodes, curves, loops and metrics, each compared with a plain search.
@Suite struct MomentsTests {
  private func moments(_ run: ScriptedRun) throws -> [Moment.Kind: Moment] {
    try withTemporaryFolder { folder in
      try Dictionary(grouping: run.record(to: "\(folder)/a.sqlite").moments(), by: \.kind).mapValues
      {
        #expect($0.count == 1)
        return $0[0]
      }
    }
  }

  private func stream(_ seed: UInt64) -> Stream { Stream(seed: seed, purpose: .world) }

  // MARK: Episodes

  @Test func `first success, best, worst and longest are those that SQL finds`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.maze.recorded(in: folder)
      let moments = try recording.moments()
      let database = try Database(recording.path, .reading)
      for (kind, order) in [
        (Moment.Kind.firstSuccess, "WHERE ending = 'terminated' ORDER BY episode"),
        (.bestEpisode, "ORDER BY return DESC, episode"),
        (.worstEpisode, "ORDER BY return, episode"),
        (.longestEpisode, "ORDER BY steps DESC, episode"),
      ] {
        let row = try database.first(
          "SELECT episode, first_step + steps - 1, steps - 1, return, steps FROM episodes \(order)")
        let found = try #require(moments.first { $0.kind == kind })
        #expect([found.episode, found.step, found.t] == row?.prefix(3).map(\.int), "\(kind)")
        let value = kind == .longestEpisode ? row?[4].double : row?[3].double
        #expect(found.value == value && found.sentence.contains("Episode \(found.episode) "))
      }
      #expect(moments.map(\.step) == moments.map(\.step).sorted())
      #expect(Set(moments.map(\.kind)).count == moments.count)
    }
  }

  @Test func `when all episodes are equal, none is the worst or the longest`() throws {
    let found = try moments(ScriptedRun(episodes: Array(repeating: .earning(1), count: 300)))
    #expect(Set(found.keys) == [.bestEpisode] && found[.bestEpisode]?.episode == 1)
  }

  @Test func `a run in its first episode has no moment, and one that is being written has some`()
    throws
  {
    var run = ScriptedRun(episodes: [
      .init(states: Array(0...40), rewards: Array(repeating: 1, count: 40), ending: .running)
    ])
    #expect(try moments(run).isEmpty)
    run.episodes = [.earning(1), .earning(3), .earning(2)] + run.episodes
    try withTemporaryFolder { folder in
      let recording = try run.record(to: "\(folder)/open.sqlite", finishing: false)
      #expect(try recording.moments().map(\.kind) == [.worstEpisode, .bestEpisode])
      #expect(try recording.moments().map(\.episode) == [1, 2])
    }
  }

  @Test func `a text has no moments, and a cancelled search returns none`() throws {
    try withTemporaryFolder { folder in
      let text = try SmallRun.text.recorded(in: folder, as: "text")
      let refusal = try #require(throws: RunError.self) { try text.moments() }
      #expect(refusal.description.contains("no steps to play"))
      let maze = try SmallRun.maze.recorded(in: folder, as: "maze")
      let stop = try #require(throws: RunError.self) { try maze.moments { _, _ in false } }
      guard case .cancelled = stop.kind else {
        Issue.record("\(stop)")
        return
      }
      var shares: [Double] = []
      _ = try maze.moments { share, _ in
        shares.append(share)
        return true
      }
      #expect(shares == shares.sorted() && shares.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test func `a thinned copy has only episode moments, and marks those it cannot show`() throws {
    try withTemporaryFolder { folder in
      let whole = try SmallRun.maze.recorded(in: folder)
      try whole.copy(to: "\(folder)/thin.sqlite", leavingOut: Thinning(episodes: 0))
      let copy = try Recording("\(folder)/thin.sqlite")
      let thin = try copy.moments()
      #expect(Set(thin.map(\.kind)) == [.bestEpisode, .worstEpisode, .longestEpisode])
      let kept = try #require(try copy.thinning())
      for moment in thin { #expect(moment.isRecorded == kept.keeps(episode: moment.episode)) }
      #expect(thin.contains { !$0.isRecorded })
    }
  }

  // MARK: Curves

  /// Returns along straight lines between levels, with noise.
  private func returns(_ levels: [(episode: Int, level: Double)], noise: Double, seed: UInt64)
    -> [Double]
  {
    var stream = stream(seed)
    return zip(levels, levels.dropFirst()).flatMap { from, to in
      (from.episode..<to.episode).map { episode in
        let share = Double(episode - from.episode) / Double(to.episode - from.episode)
        let line = from.level + (to.level - from.level) * share
        return line + noise * (Double.random(in: -1...1, using: &stream))
      }
    }
  }

  private static let curves: [(levels: [(Int, Double)], kinds: Set<Moment.Kind>)] = [
    ([(0, 0), (150, 0), (180, 100), (400, 100)], [.plateauEnded]),
    ([(0, 0), (60, 100), (200, 100), (215, 10), (400, 10)], [.collapse]),
    ([(0, 5), (120, 5), (150, 90), (280, 90), (300, 0), (420, 0)], [.plateauEnded, .collapse]),
    // A steady rise, a brief fall, and no change at all.
    ([(0, 0), (400, 100)], []),
    ([(0, 0), (200, 100), (205, 0), (210, 0), (215, 100), (400, 100)], []),
    ([(0, 7), (400, 7)], []),
  ]

  @Test(arguments: curves.indices, 1...4)
  func `plateaus and collapses are where a plain search finds them`(
    curve: Int, seed: UInt64
  ) throws {
    let (levels, kinds) = Self.curves[curve]
    let returns = returns(levels.map { ($0.0, $0.1) }, noise: 6, seed: seed)
    let found = try moments(ScriptedRun(episodes: returns.map { .earning($0) }))
    #expect(Set(found.keys).intersection([.plateauEnded, .collapse]) == kinds)
    let search = CurveSearch(returns)
    let plateau = search.plateau()
    #expect(found[.plateauEnded]?.episode == plateau?.episode)
    let rise = found[.plateauEnded]?.value ?? 0
    #expect(abs(rise - (plateau?.rise ?? 0)) < 1e-9)
    let collapse = search.collapse()
    #expect(found[.collapse]?.episode == collapse?.episode)
    #expect(abs((found[.collapse]?.value ?? 0) - (collapse?.fall ?? 0)) < 1e-9)
  }

  @Test func `plateaus and collapses of very long runs are where they are in short ones`() throws {
    let levels = [(0, 5.0), (120, 5), (150, 90), (280, 90), (300, 0), (420, 0)]
    let few = try moments(
      ScriptedRun(
        episodes: returns(levels.map { ($0.0, $0.1) }, noise: 6, seed: 3).map { .earning($0) }))
    // With this number of episodes, four are joined into one.
    let scale = 1000
    let many = try moments(
      ScriptedRun(
        episodes: returns(levels.map { ($0.0 * scale, $0.1) }, noise: 6, seed: 3).map {
          .earning($0)
        },
        batchRows: 8192))
    for kind in [Moment.Kind.plateauEnded, .collapse] {
      let (one, other) = (try #require(few[kind]), try #require(many[kind]))
      #expect(abs(one.episode * scale - other.episode) < 8 * scale, "\(other.sentence)")
      #expect(abs(one.value - other.value) < 6)
    }
  }

  @Test(arguments: 1...20) func `noise alone is neither a plateau nor a collapse`(seed: UInt64)
    throws
  {
    let returns = returns([(0, 0), (1000, 0)], noise: 1, seed: seed)
    let found = try moments(ScriptedRun(episodes: returns.map { .earning($0) }))
    #expect(found[.plateauEnded] == nil && found[.collapse] == nil)
  }

  @Test func `fewer than a hundred episodes have no plateau`() throws {
    let rising = [(0, 0.0), (40, 0), (45, 100), (99, 100)].map { (episode: $0.0, level: $0.1) }
    let returns = returns(rising, noise: 1, seed: 1)
    #expect(
      try moments(ScriptedRun(episodes: returns.map { .earning($0) }))[.plateauEnded] == nil)
    let longer = returns + Array(repeating: 100.0, count: 60)
    #expect(
      try moments(ScriptedRun(episodes: longer.map { .earning($0) }))[.plateauEnded] != nil)
  }

  // MARK: Loops

  /// Episodes that end in a loop, some with too few or too short rounds to count.
  private func looping(_ seed: UInt64, worlds: Int) -> ScriptedRun {
    var stream = stream(seed)
    var run = ScriptedRun(episodes: [], worlds: worlds)
    for group in 0..<6 {
      let steps = Int.random(in: 12...60, using: &stream)
      for world in 0..<worlds {
        let period = Int.random(in: 1...12, using: &stream)
        let start = Int.random(in: 0...steps, using: &stream)
        let states = (0...steps).map { t in
          t < start ? 100 + t : (t - start) % period
        }
        run.episodes.append(
          .init(
            states: states, rewards: Array(repeating: 0, count: steps),
            ending: (group + world) % 3 == 0 ? .terminated : .truncated))
      }
    }
    return run
  }

  @Test(arguments: 1...8, [1, 3])
  func `the longest loop at an episode's end is the one that a plain search finds`(
    seed: UInt64, worlds: Int
  ) throws {
    let run = looping(seed, worlds: worlds)
    let found = try moments(run)[.episodeLoop]
    var best: (episode: Int, start: Int, period: Int, steps: Int)?
    for (index, script) in run.episodes.enumerated() where script.ending == .truncated {
      let (states, last) = (script.states, script.rewards.count)
      for period in 1...last {
        var start = last - period
        guard states[start] == states[last] else { continue }
        while start > 0, states[start - 1] == states[start - 1 + period] { start -= 1 }
        let steps = last - start
        if steps >= 10, steps >= 3 * period, steps > best?.steps ?? 0 {
          best = (index + 1, start, period, steps)
        }
      }
    }
    #expect(found?.episode == best?.episode && found?.t == best?.start)
    #expect(found?.value == best.map { Double($0.period) })
    if let found, let best {
      let before = (best.episode - 1) / worlds * worlds
      let first = run.episodes[..<before].reduce(0) { $0 + $1.rewards.count }
      #expect(found.step == first + (best.episode - 1) % worlds + best.start * worlds)
    }
  }

  @Test func `an episode that terminates, or repeats only twice, is no loop`() throws {
    let twice = (0...23).map { $0 % 8 }
    let rewards = Array(repeating: 0.0, count: 23)
    for (states, ending) in [(twice, Ending.truncated), ((0...23).map { $0 % 2 }, .terminated)] {
      let run = ScriptedRun(episodes: [.init(states: states, rewards: rewards, ending: ending)])
      #expect(try moments(run)[.episodeLoop] == nil)
    }
    let run = ScriptedRun(episodes: [
      .init(states: twice + [0], rewards: rewards + [0], ending: .truncated)
    ])
    #expect(try moments(run)[.episodeLoop]?.value == 8)
  }

  // MARK: Metrics

  @Test func `the largest loss and the largest fall of the mean Q-value are points of the metrics`()
    throws
  {
    var run = ScriptedRun(episodes: Array(repeating: .earning(1), count: 90))
    var stream = stream(3)
    for step in stride(from: 10, through: 90, by: 10) {
      for name in ["losses/td_loss", "losses/q_values"] {
        run.metrics.append(
          Metric(step: step, name: name, value: .random(in: -5...5, using: &stream)))
      }
    }
    let found = try moments(run)
    let losses = run.metrics.filter { $0.name == "losses/td_loss" }
    let largest = try #require(losses.max { $0.value < $1.value })
    #expect(found[.largestTDLoss]?.step == largest.step - 1)
    #expect(found[.largestTDLoss]?.value == largest.value)
    let values = run.metrics.filter { $0.name == "losses/q_values" }
    let falls = (1..<values.count).map { values[$0 - 1].value - values[$0].value }
    let place = try #require(falls.indices.max { falls[$0] < falls[$1] })
    #expect(found[.largestQValuesDrop]?.step == values[place + 1].step - 1)
    #expect(found[.largestQValuesDrop]?.value == falls[place])
    // Values that only rise have no fall.
    run.metrics = (1...9).map { Metric(step: $0, name: "losses/q_values", value: Double($0)) }
    #expect(Set(try moments(run).keys) == [.bestEpisode])
  }
}
