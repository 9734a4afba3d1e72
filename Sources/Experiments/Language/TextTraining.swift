import Language
import Platform
import Recordings
package import Rollouts
package import Trainers

/// A text that a language model is trained on, or that one wrote.
package struct TrainingText: Sendable {
  /// The name under which recordings keep texts, in place of a world's.
  package static let subjectName = "text"

  package let text: String
  /// The name of its file or folder.
  package let name: String
  private let purpose: RunPurpose

  /// A text with a name.
  package init(_ text: String, name: String, purpose: RunPurpose = .train) {
    (self.text, self.name, self.purpose) = (text, name, purpose)
  }

  /// The text of a file, or of all files in a folder, sorted by name; links are skipped.
  package init(reading path: String) throws {
    let trimmed = Files.trimmed(path)
    let files =
      Files.isFolder(path)
      ? Files.visibleNames(in: path).map { "\(trimmed)/\($0)" }
        .filter { !Files.isFolder($0) && Files.resolved($0) == $0 } : [path]
    self.init(
      try files.map(TextFile.contents).joined(separator: "\n"), name: Files.name(of: trimmed))
  }

  /// The text is kept in place of a world's map, so that a run can continue from its recording alone.
  var description: WorldDescription {
    WorldDescription(name: Self.subjectName, map: text, mapName: name, actions: [], fields: [])
  }

  /// Why a recording of a text has no answer to questions about a world.
  package var hasNoWorld: RunError {
    purpose == .train
      ? .run(
        "this is a language model's training: it has metrics and checkpoints, and no steps to play",
        .languageModelViews)
      : .run("this is a generated text, not a world that is played", .generatedTextViews)
  }
}

extension RunDescription {
  /// Whether a language model learned or wrote it.
  package var isOfText: Bool { world.name == TrainingText.subjectName }
}

extension TextConfiguration: TrainerSettings {
  /// The trainer of language models.
  package static var trainerName: String { "gpt" }

  package static func learns(_ subject: Subject) -> Bool {
    if case .text = subject { true } else { false }
  }

  package func trainer(of subject: Subject, seed: UInt64) throws -> any Trainer {
    guard case .text(let text) = subject, !text.text.isEmpty else {
      throw RunError.request("there is no text to learn from")
    }
    do {
      return try TextTrainer(text.text, seed: seed, settings: self)
    } catch let error as LanguageError {
      throw RunError.run("\(error)")
    }
  }

  package func mostSteps(stepLimit: Int) -> Int { steps }

  /// There are at least five evaluations, so that the losses make a curve, and evaluations take no longer than training:
  /// they use fewer batches if the run is short.
  package func fitted(given: Set<String>) -> TextConfiguration {
    var settings = self
    if !given.contains("evaluate_every") {
      settings.evaluateEvery = min(evaluateEvery, max(1, steps / 5))
    }
    guard !given.contains("evaluation_batches") else { return settings }
    // An evaluation reads both parts of the text, and reading a batch takes a third of the time of training on it.
    let evaluations = 1 + (steps - 1) / settings.evaluateEvery + 1
    settings.evaluationBatches = min(evaluationBatches, max(1, 3 * steps / (2 * evaluations)))
    return settings
  }

  /// A text's trainer ends with an evaluation: the shortest one.
  package var withoutTrials: TextConfiguration {
    var settings = self
    (settings.evaluateEvery, settings.evaluationBatches) = (.max, 1)
    return settings
  }

  package func player(in world: any World, by checkpoint: Checkpoint) throws -> any Player {
    throw RunError.run("a language model plays nothing", .languageModelViews)
  }
}
