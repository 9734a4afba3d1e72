import Experiments
import Foundation
import Language
import Platform
import Recordings
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct AlgorithmTopicTests {
  private func topic(_ trainer: String) throws -> AlgorithmTopic {
    try #require(AlgorithmTopic.all.first { $0.trainerName == trainer })
  }

  @Test func `every topic's example uses its trainer, and its parts have titles and lines`() throws
  {
    for topic in AlgorithmTopic.all {
      let presets = try Catalog.builtIn.presets(of: topic.exampleWorld)
      #expect(presets[0].trainerName == topic.trainerName)
      #expect(Set(topic.parts.map(\.title)).count == topic.parts.count)
      #expect(topic.parts.allSatisfy { !$0.code.isEmpty })
    }
  }

  @Test func `the numbers shown for a Q-table follow from its rows`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.maze.recorded(in: folder)
      let lines = try topic("qtable").evidence(in: recording)
      #expect(lines.count == 6 && lines.allSatisfy { !$0.isEmpty })
      // Computed again, by the rule as textbooks have it.
      var values = [Double](repeating: 0, count: 64)
      let steps = try recording.steps(in: 0..<recording.stepCount())
      var last: (step: RecordedStep, before: Double, after: Double)?
      for step in steps {
        guard case .index(let state) = step.state, case .index(let action) = step.action,
          case .index(let next) = step.next
        else { continue }
        let future = step.ending == .terminated ? 0 : values[next * 4..<next * 4 + 4].max() ?? 0
        let before = values[state * 4 + action]
        values[state * 4 + action] += 0.1 * (step.reward + 0.99 * future - before)
        if state == 0 { last = (step, before, values[state * 4 + action]) }
      }
      let start = values[0..<4].max() ?? 0
      func text(_ number: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", number)
      }
      #expect(lines[0].contains("16 states × 4 actions"))
      #expect(lines[2][0].contains(text(start, 3)), "\(lines[2])")
      let update = try #require(last)
      #expect(lines[5][0].contains("step \(update.step.step), episode \(update.step.episode)"))
      #expect(lines[5][1].contains(text(update.before, 4)), "\(lines[5])")
      #expect(lines[5][1].hasSuffix("= \(text(update.after, 4))"), "\(lines[5])")
    }
  }

  @Test func `the numbers shown for a DQN are those of its recording`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.snake.recorded(in: folder)
      let (topic, run) = (try topic("dqn"), try recording.description())
      let lines = try topic.evidence(in: recording)
      #expect(lines.count == topic.parts.count && lines.allSatisfy { !$0.isEmpty })
      let last = try #require(try recording.steps(in: 699..<700).first)
      guard case .index(let action) = last.action else { return }
      #expect(lines[0][2].hasPrefix("\(run.world.actions[action].name) was chosen then"))
      // 11-16-3: sixteen rows of eleven weights and a bias, three of sixteen and a bias.
      #expect(lines.joined().contains { $0.contains("11-16-3: 243 parameters") })
      let checkpoints = try recording.checkpointSteps().count
      #expect(lines.joined().contains { $0.hasPrefix("\(checkpoints) checkpoints") })
    }
  }

  @Test func `the numbers shown for PPO are those of its recording`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.reacher.recorded(in: folder)
      let (topic, run) = (try topic("ppo"), try recording.description())
      let lines = try topic.evidence(in: recording)
      #expect(lines.count == topic.parts.count && lines.allSatisfy { !$0.isEmpty }, "\(lines)")
      // 2 worlds times 128 steps, four times in 1024.
      #expect(lines[0][0] == "N = 2, T = 128: a rollout has 256 steps; 4 updates in 1,024 steps")
      let step = try #require(try recording.steps(in: 1023..<1024).first)
      let torques = RecordedNumbers(run.world.fields, of: "action").all(of: step.action)
      for torque in torques { #expect(lines[0][3].contains(NumberFormat.exact(torque))) }
      #expect(lines[0][3].hasSuffix("for a reward of \(NumberFormat.exact(step.reward))"))
      // Summed up by hand: r times the scale, plus γ times the next value, minus the value.
      let sum = try #require(lines[1].first { $0.contains("δ = ") })
      let numbers = sum.split(separator: "δ = ")[1].matches(of: /-?[0-9.]+(e-?[0-9]+)?/).compactMap
      { Double($0.output.0) }
      #expect(numbers.count == 6, "\(sum)")
      #expect(abs(numbers[0] * numbers[1] + 0.95 * numbers[3] - numbers[4] - numbers[5]) < 0.001)
      // Twice ten inputs and 16 units; two outputs and a value of 16 units; two deviations.
      let all = 2 * (10 * 16 + 16) + (2 * 16 + 2) + (16 + 1) + 2
      #expect(lines.joined().contains { $0.contains("mlp: \(all) parameters") }, "\(lines)")
      let clipped = try recording.metric("losses/clipfrac").values
      let last = try #require(clipped.last)
      #expect(lines.joined().contains { $0.hasSuffix("\(NumberFormat.exact(last)) at step 1024") })
    }
  }

  @Test func `the attention of a GPT policy is described`() throws {
    try withTemporaryFolder { folder in
      let request = PlanRequest(
        "breakout", policy: "gpt",
        overrides: [
          ("steps", "64"), ("worlds", "2"), ("rollout", "16"), ("minibatch", "16"),
          ("epochs", "1"), ("layers", "2"), ("heads", "2"), ("width", "8"), ("inner", "8"),
          ("hidden", "8"), ("evaluate_every", "0"),
        ])
      let run = TrainingRun(
        try Catalog.builtIn.plan(request), seed: 5, path: "\(folder)/run.sqlite")
      _ = try run.run { _ in true }
      let lines = try topic("ppo").evidence(in: Recording(run.path))
      #expect(lines[0][1].contains("in layer 2 the last place looks most: head 1 at ("))
      #expect(lines[0][1].contains(", head 2 at (") && !lines[0][1].contains("head 3"))
      // The chances of all actions add up to one.
      let chances = lines[0][2].matches(of: /([0-9.]+) %/).compactMap { Double($0.output.1) }
      #expect(abs(chances.reduce(0, +) - 100) < 0.1, "\(lines[0][2])")
    }
  }

  @Test func `the numbers shown for a language model are those of its recording`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.text.recorded(in: folder)
      let topic = try topic("gpt")
      let lines = try topic.evidence(in: recording)
      #expect(lines.count == topic.parts.count && lines.allSatisfy { !$0.isEmpty }, "\(lines)")
      let (all, kinds) = (SmallRun.poem.count, Set(SmallRun.poem).count)
      let learned = all * 9 / 10
      #expect(
        lines[0][0]
          == "poem.txt: \(NumberFormat.count(all)) tokens, V = \(kinds) different ones; "
          + "\(NumberFormat.count(learned)) to learn from, "
          + "\(all - learned) kept")
      #expect(lines[0][1] == "B = 4, T = 16: 64 predictions in a batch, 24 batches")
      // The part that was kept begins with sixteen characters that are read, and one that follows.
      let kept = Array(SmallRun.poem.dropFirst(learned).prefix(17))
      func quoted(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\n", with: "⏎") + "\""
      }
      #expect(lines[1][1].contains("after \(quoted(String(kept.prefix(16))))"), "\(lines[1])")
      #expect(lines[2][1].hasPrefix("\(quoted(String(kept[16]))) follows"), "\(lines[2])")
      let losses = try recording.metric("losses/validation")
      let best = try #require(losses.values.min())
      #expect(lines.joined().contains { $0.contains("kept part is \(NumberFormat.exact(best))") })
    }
  }

  @Test func `the last token of a generated text is explained`() throws {
    try withTemporaryFolder { folder in
      let trained = try SmallRun.text.recorded(in: folder)
      let model = try NamedModel(recording: trained.path, at: .end)
      let writing = try TextGeneration(
        by: model, prompt: "The cat", tokens: 5, sampler: Sampler(), seed: 3)
      let path = "\(folder)/written.sqlite"
      var writer = try RecordingWriter(
        creating: path, writing.description(parent: model.parent()), initial: model.initial)
      _ = try writing.write(episode: 1, into: &writer) { _ in true }
      try writer.finish()
      let written = try Recording(path)
      let lines = try topic("gpt").evidence(in: written)
      #expect(lines[0][0].hasPrefix("1 text, 5 tokens, written by the model of \(trained.path)"))
      let last = try #require(try written.steps(in: 4..<5).first)
      #expect(lines[2][1].hasSuffix("ln p = \(NumberFormat.exact(last.reward))"), "\(lines[2])")
    }
  }

  @Test func `docs/trainers.md has every line of every topic`() throws {
    func plain(_ text: String) -> String {
      text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    let page = plain(try Repository.text("docs/trainers.md"))
    for part in AlgorithmTopic.all.flatMap(\.parts) {
      for line in part.code { #expect(page.contains(plain(line)), "\(line)") }
    }
  }

  @Test func `a recording of another trainer is refused`() throws {
    try withTemporaryFolder { folder in
      let maze = try SmallRun.maze.recorded(in: folder, as: "maze")
      let snake = try SmallRun.snake.recorded(in: folder, as: "snake")
      let text = try SmallRun.text.recorded(in: folder, as: "text")
      for (name, other) in [
        ("qtable", snake), ("qtable", text), ("dqn", maze), ("ppo", snake), ("ppo", text),
        ("gpt", maze),
      ] {
        let error = try #require(throws: RunError.self) { try topic(name).evidence(in: other) }
        #expect(error.kind == .run)
      }
    }
  }
}
