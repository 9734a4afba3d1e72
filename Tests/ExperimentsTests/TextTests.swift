import Experiments
import Language
import Platform
import Recordings
import Rollouts
import TestSupport
import Testing
import Trainers

@Suite struct TextTests {
  @Test func `the text of a folder is that of its files in order of their names`() throws {
    try withTemporaryFolder { folder in
      for (name, text) in [("b.txt", "second"), ("a.txt", "first"), (".hidden", "no")] {
        write(Array(text.utf8), to: "\(folder)/\(name)")
      }
      _ = try Program.shell("mkdir inner && ln -s a.txt c.txt", in: folder)
      let text = try TrainingText(reading: "\(folder)/")
      #expect(text.text == "first\nsecond")
      #expect(text.name == folder.split(separator: "/").last.map(String.init))
      #expect(try TrainingText(reading: "\(folder)/a.txt").text == "first")
      write([0xc3], to: "\(folder)/a.txt")
      let error = try #require(throws: RunError.self) { try TrainingText(reading: folder) }
      #expect(error.description.hasSuffix("a.txt is not text"))
      #expect(throws: FileError.self) { try TrainingText(reading: "\(folder)/none") }
    }
  }

  @Test func `a recording of training keeps its text, and has metrics in place of transitions`()
    throws
  {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.text.recorded(in: folder)
      let run = try recording.description()
      #expect(run.isOfText && run.world.map == SmallRun.poem && run.world.mapName == "poem.txt")
      #expect(
        try recording.steps(in: 0..<24).isEmpty && recording.checkpointSteps() == [0, 8, 16, 24])
      #expect(try recording.metric("losses/validation").steps == [0, 8, 16, 24])
    }
  }

  @Test func `a short run spends no more on trials than on learning, unless told to`() throws {
    func trials(_ overrides: [(name: String, value: String)]) throws -> [Int] {
      let request = PlanRequest("text", preset: "original", overrides: overrides)
      let settings = try #require(
        try Catalog.builtIn.plan(request).settings as? TextConfiguration)
      return [settings.evaluateEvery, settings.evaluationBatches]
    }
    let usual = TextConfiguration.original
    #expect(try trials([]) == [usual.evaluateEvery, usual.evaluationBatches])
    #expect(try trials([("steps", "2")]) == [1, 1])
    // Six trials of two parts by 25 batches cost as much as learning from 100.
    #expect(try trials([("steps", "100")]) == [20, 25])
    #expect(try trials([("steps", "100"), ("evaluate_every", "50")]) == [50, 50])
    #expect(try trials([("steps", "2"), ("evaluation_batches", "30")]) == [1, 30])
  }

  @Test func `a named model is the one with the least validation loss`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.text.recorded(in: folder)
      let losses = try recording.metric("losses/validation")
      let least = try #require(
        zip(losses.steps, losses.values).filter { $0.0 > 0 }.min { $0.1 < $1.1 }?.0)
      let best = try NamedModel(recording: recording.path, at: nil)
      let digest = try recording.digest()
      #expect(try best.parent() == Parent(file: recording.path, digest: digest, step: least))
      let early = try NamedModel(recording: recording.path, at: .step(8))
      #expect(try early.parent()?.step == 8)
      let maze = try SmallRun.maze.recorded(in: folder, as: "maze").path
      let error = try #require(throws: RunError.self) { try NamedModel(recording: maze, at: nil) }
      guard case .trainLanguageModel? = error.remedy else {
        Issue.record("a language model can be trained: \(error)")
        return
      }
      #expect(throws: RunError.self) { try NamedModel(folder: "\(folder)/none") }
    }
  }

  @Test func `a model folder of another tool writes the text of its tokens`() throws {
    let path = "\(Repository.root)/Tests/Reference/tiny-gpt2"
    let model = try NamedModel(folder: path)
    #expect(try model.parent() == nil)
    let generation = try TextGeneration(
      by: model, prompt: "a", tokens: 4, sampler: Sampler(temperature: 0), seed: 1)
    var sink = MemorySink()
    let text = try generation.write(episode: 1, into: &sink) { _ in true }
    #expect(text.tokens == sink.transitions.count)
    let state = try JSON(parsing: model.initial.trainingState)
    #expect(state["model_folder"]?.text == path)
  }

  private func generation(
    _ folder: String, prompt: String = "The cat", tokens: Int = 40, seed: UInt64 = 3
  ) throws -> TextGeneration {
    let path = "\(folder)/run.sqlite"
    if !Files.exists(path) { try SmallRun.text.recorded(in: folder) }
    return try TextGeneration(
      by: NamedModel(recording: path, at: .end), prompt: prompt, tokens: tokens,
      sampler: Sampler(temperature: 1, topCount: nil), seed: seed)
  }

  @Test func `transitions spell the text, and their rewards are its log probabilities`() throws {
    try withTemporaryFolder { folder in
      let generation = try generation(folder)
      var (sink, heard) = (MemorySink(), [UInt8]())
      let text = try generation.write(episode: 2, into: &sink) {
        heard += $0
        return true
      }
      let steps = sink.transitions
      #expect(steps.count == 40 && text.tokens == 40 && !text.isOver)
      #expect(steps.dropLast().allSatisfy { $0.ending == .running })
      #expect(steps.last?.ending == .truncated && steps.allSatisfy { $0.episode == 2 })
      let bytes = steps.map { if case .bytes(let bytes) = $0.next { bytes } else { [UInt8]() } }
      let spelled = Array("The cat".utf8) + bytes.joined()
      #expect(String(decoding: spelled, as: UTF8.self) == text.text && heard == spelled)
      #expect(steps[0].state == .bytes(Array("The cat".utf8)))
      for (step, after) in zip(steps, steps.dropFirst()) { #expect(after.state == step.next) }
      let sum = steps.reduce(0) { $0 + $1.reward }
      #expect(abs(text.logProbability - sum) < 1e-9 && steps.allSatisfy { $0.reward <= 0 })
    }
  }

  @Test func `the seed and the episode determine a text, and a listener may end it`() throws {
    try withTemporaryFolder { folder in
      func text(_ generation: TextGeneration, episode: Int = 1) throws -> String {
        var sink = NullSink()
        return try generation.write(episode: episode, into: &sink) { _ in true }.text
      }
      let first = try text(generation(folder))
      #expect(try text(generation(folder)) == first)
      #expect(try text(generation(folder), episode: 2) != first)
      #expect(try text(generation(folder, seed: 4)) != first)
      var (sink, calls) = (MemorySink(), 0)
      let cut = try generation(folder).write(episode: 1, into: &sink) { _ in
        calls += 1
        return calls < 5
      }
      #expect(
        first.hasPrefix(cut.text) && cut.tokens < 8 && sink.transitions.last?.ending == .truncated)
    }
  }

  @Test func `a prompt that its model cannot read is refused, and an empty one starts a line`()
    throws
  {
    try withTemporaryFolder { folder in
      #expect(throws: RunError.self) { try generation(folder, prompt: "Ω") }
      var sink = MemorySink()
      let text = try generation(folder, prompt: "").write(episode: 1, into: &sink) { _ in true }
      #expect(text.text.hasPrefix("\n") && sink.transitions.count == 40)
    }
  }

  @Test func `a generated text is recorded with the settings that it was written with`() throws {
    try withTemporaryFolder { folder in
      let generation = try generation(folder)
      let model = try NamedModel(recording: "\(folder)/run.sqlite", at: .end)
      let path = "\(folder)/texts.sqlite"
      var writer = try RecordingWriter(
        creating: path, generation.description(parent: model.parent()), initial: model.initial)
      let text = try generation.write(episode: 1, into: &writer) { _ in true }
      try writer.finish()
      let recording = try Recording(path)
      let run = try recording.description()
      #expect(run.purpose == .evaluate && run.configuration["tokens"] == 40)
      #expect(run.configuration["temperature"]?.double == 1 && run.configuration["top_k"] == .null)
      #expect(abs(try recording.episodes()[0].return - text.logProbability) < 1e-9)
      // It can be read again by the model that it holds.
      let reader = try #require(try recording.writingModel())
      let tokens = try recording.steps(of: recording.episode(1)).compactMap {
        if case .index(let token) = $0.action { token } else { nil }
      }
      #expect("The cat" + reader.tokenizer.text(of: tokens) == text.text)
      let plan = try Catalog.builtIn.plan(of: run)
      guard
        case .generatedTextViews? = try #require(
          throws: RunError.self, performing: { try plan.world() }
        ).remedy
      else {
        Issue.record("the error lists the views of a generated text")
        return
      }
    }
  }

  @Test(arguments: ["plain", "é—🙂, ‘quoted’", "日本語\n"])
  func `characters are passed on as soon as they are complete`(text: String) {
    var stream = CharacterStream()
    var (pieces, whole) = ([String](), "")
    for byte in Array(text.utf8) {
      let piece = stream.take([byte])
      #expect(piece.unicodeScalars.count <= 1)
      whole += piece
      pieces.append(piece)
    }
    #expect(whole == text && pieces.count { !$0.isEmpty } == text.unicodeScalars.count)
  }

  @Test func `invalid bytes are replaced, and do not hold up the rest`() {
    var stream = CharacterStream()
    let broken = stream.take([0x61, 0xff, 0x62, 0x63, 0x64, 0x65])
    #expect(broken.hasPrefix("a") && broken.hasSuffix("bcde") && broken.contains("\u{fffd}"))
    #expect(stream.take(Array("next".utf8)) == "next")
  }
}
