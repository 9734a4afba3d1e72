import Glibc
import Recordings
import Rollouts
import SQLite
import Testing

@Suite struct QTableFoldTests {
  /// Records a run that learns, with a snapshot every `snapshots` steps; returns the tables at some steps.
  private func learn(
    _ run: RandomRun, _ count: Int, snapshots: Int?, blank: QTable, at steps: [Int],
    to path: String
  ) throws -> [QTable] {
    let rule = try #require(QTableRule(configuration: run.description.configuration))
    var table = blank
    var tables: [QTable] = []
    var recorded: [Transition] = []
    var memory = MemorySink()
    try run.play(count, into: &memory)
    recorded = memory.transitions
    var writer = try RecordingWriter(
      creating: path, run.description, initial: blank.checkpoint(step: 0))
    for (step, transition) in recorded.enumerated() {
      if steps.contains(step) { tables.append(table) }
      guard case .index(let state) = transition.state, case .index(let next) = transition.next,
        case .index(let action) = transition.action
      else { continue }
      table.update(
        state, action, reward: transition.reward, next: next,
        terminated: transition.ending == .terminated,
        alpha: rule.alpha(episode: transition.episode), gamma: rule.gamma)
      try writer.record(transition)
      if let snapshots, (step + 1) % snapshots == 0 {
        try writer.record(table.checkpoint(step: step + 1))
      }
    }
    if steps.contains(count) { tables.append(table) }
    try writer.finish()
    return tables
  }

  static let schedules: [Schedule] = [
    .constant(0.1), .linear(from: 0.5, to: 0.001), .exponential(from: 1, factor: 0.99, floor: 0.01),
  ]

  @Test(arguments: schedules, [nil, 1000])
  func `the table at any step is the trainer's, bit for bit`(
    alpha: Schedule, snapshots: Int?
  ) throws {
    let folder = Folder()
    let run = RandomRun(alpha: alpha, episodes: 500, fractional: true)
    let steps = [0, 1, 2, 17, 999, 1000, 1001, 2047, 2048, 2049, 9999, 10_000]
    let tables = try learn(
      run, 10_000, snapshots: snapshots, blank: run.blank, at: steps, to: folder("a.sqlite"))
    let recording = try Recording(folder("a.sqlite"))
    for (step, table) in zip(steps, tables) {
      for usingCheckpoints in [true, false] {
        let folded = try recording.qTable(at: step, usingCheckpoints: usingCheckpoints)
        #expect(folded.visits == table.visits)
        #expect(folded.values.map(\.bitPattern) == table.values.map(\.bitPattern))
      }
    }
    var recorded: [Int] = []
    try recording.forEachQTable(at: steps) { step, table in
      recorded.append(step)
      #expect(table == tables[recorded.count - 1])
      // The recording can be read inside, too.
      let next = try recording.steps(in: step..<step + 1)
      #expect(next.count == (step < 10_000 ? 1 : 0))
    }
    #expect(recorded == steps)
  }

  @Test func `a table after a snapshot is made without the steps before the snapshot`() throws {
    let (folder, run) = (Folder(), RandomRun(fractional: true))
    let tables = try learn(
      run, 3000, snapshots: 1000, blank: run.blank, at: [2500], to: folder("a.sqlite"))
    let database = try Database(folder("a.sqlite"), .writing)
    try database.execute("DELETE FROM transitions WHERE step < 2000")
    try database.close()
    #expect(try Recording(folder("a.sqlite")).qTable(at: 2500) == tables[0])
  }

  @Test func `illegal actions stay at minus infinity`() throws {
    let folder = Folder()
    let run = RandomRun()
    let dynamics = Dynamics(
      states: 16, actions: 5, start: 0,
      outcomes: Array(repeating: Dynamics.Outcome(next: 0, reward: 0), count: 80),
      legal: Array(repeating: 0b01111, count: 16))
    let tables = try learn(
      run, 3000, snapshots: nil, blank: QTable(dynamics), at: [3000], to: folder("a.sqlite"))
    let folded = try Recording(folder("a.sqlite")).qTable(at: 3000)
    #expect(folded == tables[0])
    #expect((0..<16).allSatisfy { folded.value($0, 4) == -.infinity })
  }

