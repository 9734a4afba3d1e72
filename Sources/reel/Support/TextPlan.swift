import Language
import Raster
import Recordings
import Rollouts
import Trainers

/// A text and the settings to learn it by.
struct TextPlan: TrainingPlan {
  /// The name under which recordings keep texts, learned or written.
  static let worldName = "text"
  static let trainerName = "gpt"

  var settings: TextConfiguration
  let text: String
  let textName: String
  let preset: String

  /// The presets by name, the default first.
  static let presets: [(name: String, help: String, settings: TextConfiguration)] = [
    ("small", "4 layers, width 128, context 64: a minute or two", TextConfiguration()),
    ("nano", "2 layers, width 32, context 32: seconds", .nano),
    ("original", "nanoGPT's 6 layers, width 384, context 256: hours on two cores", .original),
  ]

  /// A plan from the words of a command line.
  init(text path: String?, preset name: String?, overrides: [String]) throws {
    let name = name ?? Self.presets[0].name
    guard let preset = Self.presets.first(where: { $0.name == name }) else {
      throw Failure.usage(
        "text has no preset '\(name)'", didYouMean(name, among: Self.presets.map(\.name)))
    }
    settings = preset.settings
    self.preset = preset.name
    do {
      for word in overrides {
        let (key, value) = try RunPlan.override(word)
        if try settings.set(key, to: value) { continue }
        throw Failure.usage(
          "text has no setting '\(key)'", didYouMean(key, among: settings.members.map(\.key)))
      }
      try settings.validate()
    } catch let error as SettingError {
      throw Failure.usage("\(error)")
    }
    text = try path.map(Self.read) ?? ""
    textName = path.map { FilePaths.name(of: FilePaths.trimmed($0)) } ?? ""
  }

  /// The plan that a recording was made by.
  init(_ run: RunDescription) throws {
    settings = TextConfiguration()
    try settings.restore(run.configuration)
    text = run.world.map
    textName = run.world.mapName
    preset = run.preset
  }

  /// The text of a file, or of all files in a folder by their names; links are left out.
  private static func read(_ path: String) throws -> String {
    guard FilePaths.isFolder(path) else { return try readText(path) }
    let files = visibleNames(in: path).map { "\(FilePaths.trimmed(path))/\($0)" }
      .filter { !FilePaths.isFolder($0) && FilePaths.resolved($0) == $0 }
    return try files.map(readText).joined(separator: "\n")
  }

  var name: String { Self.worldName }
  var rules: [JSON.Member] { [] }
  var configuration: JSON { .object(settings.members) }

  func trainer(seed: UInt64) throws -> any Trainer {
    if text.isEmpty { throw Failure.usage("--text is missing", "it names a file or a folder") }
    do {
      return try TextTrainer(text, seed: seed, settings: settings)
    } catch let error as LanguageError {
      throw Failure.failed("\(error)")
    }
  }

  /// The text stands where worlds keep their map, so that a run can go on by itself alone.
  func description(seed: UInt64, purpose: RunPurpose) -> RunDescription {
    RunDescription(
      world: WorldDescription(
        name: Self.worldName, map: text, mapName: textName, actions: [], fields: []),
      trainer: Self.trainerName, purpose: purpose, preset: preset, seed: seed,
      configuration: configuration)
  }

  func extended(by more: ResumedRun.Extension, steps: Int, episodes: Int) throws -> TextPlan {
    if more.episodes != nil { throw Failure.usage("a text has no episodes", "--until takes steps") }
    var plan = self
    let given = more.steps.map { [("steps", "\($0)")] } ?? []
    do {
      for (key, value) in try given + more.overrides.map(RunPlan.override) {
        guard try plan.settings.set(key, to: value) else {
          throw Failure.usage("'\(key)' is no setting of the trainer")
        }
      }
      try plan.settings.validate()
    } catch let error as SettingError {
      throw Failure.usage("\(error)")
    }
    return plan
  }

  func forked(by more: ResumedRun.Extension, steps: Int, episodes: Int) throws -> TextPlan {
    try extended(by: more, steps: steps, episodes: episodes)
  }
}

/// Why a recording of a text has nothing for a verb that is about worlds.
func refuseText(_ run: RunDescription) throws(Failure) {
  guard run.world.name == TextPlan.worldName else { return }
  if run.purpose == .train {
    throw .failed(
      "this is a language model's training: it has metrics and checkpoints, and no steps to play",
      "reel curve draws its losses, reel generate writes by it")
  }
  throw .failed(
    "this is a generated text, not a world that is played",
    "reel film and reel render draw it, reel heatmap --of attention what it looked at")
}
