import Experiments
import Recordings
import Rollouts

/// Short runs, one for each trainer and for each kind of table.
enum SmallRun: String, CaseIterable, Sendable {
  case maze, lake, crawler, snake, reacher, text

  /// What a language model of these tests learns, about two kilobytes.
  static let poem = String(
    repeating: "The cat sat on the mat; the dog lay on the log.\n", count: 44)

  private var overrides: [(name: String, value: String)] {
    switch self {
    case .maze: [("episodes", "900"), ("snapshot_every", "1500")]
    case .lake: [("episodes", "900"), ("snapshot_every", "1500")]
    case .crawler: [("episodes", "6"), ("snapshot_every", "1500")]
    case .snake:
      [
        ("episodes", "0"), ("steps", "700"), ("hidden", "16"), ("episode_batch", "50"),
        ("snapshot_every", "200"),
      ]
    case .reacher:
      [
        ("steps", "1024"), ("worlds", "2"), ("rollout", "128"), ("minibatch", "64"),
        ("epochs", "2"), ("hidden", "16"), ("evaluate_every", "2"), ("evaluation_episodes", "2"),
        ("evaluation_steps", "50"), ("snapshot_every", "1"),
      ]
    case .text:
      [
        ("steps", "24"), ("layers", "1"), ("width", "16"), ("context", "16"), ("batch", "4"),
        ("warmup", "4"), ("evaluate_every", "8"), ("evaluation_batches", "2"),
        ("snapshot_every", "8"),
      ]
    }
  }

  /// What is asked for; a text is a file in the folder.
  func request(
    in folder: String, changing changes: [(name: String, value: String)] = []
  ) -> PlanRequest {
    var file: String?
    if self == .text {
      file = "\(folder)/poem.txt"
      write(Array(Self.poem.utf8), to: "\(folder)/poem.txt")
    }
    return PlanRequest(
      rawValue, text: file, preset: self == .text ? "nano" : nil, overrides: overrides + changes)
  }

  /// The run, not yet made.
  func training(
    in folder: String, as name: String = "run", seed: UInt64 = 5,
    changing changes: [(name: String, value: String)] = []
  ) throws -> TrainingRun {
    let plan = try Catalog.builtIn.plan(request(in: folder, changing: changes))
    return TrainingRun(plan, seed: seed, path: "\(folder)/\(name).sqlite")
  }

  /// The recording of the run, made from its first step to its end.
  @discardableResult
  func recorded(
    in folder: String, as name: String = "run", seed: UInt64 = 5,
    changing changes: [(name: String, value: String)] = []
  ) throws -> Recording {
    let run = try training(in: folder, as: name, seed: seed, changing: changes)
    _ = try run.run { _ in true }
    return try Recording(run.path)
  }
}

/// The contents of a recording's rows, except for times and hashes.
struct Rows: Equatable {
  var steps: [RecordedStep]
  var episodes: [Episode]
  var checkpoints: [Checkpoint?]

  init(of recording: Recording) throws {
    steps = try recording.steps(in: 0..<recording.stepCount())
    episodes = try recording.episodes()
    checkpoints = try recording.checkpointSteps().map { try recording.checkpoint(at: $0) }
  }
}

extension [RecordedStep] {
  /// The steps as they were taken, including the last one of an interrupted episode.
  var asTaken: [RecordedStep] {
    map { step in
      var step = step
      if step.ending == .interrupted { step.ending = .running }
      return step
    }
  }
}
