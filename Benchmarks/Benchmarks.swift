import Glibc
import Platform
import Raster
import Recordings
import Replay
import Rollouts
import Trainers
import Worlds

extension Benchmark {
  /// Every figure.
  package static let suite =
    path + worlds + painters + films + analysis + neural + ppo + transformer + breakout + language
    + program + reading + studio

  /// From training a table to its log, in the order of the data's path.
  private static let path: [Benchmark] = [
    .rate("q-table training, unrecorded", "steps/s", atLeast: 30e6) {
      let maze = try Subject.maze(episodes: 300_000)
      return try maze.stepsPerSecond { trainer in
        var nowhere = NullSink()
        try trainer.train(into: &nowhere)
      }
    }.against(.c("C", isRecorded: false), .python("Gymnasium's lake in Python", "train"))
      .promising(.timesPeer(0.5)),
    .rate("q-table training, recorded", "steps/s", atLeast: 2e6) {
      let maze = try Subject.maze(episodes: 300_000)
      return try Scratch.use { folder in
        try maze.stepsPerSecond { try maze.record(&$0, to: "\(folder)/maze.sqlite") }
      }
    }.against(
      .c("C and sqlite3, row by row", isRecorded: true),
      .python("sqlite3 in Python, executemany", "train-recorded")
    ).promising(.timesPeer(1.5)),
    .rate("q-table training, recorded, of SQLite's own rate", "%", atLeast: 85) {
      let maze = try Subject.maze(episodes: 300_000)
      return try Scratch.use { folder in
        var trainer = maze.trainer
        let start = monotonicSeconds()
        try maze.record(&trainer, to: "\(folder)/maze.sqlite")
        let time = monotonicSeconds() - start
        let alone = try Recording("\(folder)/maze.sqlite")
          .secondsOfBareInserts(into: "\(folder)/bare.sqlite")
        return 100 * alone / time
      }
    }.promising(.figure(60)),
    .cost("a recorded transition", "bytes", atMost: 25) {
      let maze = try Subject.maze(episodes: 100_000)
      return try Scratch.use { folder in
        var trainer = maze.trainer
        try maze.record(&trainer, to: "\(folder)/maze.sqlite")
        let bytes = try Recording("\(folder)/maze.sqlite").fileBytes()
        return Double(bytes) / Double(trainer.step)
      }
    }.promising(.figure(25)),
    .rate("reading and folding", "steps/s", atLeast: 4e6) {
      try Scratch.withLake { recording, steps in
        let start = monotonicSeconds()
        _ = try recording.qTable(at: steps, usingCheckpoints: false)
        return Double(steps) / (monotonicSeconds() - start)
      }
    },
    .cost("table at any step of 1 M, with snapshots", "ms", atMost: 30) {
      try Scratch.withLake { recording, steps in
        // The worst step: just before the next snapshot.
        let worst = min(steps, 1_000_000) / 65_536 * 65_536 - 1
        let start = monotonicSeconds()
        _ = try recording.qTable(at: worst)
        return (monotonicSeconds() - start) * 1000
      }
    },
    .cost("table at step 1 M, without snapshots", "ms", atMost: 300) {
      try Scratch.withLake { recording, steps in
        let start = monotonicSeconds()
        _ = try recording.qTable(at: min(steps, 1_000_000), usingCheckpoints: false)
        return (monotonicSeconds() - start) * 1000
      }
    },
  ]
}

/// The subjects that are measured.
struct Subject {
  let world: GridWorld
  let settings: QTableConfiguration

  static func maze(episodes: Int) throws -> Subject {
    var settings = QTableConfiguration()
    settings.episodes = episodes
    return Subject(world: GridWorld(try ClassicMaps.map(kind: .maze)), settings: settings)
  }

  /// A slippery lake with long episodes, at least a million steps of it.
  static func lake() throws -> Subject {
    var settings = QTableConfiguration()
    settings.episodes = 20_000
    settings.steps = 1_200_000
    settings.gamma = 0.999
    settings.epsilon = .exponential(from: 1, factor: 0.9997, floor: 0)
    return Subject(world: GridWorld(try ClassicMaps.map("8x8", kind: .lake)), settings: settings)
  }

  var trainer: QTableTrainer {
    QTableTrainer(world.dynamics, stepLimit: world.stepLimit, seed: 1, settings: settings)
  }

  func stepsPerSecond(_ body: (inout QTableTrainer) throws -> Void) throws -> Double {
    var trainer = trainer
    let start = monotonicSeconds()
    try body(&trainer)
    return Double(trainer.step) / (monotonicSeconds() - start)
  }

  func record(_ trainer: inout QTableTrainer, to path: String) throws {
    let run = RunDescription(
      world: world.description, trainer: "qtable", seed: 1,
      configuration: .object(settings.members + world.rules.members))
    var writer = try RecordingWriter(creating: path, run, initial: trainer.initialCheckpoint)
    try trainer.train(into: &writer, now: monotonicSeconds)
    try writer.finish()
  }

  /// A film of the classic maze in which every frame differs: a walk there and back.
  static func walk(frames: Int) throws -> some FrameSource & SendableMetatype {
    let world = GridWorld(try ClassicMaps.map(kind: .maze))
    let facts = CaptionFacts(world: "Classic 4×4", trainer: "qtable", mostSteps: frames)
    let episode = Episode(
      number: 1, seed: 1, firstStep: 0, stride: 1, steps: frames - 1, return: 0,
      ending: .truncated)
    let draws = Generator(seed: 1)
    return EpisodeFilm(
      scenes: GridScenes(world, seed: 1),
      painter: try GridPainter(world, facts: facts, options: PictureOptions(size: 480)),
      episodes: [episode]
    ) { _ in
      var (state, t) = (world.dynamics.start, 0)
      return {
        guard t < frames - 1 else { return nil }
        let action = draws.draws(for: .policy, episode: 1, t: t).pick(0, below: 4)
        let outcome = world.dynamics.outcome(state, executing: action)
        defer {
          (state, t) = (outcome.terminates ? world.dynamics.start : Int(outcome.next), t + 1)
        }
        return Transition(
          episode: 1, state: .index(state), action: .index(action), reward: outcome.reward,
          next: .index(outcome.terminates ? world.dynamics.start : Int(outcome.next)),
          ending: .running)
      }
    }
  }
}

/// The memory of this process, in megabytes.
func residentMemory() -> Double {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var buffer = [CChar](repeating: 0, count: 128)
  guard fgets(&buffer, 128, file) != nil else { return 0 }
  let text = String(decoding: buffer.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
  return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
}
