import Analysis
import Experiments
import Film
import Pictures
import Platform
import Raster
import Recordings
import Replay
import Report
import Rollouts
import TestSupport
import Testing
import Trainers
import Worlds

/// Worlds, painters and a trainer that the library does not contain are passed as table entries, and
/// do all that the built-in ones do.
@Suite struct ExtensionTests {
  /// A toy run: its world, its preset and the trainer that recordings name.
  struct Run: Sendable, CustomTestStringConvertible {
    var world: String
    var preset: String
    var trainer: String

    var testDescription: String { "\(trainer) in \(world)" }

    /// A run of each kind of world, and one of a new trainer.
    static let all = [
      Run(world: "hall", preset: "default", trainer: "qtable"),
      Run(world: "lamps", preset: "network", trainer: "dqn"),
      Run(world: "dial", preset: "default", trainer: "ppo"),
      Run(world: "lamps", preset: "bandit", trainer: "bandit"),
    ]

    func plan() throws -> TrainingPlan {
      var overrides: [(name: String, value: String)] = []
      if trainer == "qtable" { overrides = [("episodes", "80"), ("rooms", "9")] }
      return try Catalog.toys.plan(PlanRequest(world, preset: preset, overrides: overrides))
    }

    /// Trains it to its end.
    @discardableResult
    func train(_ path: String) throws -> TrainingResult {
      try TrainingRun(plan(), seed: 3, path: path).run { _ in true }
    }
  }

  static let tables = PictureTables(catalog: .toys, painters: .toys)

  @Test(arguments: Run.all)
  func `every step of a run is recorded under its names`(run: Run) throws {
    try withTemporaryFolder { folder in
      let result = try run.train("\(folder)/a.sqlite")
      let recording = try Recording("\(folder)/a.sqlite")
      let description = try recording.description()
      #expect(description.world.name == run.world && description.trainer == run.trainer)
      #expect(result.isComplete && result.steps > 100)
      #expect(try recording.stepCount() == result.steps)
      #expect(try Catalog.toys.plan(of: description).configuration == run.plan().configuration)
    }
  }

  @Test(arguments: Run.all)
  func `a run that was stopped is resumed to the same digest`(run: Run) throws {
    try withTemporaryFolder { folder in
      let (whole, parted) = ("\(folder)/whole.sqlite", "\(folder)/parted.sqlite")
      try run.train(whole)
      var asked = 0
      let stopped = try TrainingRun(run.plan(), seed: 3, path: parted).run { _ in
        asked += 1
        return asked < 3
      }
      let outcome = try ResumedRun(parted, in: .toys).run { _ in true }
      #expect(outcome.result.isComplete)
      #expect(outcome.wentOn != stopped.isComplete)
      #expect(try Recording(parted).digest() == Recording(whole).digest())
    }
  }

  @Test(arguments: Run.all)
  func `every recorded step is reproduced by its world`(run: Run) throws {
    try withTemporaryFolder { folder in
      try run.train("\(folder)/a.sqlite")
      let recording = try Recording("\(folder)/a.sqlite")
      let worlds = try Catalog.toys.worldsInForce(in: recording)
      let proof = try RecordingProof(of: recording, in: worlds)
      #expect(proof.difference == nil)
      #expect(proof.replayedSteps == (try recording.stepCount()))
      #expect(try Retraining(recording, in: .toys).firstDifference { _, _ in true } == nil)
    }
  }

  @Test(arguments: Run.all)
  func `a trained agent is evaluated`(run: Run) throws {
    try withTemporaryFolder { folder in
      try run.train("\(folder)/a.sqlite")
      let played = try Evaluation(
        of: Recording("\(folder)/a.sqlite"), limits: .init(episodes: 20), in: .toys
      ).play()
      let summary = JSON.object(played.members)
      #expect(summary["episodes"] == 20)
      let meanReturn = try #require(summary["mean_return"]?.double)
      // The shortest way through nine rooms pays 3, and each lamp that was dark pays 1.
      switch run.trainer {
      case "qtable": #expect(meanReturn == 3)
      case "bandit": #expect(meanReturn > 1)
      default: break
      }
    }
  }

