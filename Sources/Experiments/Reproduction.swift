import Platform
package import Recordings
package import Rollouts
import Worlds

/// What one needs to make the same run again.
package enum Reproduction: Sendable {
  case training(Training)
  /// Another run from a step of a recording on, with settings that are not as it had them.
  case fork(of: String, at: Int, changes: [JSON.Member])
  /// An evaluation of what a recording (nil: nobody knows which) had learned by a step.
  case evaluation(of: String?, at: Int, seed: UInt64, limits: Evaluation.Limits)
  case writing(Writing)
  /// Nothing: a person played.
  case byHand
  /// Whatever another program does; its trainer's name.
  case elsewhere(trainer: String)

  /// A run from its first step on.
  package struct Training: Sendable {
    package var subject: String
    /// Nil for a world without maps.
    package var map: Map?
    package var preset: String
    package var seed: UInt64
    /// The settings that are not as the preset has them.
    package var changes: [JSON.Member]
  }

  /// Where a map is.
  package enum Map: Sendable, Equatable {
    case named(String)
    /// In a recording alone, from which it is to be written to a file.
    case recorded(in: String, file: String)
  }

  /// Texts that a language model wrote.
  package struct Writing: Sendable {
    package var model: Model
    package var prompt: String
    package var samples: Int
    package var seed: UInt64
    /// How they were sampled.
    package var settings: JSON

    /// Who wrote them.
    package enum Model: Sendable {
      case recording(String, at: Int)
      case folder(String)
    }
  }
}

extension Catalog {
  /// How a recorded run is made again.
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
      // What the run went on by, and the text that it learned, stand in the recording, and perhaps nowhere else.
      let settings = try recording.settings()
      if run.isOfText || settings.count > 1 {
        return .fork(of: recording.path, at: settings.last?.from ?? 0, changes: [])
      }
      return .training(training(run, recordedIn: recording.path))
    }
  }

  /// How a run of training that is recorded in a file is made again.
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
  /// The settings that another configuration has otherwise.
  fileprivate func changes(from usual: JSON?) -> [JSON.Member] {
    guard case .object(let members) = configuration else { return [] }
    return members.filter { usual?[$0.key] != $0.value }
  }
}

extension Recording {
  /// By which limits an evaluation plays just these steps.
  fileprivate func limits() throws -> Evaluation.Limits {
    let last = try episodes(.last).first
    // A limit of steps cuts the last episode off; where it ended there, it ends so again.
    return last?.ending == .terminated
      ? Evaluation.Limits(episodes: last?.number) : Evaluation.Limits(steps: try stepCount())
  }
}
