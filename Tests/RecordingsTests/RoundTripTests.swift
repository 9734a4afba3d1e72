import Recordings
import Rollouts
import SQLite
import Testing

/// Runs that differ in everything that the writer treats differently.
private let runs = [
  RandomRun(), RandomRun(seed: 7, lengths: 1...3), RandomRun(seed: .max >> 1, usesBytes: true),
  RandomRun(worlds: 4), RandomRun(worlds: 8, lengths: 1...30, usesBytes: true),
  RandomRun(lengths: 100_000...100_000), RandomRun(fractional: true),
]

@Suite struct RoundTripTests {
  @Test(arguments: runs, [1, 7, 8192])
  func `what was recorded is what is read`(run: RandomRun, batchRows: Int) throws {
    let folder = Folder()
    let count = batchRows == 1 ? 300 : 20_000
    var options = RecordingOptions()
    options.batchRows = batchRows
    let recording = try run.record(count, to: folder("a.sqlite"), options: options)
    var memory = MemorySink()
    try run.play(count, into: &memory)
    let recorded = memory.transitions
    var read: [RecordedStep] = []
    try recording.forEachStep(in: 0..<count) { read.append($0) }
    #expect(read.map(\.step) == Array(0..<count))
    let open = Set(try recording.episodes().filter { !$0.isOver }.map(\.number))
    for (recorded, read) in zip(recorded, read) {
      let isLast = read.ending == .interrupted
      if isLast { #expect(open.contains(read.episode)) }
      let same = Transition(
        episode: read.episode, state: read.state, action: read.action, reward: read.reward,
        next: read.next, ending: isLast ? .running : read.ending)
      if same != recorded {
        Issue.record("step \(read.step): recorded \(recorded), read \(same)")
        return
      }
    }
    #expect(try recording.counts().steps == count)
    #expect(try recording.audit().difference == nil)
  }

  @Test(arguments: runs) func `a range of steps is that part of all steps`(run: RandomRun) throws {
    let folder = Folder()
    let recording = try run.record(5000, to: folder("a.sqlite"))
    let all = try recording.steps(in: 0..<5000)
    for range in [0..<1, 17..<18, 2040..<2060, 4990..<5000, 4990..<9000, 100..<100, 6000..<7000] {
      #expect(try recording.steps(in: range) == Array(all[range.clamped(to: 0..<5000)]))
    }
  }

  @Test(arguments: runs)
  func `an episode of N steps has N + 1 states and its return is the sum of its rewards`(
    run: RandomRun
  ) throws {
    let folder = Folder()
    let recording = try run.record(4000, to: folder("a.sqlite"))
    var memory = MemorySink()
    try run.play(4000, into: &memory)
    for episode in try recording.episodes().prefix(200) {
      let recorded = memory.transitions.filter { $0.episode == episode.number }
      #expect(episode.steps == recorded.count)
      #expect(episode.return == recorded.reduce(0) { $0 + $1.reward })
      #expect(episode.stride == run.worlds)
      #expect(episode.seed == Int(run.seed))
      #expect(
        try recording.states(of: episode) == recorded.prefix(1).map(\.state) + recorded.map(\.next))
      let steps = try recording.steps(of: episode)
      #expect(steps.map(\.t) == Array(0..<recorded.count))
      #expect(steps.map(\.step) == recorded.indices.map { episode.firstStep + $0 * run.worlds })
    }
  }