  @Test(arguments: Run.all)
  func `its episodes are filmed, each frame as its painter draws it`(run: Run) throws {
    try withTemporaryFolder { folder in
      try run.train("\(folder)/a.sqlite")
      var options = EpisodePictureOptions()
      options.size = 240
      options.filter = EpisodeFilter(.last)
      let pictures = try EpisodePictures("\(folder)/a.sqlite", options, by: Self.tables)
      let film = try pictures.film()
      #expect(film.frameCount == pictures.episodes[0].steps + 1)
      #expect(film.width == 240 && film.height == 120)
      let outcome = try FilmFile("\(folder)/a.gif", FilmFile.Options()).write(film) { _, _ in }
      #expect(outcome.report.frames == film.frameCount)
      options.picture.look = .init(rawValue: "ascii")
      #expect(throws: PainterError.lacks(run.world, "look", "ascii", has: [])) {
        try EpisodePictures("\(folder)/a.sqlite", options, by: Self.tables)
      }
    }
  }

  @Test(arguments: Run.all)
  func `learned values are drawn as a map if the world has one`(run: Run) throws {
    try withTemporaryFolder { folder in
      try run.train("\(folder)/a.sqlite")
      let recording = try Recording("\(folder)/a.sqlite")
      if run.world == "dial" {
        #expect(throws: RunError.self) { try HeatMapPictures(of: recording, by: Self.tables) }
        return
      }
      let maps = try HeatMapPictures(of: recording, by: Self.tables)
      let picture = try maps.picture(at: .end)
      #expect(picture.map.rows == 1)
      #expect(picture.map.columns == (run.world == "hall" ? 9 : 8))
      // The agent goes right in every room, and the next room is worth more.
      if run.world == "hall" {
        let values = picture.map.values.dropLast()
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
      }
      try DrawingFile("\(folder)/a.png", replacing: false).write(maps.drawing(of: picture))
      #expect(try Repository.contents(of: "\(folder)/a.png").count > 1000)
    }
  }

  @Test(arguments: Run.all)
  func `a run has a report page`(run: Run) throws {
    try withTemporaryFolder { folder in
      try run.train("\(folder)/a.sqlite")
      let grouped = try #require(RunGroups(["\(folder)/a.sqlite"], by: nil).runs.first)
      let options = ReportedRun.Options(
        episodes: [("last", .last)], moments: 5, bytes: 300_000)
      let read = try ReportedRun(
        grouped, named: "a toy", .init(again: "none"), options, by: Self.tables
      ).read()
      #expect(read.episodes.count == 1)
      let page = try ReportPage(title: "toys", maker: "a test", runs: [read]).html()
      #expect(page.contains("a toy") && page.contains(run.world))
    }
  }

  @Test
  func `maps of one world share a scale in a report, and maps of different worlds do not`()
    throws
  {
    try withTemporaryFolder { folder in
      func report(_ names: [String]) throws -> [Double] {
        let read = try names.map { name in
          let grouped = try #require(RunGroups(["\(folder)/\(name).sqlite"], by: nil).runs.first)
          let options = ReportedRun.Options(episodes: [], moments: 3, bytes: 300_000)
          return try ReportedRun(grouped, named: name, .init(again: ""), options).read()
        }
        let page = try ReportPage(title: "t", maker: "m", runs: read).html()
        return page.matches(of: #/"high":(-?[0-9.e+-]+)/#).compactMap { Double($0.1) }
      }
      for (name, world, settings) in [
        ("a", "maze", [("episodes", "9")]), ("b", "maze", [("episodes", "400")]),
        ("c", "lake", [("episodes", "400")]),
      ] {
        let plan = try Catalog.builtIn.plan(PlanRequest(world, overrides: settings))
        _ = try TrainingRun(plan, seed: 1, path: "\(folder)/\(name).sqlite").run { _ in true }
      }
      let alone = try ["a", "b", "c"].map { try report([$0])[0] }
      #expect(Set(alone).count == 3)
      #expect(try report(["a", "b", "c"]) == [alone[1], alone[1], alone[2]])
    }
  }

  @Test func `a world without an entry is unknown everywhere`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/maze.sqlite"
      let plan = try Catalog.builtIn.plan(
        PlanRequest("maze", overrides: [("episodes", "3")]))
      _ = try TrainingRun(plan, seed: 1, path: path).run { _ in true }
      let recording = try Recording(path)
      var tables = PictureTables.builtIn
      tables.catalog.worlds.entries.removeAll { $0.name == "maze" }
      tables.painters.entries.removeAll { $0.world == "maze" }
      let catalog = tables.catalog
      #expect(!catalog.subjects.contains("maze") && tables.painters["maze"] == nil)
      func expectUnknown(_ body: () throws -> Void) {
        let error = #expect(throws: (any Error).self, performing: body)
        #expect("\(error.map { "\($0)" } ?? "")".contains("there is no world 'maze'"))
      }
      expectUnknown { _ = try catalog.plan(PlanRequest("maze")) }
      expectUnknown { _ = try catalog.plan(of: recording.description()) }
      expectUnknown { _ = try ResumedRun(path, in: catalog) }
      expectUnknown { _ = try catalog.worldsInForce(in: recording) }
      expectUnknown { _ = try Retraining(recording, in: catalog) }
      expectUnknown { _ = try Evaluation(of: recording, in: catalog) }
      expectUnknown { _ = try EpisodePictures(path, EpisodePictureOptions(), by: tables) }
      expectUnknown { _ = try HeatMapPictures(of: recording, by: tables) }
      expectUnknown {
        let grouped = try #require(RunGroups([path], by: nil).runs.first)
        let options = ReportedRun.Options(episodes: [], moments: 2, bytes: 1000)
        _ = try ReportedRun(grouped, named: "a", .init(again: ""), options, by: tables).read()
      }
      // A known world without a painter.
      tables.catalog = .builtIn
      #expect(
        throws: PainterError.unknownWorld("maze", known: tables.painters.entries.map(\.world))
      ) { try EpisodePictures(path, EpisodePictureOptions(), by: tables) }
    }
  }

  @Test func `a listener can stop training`() throws {
    try withTemporaryFolder { folder in
      let plan = try Catalog.toys.plan(
        PlanRequest("lamps", preset: "bandit", overrides: [("episodes", "1000")]))
      var returns: [Double] = []
      var callbacks = TrainingCallbacks()
      callbacks.episodeEnded = { returns.append($0.return) }
      let result = try TrainingRun(plan, seed: 3, path: "\(folder)/a.sqlite")
        .run(callbacks: callbacks) { _ in returns.suffix(20).reduce(0, +) < 20 }
      #expect(!result.isComplete && result.episodes == returns.count)
      #expect(
        try Recording("\(folder)/a.sqlite").episodes().map(\.return) == returns)
    }
  }
}
