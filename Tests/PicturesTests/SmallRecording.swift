import Experiments
import Language
import Platform
import Raster
import Recordings
import Rollouts

/// Recordings that take a moment to make and to draw.
enum SmallRecording: String, CaseIterable, Sendable {
  case maze, lake, snake, city, reacher, breakout, text

  /// What a language model of these tests learns, about two kilobytes.
  static let poem = String(
    repeating: "The cat sat on the mat; the dog lay on the log.\n", count: 44)

  private var settings: [(name: String, value: String)] {
    switch self {
    case .maze, .lake: [("episodes", "60"), ("snapshot_every", "300")]
    case .snake:
      [("episodes", "0"), ("steps", "500"), ("hidden", "16"), ("episode_batch", "20")]
    case .city:
      [
        ("steps", "240"), ("hidden", "8"), ("batch", "8"), ("warm_up", "50"),
        ("snapshot_every", "100"), ("step_limit", "80"),
      ]
    case .reacher:
      [
        ("steps", "512"), ("worlds", "2"), ("rollout", "128"), ("epochs", "1"), ("hidden", "8"),
        ("evaluate_every", "0"),
      ]
    case .breakout:
      [
        ("steps", "64"), ("worlds", "1"), ("rollout", "64"), ("minibatch", "32"), ("epochs", "1"),
        ("layers", "1"), ("heads", "2"), ("width", "8"), ("inner", "8"), ("hidden", "8"),
        ("evaluate_every", "0"),
      ]
    case .text:
      [
        ("steps", "24"), ("layers", "2"), ("width", "16"), ("context", "16"), ("batch", "4"),
        ("warmup", "4"), ("evaluate_every", "8"), ("evaluation_batches", "2"),
        ("snapshot_every", "8"),
      ]
    }
  }

  /// The file of a run that was made from its first step to its end.
  func made(
    in folder: String, as name: String? = nil, seed: UInt64 = 5,
    changing changes: [(name: String, value: String)] = []
  ) throws -> String {
    var request = PlanRequest(rawValue, overrides: settings + changes)
    if self == .breakout { request.policy = "gpt" }
    if self == .text {
      (request.text, request.preset) = ("\(folder)/poem.txt", "nano")
      try OutputFile.write(Array(Self.poem.utf8), to: "\(folder)/poem.txt", replacing: true)
    }
    let plan = try Catalog.builtIn.plan(request)
    let run = TrainingRun(plan, seed: seed, path: "\(folder)/\(name ?? rawValue).sqlite")
    _ = try run.run { _ in true }
    return run.path
  }

  /// The recording of such a run.
  func recorded(
    in folder: String, as name: String? = nil, seed: UInt64 = 5,
    changing changes: [(name: String, value: String)] = []
  ) throws -> Recording {
    try Recording(made(in: folder, as: name, seed: seed, changing: changes))
  }

  /// The file of two texts that a small model wrote.
  static func written(in folder: String, tokens: Int = 12) throws -> String {
    let model = try NamedModel(recording: text.made(in: folder), at: .end)
    let generation = try TextGeneration(
      by: model, prompt: "The cat", tokens: tokens, sampler: Sampler(temperature: 1), seed: 3)
    let path = "\(folder)/written.sqlite"
    var writer = try RecordingWriter(
      creating: path, generation.description(parent: model.parent()), initial: model.initial)
    for episode in 1...2 { _ = try generation.write(episode: episode, into: &writer) { _ in true } }
    try writer.finish()
    return path
  }
}

/// The pixels of some frames of a film, or of all.
func pixels(_ film: any FrameSource, _ frames: [Int]? = nil) throws -> [[UInt32]] {
  var film = film
  let canvas = try Canvas(width: film.width, height: film.height)
  return try (frames ?? Array(0..<film.frameCount)).map { frame in
    try film.draw(frame, onto: canvas)
    return canvas.withPixels { Array($0) }
  }
}

/// The pixels of a drawing.
func pixels(of drawing: some Drawing) throws -> [UInt32] {
  try drawing.canvas().withPixels { Array($0) }
}
