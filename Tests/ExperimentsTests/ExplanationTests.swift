import Experiments
import Foundation
import Recordings
import Rollouts
import TestSupport
import Testing

@Suite struct ExplanationTests {
  private func topic(_ trainer: String) throws -> AlgorithmTopic {
    try #require(AlgorithmTopic.all.first { $0.trainerName == trainer })
  }

  @Test func `every topic's example is of its trainer, and its parts have titles and lines`() throws
  {
    for topic in AlgorithmTopic.all {
      let presets = try Catalog.builtIn.presets(of: topic.exampleWorld)
      #expect(presets[0].trainerName == topic.trainerName)
      #expect(Set(topic.parts.map(\.title)).count == topic.parts.count)
      #expect(topic.parts.allSatisfy { !$0.code.isEmpty })
    }
  }

  @Test func `what is said of a table is what its rows make`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.maze.recorded(in: folder)
      let lines = try topic("qtable").evidence(in: recording)
      #expect(lines.count == 6 && lines.allSatisfy { !$0.isEmpty })
      // Folded once more, by the rule as it is written in books.
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

  @Test func `what is said of a network is what its recording holds`() throws {
    try withTemporaryFolder { folder in
      let recording = try SmallRun.snake.recorded(in: folder)
      let (topic, run) = (try topic("dqn"), try recording.description())
      let lines = try topic.evidence(in: recording)
      #expect(lines.count == topic.parts.count && lines.allSatisfy { !$0.isEmpty })
      let last = try #require(try recording.steps(in: 699..<700).first)
      guard case .index(let action) = last.action else { return }
      #expect(lines[0][2].hasPrefix("\(run.world.actions[action].name) was done"))
      // 11-16-3: sixteen rows of eleven weights and a bias, three of sixteen and a bias.
      #expect(lines.joined().contains { $0.contains("11-16-3: 243 parameters") })
      let checkpoints = try recording.checkpointSteps().count
      #expect(lines.joined().contains { $0.hasPrefix("\(checkpoints) checkpoints") })
    }
  }

  @Test func `a recording of another trainer is refused`() throws {
    try withTemporaryFolder { folder in
      let maze = try SmallRun.maze.recorded(in: folder, as: "maze")
      let snake = try SmallRun.snake.recorded(in: folder, as: "snake")
      for (name, other) in [("qtable", snake), ("dqn", maze)] {
        let error = try #require(throws: RunError.self) { try topic(name).evidence(in: other) }
        #expect(error.kind == .run)
      }
    }
  }
}
