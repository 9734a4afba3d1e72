package import Language
import Neural
import Platform
package import Recordings
package import Rollouts
import Trainers

/// A named language model: a recording of training, or a folder of another tool.
package struct NamedModel {
  package let trained: TrainedModel
  /// The parent that a recording of its texts names; computed only when recording, because it
  /// reads the whole parent.
  package let parent: () throws -> Parent?
  /// The initial checkpoint of a recording of its texts.
  package let initial: Checkpoint
  /// How many training steps the model had; nil if unknown.
  package let step: Int?

  /// The model at a checkpoint of a training recording: by default the one kept nearest to the lowest
  /// validation loss.
  package init(recording file: String, at moment: RecordedMoment?) throws {
    let recording = try Recording(file)
    let run = try recording.description()
    guard run.isOfText else {
      throw RunError.run(
        "\(file) is a recording of \(run.world.name), not of a language model", .trainLanguageModel)
    }
    let checkpoint = try Self.checkpoint(of: recording, at: moment)
    do {
      trained = try TrainedModel(checkpoint)
    } catch {
      throw RunError.run("\(file): \(error)")
    }
    initial = trained.checkpoint
    step = checkpoint.step
    parent = {
      Parent(file: file, digest: try recording.digest(), step: checkpoint.step)
    }
  }

  /// The model in a folder with GPT-2's files. Recordings of its texts name the folder and do not contain
  /// its parameters.
  package init(folder path: String) throws {
    trained = try ModelFolder(at: path).gpt2()
    let state: JSON = ["model_folder": .string(path)]
    initial = Checkpoint(
      step: 0, kind: "text", parameters: Safetensors([]).encoded(), trainingState: state.compact)
    (step, parent) = (nil, { nil })
  }

  private static func checkpoint(
    of recording: Recording, at moment: RecordedMoment?
  ) throws -> Checkpoint {
    guard moment == nil || moment == .best else {
      return try recording.checkpoint(at: moment ?? .end)
    }
    let kept = Set(try recording.checkpointSteps().filter { $0 > 0 })
    let losses = try recording.metric("losses/validation")
    let best = zip(losses.steps, losses.values).filter { kept.contains($0.0) }.min { $0.1 < $1.1 }
    guard let step = best?.0, let checkpoint = try recording.checkpoint(at: step) else {
      return try recording.checkpoint(at: .end)
    }
    return checkpoint
  }
}

extension ModelFolder {
  /// The folder of another tool's model.
  package init(at path: String) throws {
    let path = Files.trimmed(path)
    guard Files.isFolder(path) else { throw RunError.run("there is no folder \(path)") }
    try self.init(path) { name, part in
      let file = "\(path)/\(name)"
      return Files.exists(file) ? try Files.part(part, of: file) : nil
    }
  }
}

extension TrainedModel {
  /// A prompt's tokens; without a prompt a text begins after the end of a line or of a text.
  package func opening(of prompt: String) throws -> [Int] {
    do {
      let tokens = try tokenizer.tokens(of: prompt)
      if !tokens.isEmpty { return tokens }
      if let end = tokenizer.end { return [end] }
      return (try? tokenizer.tokens(of: "\n")) ?? [0]
    } catch {
      throw RunError.run("\(error)")
    }
  }
}

extension TrainedModel {
  /// The prompt that continues a text after some of its tokens with another token than the one that came.
  package func fork(behind tokens: some Collection<Int>, choosing token: Int) throws -> String {
    guard knows(token), token != tokenizer.end else {
      throw RunError.request("that token ends the text; nothing follows it")
    }
    let bytes = tokens.flatMap(tokenizer.bytes(of:)) + tokenizer.bytes(of: token)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RunError.request(
        "that is a part of a character, and a prompt has only whole ones; fork after its last part")
    }
    return text
  }
}

extension Recording {
  /// The model that wrote its texts: its own, or the one in the folder that it names, if it
  /// still exists.
  package func writingModel() throws -> TrainedModel? {
    guard let checkpoint = try checkpoint(at: 0) else { return nil }
    let state = try? JSON(parsing: checkpoint.trainingState)
    if let folder = state?["model_folder"]?.text {
      return Files.isFolder(folder) ? try ModelFolder(at: folder).gpt2() : nil
    }
    do {
      return try TrainedModel(checkpoint)
    } catch {
      throw RunError.run("\(path): \(error)")
    }
  }
}