  @Test func `an interrupted run's table ends with what was recorded`() throws {
    let folder = Folder()
    let run = RandomRun()
    let path = try interrupted(in: folder, "a.sqlite", steps: 1000, run: run)
    let recording = try Recording(path)
    let steps = try recording.stepCount()
    let tables = try learn(
      run, steps, snapshots: nil, blank: run.blank, at: [steps], to: folder("b.sqlite"))
    #expect(try recording.qTable(at: .max) == tables[0])
  }

  @Test func `settings that change between sessions change the fold`() throws {
    let folder = Folder()
    let run = RandomRun(alpha: .constant(0.5))
    try run.record(1000, to: folder("a.sqlite"))
    let faster = RandomRun(alpha: .constant(0.9))
    var writer = try RecordingWriter(
      resuming: folder("a.sqlite"), from: 0, configuration: faster.description.configuration)
    try run.play(2000, into: &writer)
    try writer.finish()
    let slow = try run.record(2000, to: folder("slow.sqlite"))
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.qTable(at: 1000) == (try slow.qTable(at: 1000)))
    var table = try slow.qTable(at: 1000)
    try recording.forEachStep(in: 1000..<2000) { step in
      guard case .index(let state) = step.state, case .index(let next) = step.next,
        case .index(let action) = step.action
      else { return }
      table.update(
        state, action, reward: step.reward, next: next, terminated: step.ending == .terminated,
        alpha: 0.9, gamma: 0.9)
    }
    #expect(try recording.qTable(at: 2000) == table)
  }

  @Test func `an evaluation learns nothing`() throws {
    let folder = Folder()
    let run = RandomRun()
    var description = run.description
    description.purpose = .evaluate
    var table = run.blank
    table.update(1, 1, reward: 3, next: 0, terminated: true, alpha: 1, gamma: 1)
    var writer = try RecordingWriter(
      creating: folder("a.sqlite"), description, initial: table.checkpoint(step: 0))
    try run.play(500, into: &writer)
    try writer.finish()
    #expect(try Recording(folder("a.sqlite")).qTable(at: 500) == table)
  }

  @Test func `a state's last updates lead from value to value`() throws {
    let folder = Folder()
    let run = RandomRun(alpha: .linear(from: 0.5, to: 0.1))
    let recording = try run.record(5000, to: folder("a.sqlite"))
    let updates = try recording.qUpdates(of: 7, before: 4000, last: 10)
    #expect(updates.count == 10)
    for update in updates {
      #expect(update.state == 7)
      #expect(try recording.qTable(at: update.step).value(7, update.action) == update.before)
      #expect(try recording.qTable(at: update.step + 1).value(7, update.action) == update.after)
      let step = try #require(try recording.steps(in: update.step..<update.step + 1).first)
      #expect(step.reward == update.reward)
      #expect(step.next == .index(update.next))
      #expect(step.episode == update.episode)
    }
    #expect(updates.map(\.step) == updates.map(\.step).sorted())
    #expect((updates.last?.step ?? 4000) < 4000)
    #expect(try recording.qUpdates(of: 7, before: 0, last: 10).isEmpty)
    #expect(try recording.qUpdates(of: 99, before: 4000, last: 10).isEmpty)
  }

  @Test func `a trainer without a table says so`() throws {
    let folder = Folder()
    let writer = try RecordingWriter(
      creating: folder("a.sqlite"), RandomRun().description,
      initial: Checkpoint(step: 0, kind: "dqn", parameters: []))
    try writer.finish()
    let error = #expect(throws: RecordingError.self) {
      try Recording(folder("a.sqlite")).qTable(at: 0)
    }
    #expect(error?.kind == .absent)
  }
}
