import Experiments
import Glibc
import Recordings
import Rollouts
import SQLite
import Trainers
import Worlds

/// Recordings that trainers made, small enough to be damaged a thousand times.
enum Recorded {
  /// A maze's Q-table, learned for some episodes, with tables kept on the way.
  static func maze(
    _ path: String, episodes: Int = 30, batchRows: Int = 200, isFinished: Bool = true
  ) throws -> [WorldInForce] {
    var settings = QTableConfiguration()
    settings.episodes = episodes
    settings.snapshotEvery = 250
    let world = GridWorld(try ClassicMaps.map(kind: .maze))
    let trainer = QTableTrainer(
      world.dynamics, stepLimit: world.stepLimit, seed: 3, settings: settings)
    let members = settings.explained.map(\.member) + world.ruleMembers
    try record(
      trainer, world.description, .object(members), name: "qtable", to: path,
      batchRows: batchRows, isFinished: isFinished)
    return [WorldInForce(firstStep: 0, world: world)]
  }

  /// The same, left by its writer in the middle of an episode; `body` runs while it is still being
  /// written.
  static func openMaze(_ path: String, _ body: () throws -> Void = {}) throws {
    let whole = "\(path)-whole"
    _ = try maze(whole)
    let recording = try Recording(whole)
    var options = RecordingOptions()
    options.batchRows = 200
    var run = try recording.description()
    run.tags = ["open"]
    var writer = try RecordingWriter(
      creating: path, run, initial: recording.checkpoint(at: 0), options: options)
    // No episode of this run ends there.
    for step in try recording.steps(in: 0..<777) {
      try writer.record(step.transition)
      if step.step % 50 == 0 {
        try writer.record(Metric(step: step.step + 1, name: "charts/epsilon", value: 0.5))
      }
      if step.step == 499, let checkpoint = try recording.checkpoint(at: 500) {
        try writer.record(checkpoint)
      }
    }
    try body()
  }

  /// Three arms in parallel, moved by a barely trained policy.
  static func reacher(_ path: String, steps: Int = 768) throws -> [WorldInForce] {
    var settings = PPOConfiguration()
    (settings.steps, settings.worlds, settings.rollout) = (steps, 3, 64)
    let world = Reacher()
    let trainer = try PPOTrainer(world, seed: 5, settings: settings, threads: 1)
    try record(
      trainer, world.description, .object([]), name: "ppo", to: path, worlds: settings.worlds)
    return [WorldInForce(firstStep: 0, world: world)]
  }

  /// A snake's first games.
  static func snake(_ path: String, steps: Int = 600) throws -> [WorldInForce] {
    var settings = DQNConfiguration()
    (settings.steps, settings.episodes) = (steps, 0)
    let world = Snake()
    let trainer = try DQNTrainer(world, seed: 7, settings: settings)
    try record(trainer, world.description, .object([]), name: "dqn", to: path)
    return [WorldInForce(firstStep: 0, world: world)]
  }

  /// A car in a generated city, which drives on where an episode was cut off.
  static func city(_ path: String, steps: Int = 1500) throws -> [WorldInForce] {
    var settings = DQNConfiguration()
    (settings.steps, settings.episodes) = (steps, 0)
    let world = CityWorld(try CityMap(parsing: CityGenerator.geoJSON(seed: 1)))
    let trainer = try DQNTrainer(world, seed: 7, settings: settings)
    try record(trainer, world.description, .object([]), name: "dqn", to: path)
    return [WorldInForce(firstStep: 0, world: world)]
  }

  private static func record<T: Trainer>(
    _ trainer: T, _ world: WorldDescription, _ configuration: JSON, name: String, to path: String,
    worlds: Int = 1, batchRows: Int = 200, isFinished: Bool = true
  ) throws {
    var trainer = trainer
    var run = RunDescription(
      world: world, trainer: name, seed: seed(of: name), configuration: configuration)
    run.worlds = worlds
    var options = RecordingOptions()
    options.batchRows = batchRows
    options.commitInterval = .seconds(60)
    var writer = try RecordingWriter(
      creating: path, run, initial: trainer.initialCheckpoint, options: options)
    var time = 0.0
    try trainer.train(
      into: &writer,
      now: {
        time += 0.5; return time
      }, goOn: { _ in true })
    if isFinished { try writer.finish() }
  }

  private static func seed(of name: String) -> UInt64 {
    switch name {
    case "qtable": 3
    case "ppo": 5
    default: 7
    }
  }
}

/// Makes a file of these bytes.
func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "w") else { return }
  defer { fclose(file) }
  fwrite(bytes, 1, bytes.count, file)
}

/// Every value of a recording's tables, read as any SQLite program reads them.
func values(of path: String) throws -> [[[SQLiteValue]]] {
  let database = try Database(path, .reading)
  let tables = [
    "run", "actions", "fields", "episodes", "transitions", "metrics", "checkpoints", "batches",
    "infos", "images", "scenes", "description",
  ]
  // No hash covers when a session ended.
  let sessions = "SELECT first_step, configuration, versions, started, worlds FROM sessions"
  return try [database.all(sessions)]
    + tables.map { try database.all("SELECT * FROM \($0) ORDER BY rowid") }
}
