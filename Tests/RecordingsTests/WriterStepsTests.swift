import Glibc
import Recordings
import Rollouts
import TestSupport
import Testing

/// Steps that are recorded many at a time, and a log that is merged meanwhile.
@Suite struct WriterStepsTests {
  private let run = RandomRun()

  /// The steps of one episode until they are passed on.
  private struct Gathering: ~Copyable, TransitionSink {
    var writer: RecordingWriter
    let most: Int
    var steps: [DiscreteStep] = []

    mutating func record(_ transition: Transition) throws {
      steps.append(
        DiscreteStep(
          state: transition.state.index ?? -1, action: transition.action.index ?? -1,
          reward: transition.reward))
      guard steps.count == most || transition.ending != .running else { return }
      let taken = steps
      steps = []
      try writer.record(
        episode: transition.episode, taken.span, next: transition.next.index ?? -1,
        ending: transition.ending)
    }

    mutating func record(_ metric: Metric) throws { try writer.record(metric) }
    mutating func record(_ checkpoint: Checkpoint) throws { try writer.record(checkpoint) }

    consuming func finish() throws { try writer.finish() }
  }

  private func writer(_ path: String, worlds: Int = 1, rows: Int) throws -> RecordingWriter {
    var options = RecordingOptions()
    options.batchRows = rows
    return try RecordingWriter(
      creating: path, RandomRun(worlds: worlds).description,
      initial: run.blank.checkpoint(step: 0), options: options)
  }

  @Test(arguments: [(1, 1), (1, 7), (1, 1000), (3, 7)], [5, 64])
  func `steps recorded together equal those recorded one by one`(
    form: (worlds: Int, most: Int), rows: Int
  ) throws {
    let folder = Folder()
    let run = RandomRun(worlds: form.worlds, fractional: true)
    var one = try writer(folder("one.sqlite"), worlds: form.worlds, rows: rows)
    try run.play(3000, into: &one)
    try one.finish()
    let writer = try writer(folder("many.sqlite"), worlds: form.worlds, rows: rows)
    // With several worlds, steps of one episode are not consecutive.
    var many = Gathering(writer: writer, most: form.worlds > 1 ? 1 : form.most)
    try run.play(3000, into: &many)
    // The rest, in the middle of an episode.
    if !many.steps.isEmpty {
      let steps = many.steps
      let last = try Recording(folder("one.sqlite")).steps(in: 2999..<3000)
      try many.writer.record(
        episode: last[0].transition.episode, steps.span, next: last[0].transition.next.index ?? -1,
        ending: .running)
    }
    try many.finish()
    let (a, b) = (try Recording(folder("one.sqlite")), try Recording(folder("many.sqlite")))
    #expect(try a.digest() == b.digest())
    #expect(try b.stepCount() == 3000)
    #expect(try b.audit().difference == nil)
  }

  @Test func `an error in one of several steps names the step`() throws {
    let folder = Folder()
    var writer = try writer(folder("a.sqlite"), rows: 8192)
    func failure(
      _ writer: inout RecordingWriter, _ episode: Int, from state: Int, _ rewards: [Double],
      _ ending: Ending = .running
    ) -> String? {
      let steps = rewards.map { DiscreteStep(state: state, action: 0, reward: $0) }
      do {
        try writer.record(episode: episode, steps.span, next: state, ending: ending)
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(failure(&writer, 1, from: 2, [1, 1, 1]) == nil)
    #expect(failure(&writer, 1, from: 2, []) == nil, "no steps are no error")
    #expect(
      failure(&writer, 1, from: 2, [1, 1, .nan])
        == "the reward of step 5 is nan, not a finite number")
    #expect(
      failure(&writer, 1, from: 3, [1]) == "step 5 starts in state 3, but the one before led to 2")
    #expect(
      failure(&writer, 2, from: 2, [1])
        == "step 5 belongs to episode 2, but episode 1 has not ended")
    #expect(
      failure(&writer, 1, from: 2, [1], .interrupted)
        == "step 5 has the ending interrupted, which only readers report")
    #expect(failure(&writer, 1, from: 2, [-0.0], .terminated) == nil)
    #expect(failure(&writer, 1, from: 2, [1]) == "step 6 begins episode 1 after episode 1")
    try writer.finish()
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.stepCount() == 6)
    #expect(try recording.steps(in: 5..<6)[0].transition.reward.sign == .plus)
  }

  @Test func `a long log is merged into the file while steps are recorded`() throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    var writer = try writer(path, rows: 8192)
    func pages(_ name: String) -> Int {
      (Int(shell("stat -c %s '\(folder(name))'").output.dropLast()) ?? 0) / 4096
    }
    let steps = Array(repeating: DiscreteStep(state: 3, action: 1, reward: 0.5), count: 500)
    var episode = 0
    // Some 12,000 pages, all merged by then but those of the last log; more only if a thread is starved.
    while episode < 4000 || (pages("a.sqlite") < 4096 && episode < 400_000) {
      episode += 1
      try writer.record(episode: episode, steps.span, next: 3, ending: .truncated)
      if episode % 1000 == 0 {
        // A reader at any time sees whole batches.
        let recording = try Recording(path)
        #expect(try recording.stepCount() % 500 <= 500 && recording.stepCount() > 0)
      }
    }
    #expect(pages("a.sqlite") >= 4096)
    try writer.finish()
    let recording = try Recording(path)
    #expect(try recording.stepCount() == episode * 500)
    #expect(try recording.audit().difference == nil)
    #expect(folder.names == ["a.sqlite"])
  }

  @Test func `the rows of a recording can be inserted by SQLite alone`() throws {
    let folder = Folder()
    var writer = try writer(folder("a.sqlite"), rows: 64)
    try run.play(3000, into: &writer)
    try writer.finish()
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.secondsOfBareInserts(into: folder("b.sqlite")) > 0)
    let bare = try Recording(folder("b.sqlite"))
    #expect(try bare.steps(in: 0..<3000) == recording.steps(in: 0..<3000))
  }
}
