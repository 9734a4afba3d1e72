import Experiments
import Recordings
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct DrivenGameTests {
  static let worlds = BuiltInWorlds.table().names

  /// A game that is played with random keys.
  private func played(_ world: String, seed: UInt64, steps: Int, to path: String) throws {
    let game = try DrivenGame(GameStart(PlanRequest(world), seed: seed), recordingTo: path)
    let controls = game.controls
    let generator = Generator(seed: 9)
    for t in 0..<steps {
      if game.isOver || t == steps / 2 { try game.beginEpisode(afresh: t.isMultiple(of: 2)) }
      let draws = generator.draws(for: .policy, episode: 1, t: t)
      let key = controls.keys[draws.pick(0, below: controls.keys.count)]
      try game.step(controls.choice(pressing: [key.codes[0]], toward: nil))
    }
    try game.finish()
  }

  private func prove(_ recording: Recording) throws -> RecordingProof {
    let proof = try RecordingProof(
      of: recording, in: Catalog.builtIn.worldsInForce(in: recording))
    #expect(proof.difference == nil, "\(proof.difference?.description ?? "")")
    #expect(proof.replayedSteps == (try recording.stepCount()))
    return proof
  }

  @Test(arguments: worlds)
  func `the same keys make the same recording, and its world replays it`(
    world: String
  ) throws {
    try withTemporaryFolder { folder in
      for name in ["one", "two"] {
        try played(world, seed: 4, steps: 60, to: "\(folder)/\(name).sqlite")
      }
      let (one, two) = (
        try Recording("\(folder)/one.sqlite"), try Recording("\(folder)/two.sqlite")
      )
      #expect(try one.digest() == two.digest())
      _ = try prove(one)
      let run = try one.description()
      #expect(run.purpose == .play && run.trainer == "person" && run.seed == 4)
      let episodes = try one.episodes()
      #expect(episodes.count > 1 && episodes.allSatisfy(\.isOver))
      let byHand = try one.metric("play/by_hand")
      #expect(byHand.steps == [0] && byHand.values == [1])
      #expect(try one.status() == .finished)
    }
  }

  /// The steps of some episodes that an agent plays alone.
  private func alone(_ game: DrivenGame, episodes: Int) throws -> [[Transition]] {
    game.driver = .agent
    var all: [[Transition]] = []
    for _ in 0..<episodes {
      while !game.isOver { try game.step() }
      all.append(game.steps)
      try game.beginEpisode()
    }
    return all
  }

  @Test(arguments: [SmallRun.maze, .lake, .crawler, .snake, .reacher])
  func `an agent that plays alone acts as in an evaluation with the same seed`(kind: SmallRun)
    throws
  {
    try withTemporaryFolder { folder in
      // As long as the world's own limit.
      let changes = kind == .reacher ? [("evaluation_steps", "50")] : []
      let recording = try kind.recorded(in: folder, changing: changes)
      let path = "\(folder)/evaluated.sqlite"
      _ = try Evaluation(of: recording, limits: .init(episodes: 3)).play(recordingTo: path)
      let evaluated = try Recording(path)
      let expected = try evaluated.episodes().map { episode in
        try evaluated.steps(of: episode).map(\.transition)
      }
      let game = try DrivenGame(
        GameStart(with: recording), recordingTo: "\(folder)/game.sqlite")
      #expect(try alone(game, episodes: 3) == expected)
      #expect(try game.finish() == "\(folder)/game.sqlite")
      let recorded = try Recording("\(folder)/game.sqlite")
      #expect(
        try recorded.steps(in: 0..<recorded.stepCount()).map(\.transition)
          == expected.flatMap(\.self))
      #expect(try recorded.description().parent == evaluated.description().parent)
      _ = try prove(recorded)
    }
  }

  @Test(arguments: [SmallRun.maze, .lake, .snake, .reacher])
  func `an agent continues from the middle of an evaluation as the evaluation did`(
    kind: SmallRun
  ) throws {
    try withTemporaryFolder { folder in
      let recording = try kind.recorded(in: folder)
      let path = "\(folder)/evaluated.sqlite"
      _ = try Evaluation(of: recording, limits: .init(episodes: 4)).play(recordingTo: path)
      let evaluated = try Recording(path)
      for number in 2...4 {
        let episode = try evaluated.episode(number)
        let expected = try evaluated.steps(of: episode).map(\.transition)
        let t = episode.steps / 2
        let file = "\(folder)/game-\(number).sqlite"
        let game = try DrivenGame(
          GameStart(from: evaluated, episode: number, t: t), recordingTo: file)
        #expect(game.steps == Array(expected.prefix(t)) && game.episode.number == number)
        #expect(game.recording == nil, "nothing was played yet")
        game.driver = .agent
        while game.steps.count < expected.count { try #require(try game.step() != nil) }
        let ending = try #require(expected.last).ending
        #expect(game.steps.dropLast() == expected.dropLast())
        // An evaluation may truncate an episode earlier than the world does.
        #expect(game.episode.ending == ending || ending == .truncated)
        try game.finish()
        let played = try Recording(file)
        #expect(try played.steps(of: played.episode(number)).map(\.transition) == expected)
        #expect(try played.description().parent?.step == episode.firstStep + t)
        _ = try prove(played)
      }
    }
  }

  @Test func `a person takes over and hands back, and the recording says who chose`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.snake.recorded(in: folder)
      let episode = try #require(try recording.episodes().first { $0.steps > 12 })
      let path = "\(folder)/game.sqlite"
      let game = try DrivenGame(
        GameStart(from: recording, episode: episode.number, t: 5), recordingTo: path)
      game.driver = .agent
      try game.step()
      game.driver = .person
      try game.step(.along(SIMD2(0, -1)))
      try game.step()
      game.driver = .agent
      try game.step()
      #expect(game.episode.steps == 9 && game.episode.stepsByHand == 2)
      try game.finish()
      let played = try Recording(path)
      let series = try played.metric("play/by_hand")
      #expect(series.steps == [0, 6, 8] && series.values == [0, 1, 0])
      #expect(
        try played.steps(in: 0..<5).map(\.transition)
          == recording.steps(of: episode).prefix(5).map(\.transition))
      #expect(try played.episodes().map(\.ending) == [.truncated])
      _ = try prove(played)
      // The game can be continued, and who chose each action is kept.
      let again = try DrivenGame(
        GameStart(from: played, episode: episode.number, t: 8), recordingTo: "\(folder)/2.sqlite")
      #expect(again.episode.stepsByHand == 2 && again.hasAgent)
      try again.step()
      try again.finish()
      #expect(try Recording("\(folder)/2.sqlite").counts().episodes == 1)
      let second = try Recording("\(folder)/2.sqlite").metric("play/by_hand")
      #expect(second.steps == [0, 6] && second.values == [0, 1], "the last step is by hand too")
    }
  }

  @Test func `a car's episode whose start is known only from its recording is marked as such`()
    throws
  {
    try withTemporaryFolder { folder in
      let plan = try Catalog.builtIn.plan(
        PlanRequest(
          "city",
          overrides: [
            ("steps", "240"), ("hidden", "8"), ("batch", "8"), ("warm_up", "50"),
            ("step_limit", "80"),
          ]))
      let run = TrainingRun(plan, seed: 5, path: "\(folder)/run.sqlite")
      _ = try run.run { _ in true }
      let recording = try Recording(run.path)
      let path = "\(folder)/game.sqlite"
      let game = try DrivenGame(
        GameStart(from: recording, episode: 2, t: 10), recordingTo: path)
      for _ in 0..<100 {
        if game.isOver { try game.beginEpisode() }
        try game.step(.action(1))
      }
      try game.beginEpisode(afresh: true)
      try game.step(.toward(SIMD2(0, 0)))
      try game.finish()
      #expect(try prove(Recording(path)).givenStart == 2)
      #expect(try prove(Recording(path)).replayedSteps == 111)
    }
  }

  @Test func `an abandoned game is marked as interrupted and keeps its steps`()
    throws
  {
    try withTemporaryFolder { folder in
      let path = "\(folder)/game.sqlite"
      do {
        let game = try DrivenGame(GameStart(PlanRequest("maze"), seed: 1), recordingTo: path)
        for way in [1.0, -1, 1, -1] { try game.step(.along(SIMD2(0, way))) }
      }
      let recording = try Recording(path)
      // The newest step waits for the next.
      #expect(try recording.status() == .interrupted && recording.stepCount() == 3)
      _ = try prove(recording)
    }
  }

  @Test func `steps are committed to the file even if the player pauses`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/game.sqlite"
      let game = try DrivenGame(GameStart(PlanRequest("crawler"), seed: 1), recordingTo: path)
      for _ in 0..<4 { try game.step(.action(0)) }
      try #require(game.steps.count == 4)
      // Until its writer's clock has asked for a commit, which no test measures.
      while try Recording(path).stepCount() < 3 { try game.keepUp() }
      #expect(try Recording(path).status() == .writing)
    }
  }

  @Test func `a recorded episode that its world cannot play is refused`() throws {
    try withTemporaryFolder { folder in
      // A snake that is dead in the middle of its game.
      let game = try DrivenGame(GameStart(PlanRequest("snake"), seed: 1))
      for _ in 0..<40 { try game.step(.along(SIMD2(0, -1))) }
      #expect(game.isOver)
      var steps = game.steps
      steps[steps.count - 1].ending = .running
      let end = steps[steps.count - 1].next
      steps.append(
        Transition(
          episode: 1, state: end, action: .index(0), reward: 0, next: end, ending: .running))
      var run = game.run
      run.purpose = .evaluate
      let path = "\(folder)/forged.sqlite"
      let known = Checkpoint(step: 0, kind: "person", parameters: Safetensors([]).encoded())
      var writer = try RecordingWriter(creating: path, run, initial: known)
      for step in steps { try writer.record(step) }
      try writer.finish()
      let forged = try Recording(path)
      #expect(throws: RunError.self) {
        try GameStart(from: forged, episode: 1, t: steps.count - 1)
      }
      let before = try GameStart(from: forged, episode: 1, t: steps.count - 2)
      #expect(before.episode == 1)
    }
  }

  @Test func `invalid actions leave no recording`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/game.sqlite"
      let game = try DrivenGame(GameStart(PlanRequest("grid"), seed: 1), recordingTo: path)
      #expect(try game.step() == nil && game.step(.action(4)) == nil, "there is no exit here")
      #expect(try game.step(.numbers([1])) == nil && game.step(.action(99)) == nil)
      game.driver = .agent
      #expect(game.driver == .person && game.advice == nil, "there is no trained agent")
      try game.beginEpisode()
      #expect(try game.finish() == nil)
      #expect(game.episodes.map(\.number) == [2])
      let recording = try SmallRun.maze.recorded(in: folder)
      let last = try recording.episode(3)
      let error = #expect(throws: RunError.self) {
        try GameStart(from: recording, episode: 3, t: last.steps)
      }
      #expect(error?.kind == .request)
    }
  }
}
