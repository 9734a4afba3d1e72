package import Language
import Neural
import Platform
package import Recordings
package import Rollouts
import Trainers

/// A language model that somebody names: a recording of training, or a folder of another tool.
package struct NamedModel {
  package let trained: TrainedModel
  /// What a recording of its texts says of where it came from; asked for only by those that record, as it
  /// reads all of the parent.
  package let parent: () throws -> Parent?
  /// What a recording of its texts begins with.
  package let initial: Checkpoint
  /// After how many steps of training it knew that; nil where nobody knows.
  package let step: Int?

  /// The model of a recording of training, by one of its checkpoints: without a moment by that which was
  /// kept nearest to the lowest loss on the text that was kept back.
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

  /// The model of a folder with GPT-2's files. Its texts' recordings name the folder, and do not hold what
  /// it has learned.
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
  /// A prompt's tokens; without one a text begins after a line's or a text's end.
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
  /// The prompt by which a text goes on that was left behind some tokens for another than came there.
  package func fork(behind tokens: some Collection<Int>, choosing token: Int) throws -> String {
    guard knows(token), token != tokenizer.end else {
      throw RunError.request("the text is over with that; nothing comes behind it")
    }
    let bytes = tokens.flatMap(tokenizer.bytes(of:)) + tokenizer.bytes(of: token)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RunError.request(
        "that is a part of a character, and a prompt has whole ones; fork behind its last part")
    }
    return text
  }
}

extension Recording {
  /// The model by which its texts were written: its own, or that of the folder that it names, as far as that
  /// is still there.
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
