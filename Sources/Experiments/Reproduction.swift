import Platform
package import Recordings
package import Rollouts
import Worlds

/// What is needed to make the same run again.
package enum Reproduction: Sendable {
  case training(Training)
  /// A fork: another run from a step of a recording, with changed settings.
  case fork(of: String, at: Int, changes: [JSON.Member])
  /// An evaluation of what a recording had learned by a step; nil if the recording is unknown.
  case evaluation(of: String?, at: Int, seed: UInt64, limits: Evaluation.Limits)
  case writing(Writing)
  /// Nothing: a person played.
  case byHand
  /// A run of another program, with its trainer's name.
  case elsewhere(trainer: String)

  /// A run from its first step.
  package struct Training: Sendable {
    package var subject: String
    /// Nil for a world without maps.
    package var map: Map?
    package var preset: String
    package var seed: UInt64
    /// The settings that differ from the preset.
    package var changes: [JSON.Member]
  }

  /// The source of a map.
  package enum Map: Sendable, Equatable {
    case named(String)
    /// Only in a recording, from which it has to be exported to a file.
    case recorded(in: String, file: String)
  }

  /// Texts that a language model wrote.
  package struct Writing: Sendable {
    package var model: Model
    package var prompt: String
    package var samples: Int
    package var seed: UInt64
    /// The sampling settings.
    package var settings: JSON

    /// The model that wrote them.
    package enum Model: Sendable {
      case recording(String, at: Int)
      case folder(String)
    }
  }
}

extension Catalog {
  /// How to make a recorded run again.
  package func reproduction(of recording: Recording) throws -> Reproduction {
    let run = try recording.description()
    if let settings = (try? plan(of: run))?.settings as? RecordedSettings {
      return .elsewhere(trainer: settings.trainer)
    }
    switch run.purpose {
    case .play: return .byHand
    case .evaluate where run.isOfText: return try .writing(writing(recording, run))
    case .evaluate:
      return .evaluation(
        of: run.parent?.file, at: run.parent?.step ?? 0, seed: run.seed,
        limits: try recording.limits())
    case .train:
      if let parent = run.parent {
        let known = try? Recording(parent.file).description().configuration
        return .fork(
          of: parent.file, at: parent.step,
          changes: run.changes(from: known ?? usualConfiguration(of: run, map: nil)))
      }
      // The parent's parameters and the training text are in the recording, and perhaps nowhere else.
      let settings = try recording.settings()
      if run.isOfText || settings.count > 1 {
        return .fork(of: recording.path, at: settings.last?.from ?? 0, changes: [])
      }
      return .training(training(run, recordedIn: recording.path))
    }
  }

  /// How to make a recorded training run again.
  package func training(_ run: RunDescription, recordedIn path: String) -> Reproduction.Training {
    let map = map(of: run, recordedIn: path)
    let name: String? = if case .named(let name)? = map { name } else { nil }
    return Reproduction.Training(
      subject: run.world.name, map: map, preset: run.preset, seed: run.seed,
      changes: run.changes(from: usualConfiguration(of: run, map: name)))
  }

  private func usualConfiguration(of run: RunDescription, map: String?) -> JSON? {
    try? plan(PlanRequest(run.world.name, map: map, preset: run.preset)).configuration
  }

  private func map(of run: RunDescription, recordedIn path: String) -> Reproduction.Map? {
    guard !run.world.map.isEmpty, let maps = worlds[run.world.name]?.maps else { return nil }
    if let name = MapFinder(maps, of: run.world.name).name(of: run.world.map) {
      return .named(name)
    }
    return .recorded(in: path, file: "maps/\(Files.stem(path)).\(maps.fileEnding)")
  }

  private func writing(
    _ recording: Recording, _ run: RunDescription
  ) throws -> Reproduction.Writing {
    let state = try recording.checkpoint(at: 0).flatMap { try? JSON(parsing: $0.trainingState) }
    let model: Reproduction.Writing.Model =
      if let folder = state?["model_folder"]?.text {
        .folder(folder)
      } else {
        .recording(run.parent?.file ?? recording.path, at: run.parent?.step ?? 0)
      }
    var prompt = ""
    if case .bytes(let bytes)? = try recording.steps(in: 0..<1).first?.state {
      prompt = String(decoding: bytes, as: UTF8.self)
    }
    return Reproduction.Writing(
      model: model, prompt: prompt, samples: try recording.counts().episodes, seed: run.seed,
      settings: run.configuration)
  }
}

extension RunDescription {
  /// The settings that differ from another configuration.
  fileprivate func changes(from usual: JSON?) -> [JSON.Member] {
    guard case .object(let members) = configuration else { return [] }
    return members.filter { usual?[$0.key] != $0.value }
  }
}

extension Recording {
  /// The limits with which an evaluation plays exactly these steps.
  fileprivate func limits() throws -> Evaluation.Limits {
    let last = try episodes(.last).first
    // A limit of steps cuts off the last episode; if it ended there, it ends the same way again.
    return last?.ending == .terminated
      ? Evaluation.Limits(episodes: last?.number) : Evaluation.Limits(steps: try stepCount())
  }
}