  @Test(arguments: runs) func `the view shows the same as the reader`(run: RandomRun) throws {
    let folder = Folder()
    let recording = try run.record(1000, to: folder("a.sqlite"))
    let database = try Database(folder("a.sqlite"), .reading)
    let rows = try database.all("SELECT * FROM rollout ORDER BY step")
    let names = ["up", "down", "left", "right"]
    func value(_ value: Value) -> SQLiteValue {
      switch value {
      case .index(let value): .integer(value)
      case .bytes(let value): .blob(value)
      }
    }
    let steps = try recording.steps(in: 0..<1000)
    #expect(rows.count == 1000)
    for (row, step) in zip(rows, steps) {
      var name = SQLiteValue.null
      if case .index(let action) = step.action { name = .text(names[action]) }
      let ending = step.ending == .interrupted ? Ending.running : step.ending
      #expect(
        row == [
          .integer(step.step), .integer(step.episode), .integer(step.t), value(step.state),
          value(step.action), name, .real(step.reward), value(step.next), .text(ending.name),
        ])
    }
  }

  @Test func `the view finds one step of many without reading others`() throws {
    let folder = Folder()
    try RandomRun().record(2000, to: folder("a.sqlite"))
    let plan = try Database(folder("a.sqlite"), .reading)
      .all("EXPLAIN QUERY PLAN SELECT * FROM rollout WHERE step = 99").map { $0[3].text ?? "" }
    #expect(plan.count == 4 && plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
  }

  @Test func `metrics and checkpoints are read back in order`() throws {
    let folder = Folder()
    let run = RandomRun()
    var writer = try RecordingWriter(
      creating: folder("a.sqlite"), run.description, initial: run.blank.checkpoint(step: 0))
    try writer.record(Metric(step: 0, name: "charts/epsilon", value: 1))
    var counter = 0
    var tee = Tee(writer: writer) { writer, step in
      counter += 1
      if step % 100 == 0 {
        try writer.record(Metric(step: step, name: "losses/td_loss", value: Double(step) / 3))
        try writer.record(Metric(step: step, name: "charts/epsilon", value: .nan))
      }
      if step % 1000 == 0 { try writer.record(run.blank.checkpoint(step: step)) }
    }
    try run.play(2500, into: &tee)
    try tee.finish()
    #expect(counter == 2500)
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.metricNames() == ["charts/epsilon", "losses/td_loss"])
    let loss = try recording.metric("losses/td_loss")
    #expect(loss.steps == Array(stride(from: 100, through: 2500, by: 100)))
    #expect(loss.values == loss.steps.map { Double($0) / 3 })
    let epsilon = try recording.metric("charts/epsilon")
    #expect(epsilon.values.count == 26)
    #expect(epsilon.values[0] == 1)
    #expect(epsilon.values[1].isNaN)
    #expect(try recording.metric("nothing").values.isEmpty)
    #expect(try recording.checkpointSteps() == [0, 1000, 2000])
    #expect(try recording.checkpoint(atOrBefore: 1999)?.step == 1000)
    #expect(try recording.checkpoint(at: 1999) == nil)
    #expect(try recording.finalCheckpoint() == run.blank.checkpoint(step: 2000))
    let counts = try recording.counts()
    #expect(counts.steps == 2500)
    #expect(counts.episodes == (try recording.episodes().count))
    #expect((counts.metrics, counts.checkpoints) == (51, 3))
    #expect(try recording.audit().difference == nil)
  }

  @Test func `minus zero never reaches the file`() throws {
    let folder = Folder()
    for usesBytes in [false, true] {
      let run = RandomRun(usesBytes: usesBytes)
      var writer = try RecordingWriter(
        creating: folder("\(usesBytes).sqlite"), run.description,
        initial: run.blank.checkpoint(step: 0))
      try writer.record(
        Transition(
          episode: 1, state: run.value(0), action: run.value(1), reward: -0.0, next: run.value(2),
          ending: .terminated))
      try writer.record(Metric(step: 1, name: "zero", value: -0.0))
      try writer.finish()
      let recording = try Recording(folder("\(usesBytes).sqlite"))
      #expect(try recording.steps(in: 0..<1)[0].reward.sign == .plus)
      #expect(try recording.episodes()[0].return.sign == .plus)
      #expect(try recording.audit().difference == nil)
    }
  }

  @Test func `the tables' sizes add up to the file's`() throws {
    let folder = Folder()
    let recording = try RandomRun().record(50_000, to: folder("a.sqlite"))
    let sizes = try recording.tableSizes()
    #expect(sizes.first?.table == "transitions")
    #expect(sizes.reduce(0) { $0 + $1.bytes } == recording.fileBytes())
    let expected = RecordingEstimate.bytes(steps: 50_000, episodeLength: 33)
    #expect(abs(Double(recording.fileBytes()) / Double(expected) - 1) < 0.1)
    #expect(recording.fileBytes() <= 25 * 50_000)
  }
}

/// A writer with something to do after each step.
struct Tee: ~Copyable, TransitionSink {
  var writer: RecordingWriter
  var step = 0
  let body: (inout RecordingWriter, Int) throws -> Void

  init(
    writer: consuming RecordingWriter, _ body: @escaping (inout RecordingWriter, Int) throws -> Void
  ) {
    self.writer = writer
    self.body = body
  }

  mutating func record(_ transition: Transition) throws {
    try writer.record(transition)
    step += 1
    try body(&writer, step)
  }

  mutating func record(
    episode: Int, state: Int, action: Int, reward: Double, next: Int, ending: Ending
  ) throws {
    try writer.record(
      episode: episode, state: state, action: action, reward: reward, next: next, ending: ending)
    step += 1
    try body(&writer, step)
  }

  mutating func record(_ metric: Metric) throws { try writer.record(metric) }
  mutating func record(_ checkpoint: Checkpoint) throws { try writer.record(checkpoint) }
  consuming func finish() throws { try writer.finish() }
}
