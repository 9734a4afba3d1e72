import Recordings
import Rollouts
import SQLite
import Testing

@Suite struct ResumeTests {
  /// Records a run from one of its steps on, as a trainer does that resumes from a checkpoint.
  private func play(
    _ run: RandomRun, _ steps: Range<Int>, into writer: inout RecordingWriter
  ) throws {
    var memory = MemorySink()
    try run.play(steps.upperBound, into: &memory)
    for step in steps {
      try writer.record(memory.transitions[step])
      if (step + 1) % 500 == 0 {
        try writer.record(Metric(step: step + 1, name: "charts/epsilon", value: 1 / Double(step)))
        try writer.record(run.blank.checkpoint(step: step + 1))
      }
    }
  }

  private func whole(_ run: RandomRun, _ count: Int, to path: String) throws -> Recording {
    var writer = try RecordingWriter(
      creating: path, run.description, initial: run.blank.checkpoint(step: 0))
    try play(run, 0..<count, into: &writer)
    try writer.finish()
    return try Recording(path)
  }

  static let runs = [
    RandomRun(), RandomRun(worlds: 3), RandomRun(worlds: 5, usesBytes: true),
    RandomRun(lengths: 1_000_000...1_000_000, fractional: true),
  ]

  @Test(arguments: runs)
  func `a run cut off and resumed several times equals one that never was`(
    run: RandomRun
  ) throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    var options = RecordingOptions()
    options.batchRows = 100
    do {
      var writer = try RecordingWriter(
        creating: path, run.description, initial: run.blank.checkpoint(step: 0), options: options)
      try play(run, 0..<777, into: &writer)
    }
    var ends: [Int] = [0]
    for end in [777, 1000, 1203, 2600] {
      let recording = try Recording(path)
      ends.append(try recording.stepCount())
      let from = try #require(try recording.checkpoint(atOrBefore: .max)).step
      var writer = try RecordingWriter(resuming: path, from: from, options: options)
      try play(run, from..<end, into: &writer)
      if end == 2600 { try writer.finish() }
    }
    let recording = try Recording(path)
    let whole = try whole(run, 2600, to: folder("whole.sqlite"))
    #expect(try recording.digest() == whole.digest())
    #expect(try recording.audit().difference == nil)
    #expect(try recording.sessions().map(\.firstStep) == ends)
    #expect(try recording.status() == .finished)
    #expect(
      try recording.metric("charts/epsilon") == (try whole.metric("charts/epsilon")))
    #expect(try recording.checkpointSteps() == [0, 500, 1000, 1500, 2000, 2500])
    #expect(try recording.episodes() == (try whole.episodes()))
    let elapsed = try recording.commits(after: 0)
    #expect(zip(elapsed, elapsed.dropFirst()).allSatisfy { $0.seconds <= $1.seconds })
  }

  @Test func `a step that differs on resuming is named, and nothing is written`() throws {
    let folder = Folder()
    let run = RandomRun()
    let before = try whole(run, 1200, to: folder("a.sqlite")).digest()
    var memory = MemorySink()
    try run.play(1200, into: &memory)
    memory.withChange(at: 1100) { recorded in
      do {
        var writer = try RecordingWriter(resuming: folder("a.sqlite"), from: 1000)
        for transition in recorded[1000...] { try writer.record(transition) }
        Issue.record("the difference was not seen")
      } catch {
        #expect("\(error)".hasPrefix("step 1100 differs from the recorded one"))
      }
    }
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.digest() == before)
    #expect(try recording.audit().difference == nil)
  }

  @Test func `a checkpoint that differs on resuming is refused`() throws {
    let folder = Folder()
    let run = RandomRun()
    _ = try whole(run, 1200, to: folder("a.sqlite"))
    var writer = try RecordingWriter(resuming: folder("a.sqlite"), from: 500)
    var other = run.blank
    other.update(0, 0, reward: 1, next: 0, terminated: true, alpha: 1, gamma: 1)
    #expect(throws: RecordingError.self) { try writer.record(other.checkpoint(step: 500)) }
    try writer.record(run.blank.checkpoint(step: 500))
    try writer.finish()
  }

  @Test func `a finished run is extended`() throws {
    let folder = Folder()
    let run = RandomRun()
    _ = try whole(run, 1000, to: folder("a.sqlite"))
    var writer = try RecordingWriter(
      resuming: folder("a.sqlite"), from: 1000, configuration: ["alpha": 1])
    try play(run, 1000..<1500, into: &writer)
    try writer.finish()
    let recording = try Recording(folder("a.sqlite"))
    #expect(
      try recording.digest() == (try whole(run, 1500, to: folder("whole.sqlite")).digest()))
    #expect(try recording.sessions().map(\.configuration["alpha"]) == [0.1, 1])
    #expect(try recording.description().configuration["alpha"] == 1)
  }

  @Test(arguments: [-1, 1001]) func `a run cannot resume from a step that it does not have`(
    step: Int
  ) throws {
    let folder = Folder()
    _ = try whole(RandomRun(), 1000, to: folder("a.sqlite"))
    let error = #expect(throws: RecordingError.self) {
      _ = try RecordingWriter(resuming: folder("a.sqlite"), from: step)
    }
    #expect(error?.kind == .absent)
    #expect(try Recording(folder("a.sqlite")).sessions().count == 1)
  }
}

extension MemorySink {
  /// The transitions with another reward at one step.
  fileprivate func withChange(at step: Int, _ body: ([Transition]) -> Void) {
    var recorded = transitions
    recorded[step].reward += 1
    body(recorded)
  }
}
