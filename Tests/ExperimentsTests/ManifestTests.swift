import Experiments
import Platform
import Recordings
import Rollouts
import SQLite
import TestSupport
import Testing

/// A file of runs, and the states of its lines.
@Suite struct ManifestTests {
  private static let lines = [
    #"{"subject":"maze","seed":7,"settings":{"alpha":0.2,"ties":"first"},"steps":900,"output":"a.sqlite"}"#,
    #"{"subject":"text","text":"poem.txt","preset":"nano","seed":1,"episodes":3,"output":"b.sqlite","tags":["x"],"note":"a \"b\""}"#,
    #"{"resume":"a.sqlite","settings":{"epsilon":0.1},"until":2000}"#,
    #"{"fork":"a.sqlite","at":"50%","until":3000,"output":"c.sqlite"}"#,
  ]

  @Test func `lines are read as they were written`() throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/deep/runs.jsonl")
      #expect(try manifest.lines().isEmpty)
      let tasks = try Self.lines.map { try ManifestTask(json: JSON(parsing: $0)) }
      #expect(tasks.map(\.json.compact) == Self.lines)
      #expect(try manifest.append(Array(tasks[..<1])) == 1...1)
      #expect(try manifest.append(Array(tasks[1...])) == 2...4)
      let text = String(
        decoding: try Repository.contents(of: manifest.path), as: UTF8.self)
      #expect(text == Self.lines.joined(separator: "\n") + "\n")
      #expect(try manifest.lines().map { try $0.task.get() } == tasks)
      #expect(try manifest.task(at: 3) == tasks[2])
      #expect(throws: RunError.self) { try manifest.task(at: 5) }
    }
  }

  @Test(arguments: [
    (#"{"subject":"maze","sed":1,"output":"a"}"#, "no 'sed'"),
    (#"{"subject":"maze"}"#, "output is missing"),
    (
      #"{"subject":"maze","seed":-1,"output":"a"}"#,
      "seed must be a whole number of at least 0, not -1"
    ),
    (#"{"subject":"maze","resume":"b","output":"a"}"#, "either a subject"),
    (#"{"output":"a"}"#, "either a subject"), ("[1]", "a JSON object"),
    (#"{"resume":"a","output":"b"}"#, "no 'output'"),
    (#"{"fork":"a","at":"soon","output":"b"}"#, "not 'soon'"),
    (#"{"subject":"maze","settings":{"alpha":[1]},"output":"a"}"#, "alpha cannot be [1]"),
    (#"{"subject":"maze","seed":1,"seed":2,"output":"a"}"#, "seed is given twice"),
  ])
  func `a line that is not a valid run is refused with one sentence`(
    line: String, sentence: String
  ) throws {
    let error = #expect(throws: RunError.self) {
      try ManifestTask(json: JSON(parsing: line))
    }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func `writers that add lines at the same time get different numbers`() throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/runs.jsonl")
      let pool = ThreadPool(threads: 8)
      pool.run(8) { writer in
        for run in 0..<20 {
          var tasks: [ManifestTask] = []
          for part in 0...run % 3 {
            var new = ManifestTask.NewRun("maze")
            new.seed = UInt64(writer * 1000 + run * 10 + part)
            tasks.append(ManifestTask(.new(new), output: "\(new.seed).sqlite"))
          }
          do {
            let numbers = try manifest.append(tasks)
            #expect(try numbers.map { try manifest.task(at: $0) } == tasks)
          } catch {
            Issue.record("\(error)")
          }
        }
      }
      let all = try manifest.lines().map { try $0.task.get().output }
      #expect(Set(all).count == all.count && all.count == 8 * (7 + 14 + 18))
    }
  }

  @Test func `a line that was cut off is reported, and the next line comes after it`() throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/runs.jsonl")
      write(Array((Self.lines[0] + "\n" + Self.lines[1].prefix(40)).utf8), to: manifest.path)
      let task = try ManifestTask(json: JSON(parsing: Self.lines[3]))
      let cut = try manifest.statuses()
      #expect(cut.map(\.state) == [.waiting, .failed])
      #expect(cut[1].why?.contains("line 2") == true)
      #expect(cut[1].why?.contains("was cut off when its writer died") == true)
      #expect(try manifest.append([task]) == 3...3)
      #expect(try manifest.task(at: 3) == task && manifest.lines().count == 3)
    }
  }

  @Test func `a new run takes no other run's file`() throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/runs.jsonl")
      let task = try ManifestTask(json: JSON(parsing: Self.lines[0]))
      _ = try manifest.append([task])
      #expect(throws: RunError.self) { try manifest.append([task]) }
      write([1], to: "\(folder)/a-2.sqlite")
      #expect(try manifest.freeOutput("a") == "a-3.sqlite")
      var other = task
      other.output = "a-2.sqlite"
      #expect(throws: RunError.self) { try manifest.append([other]) }
      #expect(try manifest.lines().count == 1)
    }
  }

  // MARK: States of lines

  /// A line for a small run, whose text is beside the manifest.
  private static func task(_ kind: SmallRun, in folder: String, output: String) -> ManifestTask {
    let request = kind.request(in: folder)
    var new = ManifestTask.NewRun(request.subject)
    (new.text, new.preset, new.seed) = (request.text, request.preset, 5)
    var task = ManifestTask(.new(new), output: output)
    task.settings = request.overrides.map { .init($0.name, .string($0.value)) }
    return task
  }

  /// Runs what is left of a line, briefly or to its end.
  private static func run(
    _ manifest: Manifest, _ task: ManifestTask, isStopped: Bool = false
  ) throws -> Bool {
    switch try manifest.work(for: task) {
    case .nothing: return false
    case .train(let run): _ = try run.run { _ in !isStopped }
    case .resume(let run, let change): _ = try run.run(change) { _ in !isStopped }
    case .fork(let parent, let step):
      try ForkedRun(of: parent, at: step).write(
        to: manifest.recording(of: task), task.change, force: false
      ) { _, _ in true }
      if !isStopped {
        _ = try ResumedRun(manifest.recording(of: task)).run { _ in true }
      }
    }
    return true
  }

  @Test(arguments: SmallRun.allCases)
  func `a line that was stopped ends as if it had run in one go, and is then done`(
    kind: SmallRun
  ) throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/runs.jsonl")
      let whole = try kind.recorded(in: folder, as: "whole").digest()
      let task = Self.task(kind, in: folder, output: "a.sqlite")
      _ = try manifest.append([task])
      #expect(try manifest.statuses().map(\.state) == [.waiting])
      #expect(try Self.run(manifest, task, isStopped: true))
      #expect(try manifest.statuses().map(\.state) == [.interrupted])
      #expect(try Self.run(manifest, task))
      let status = try #require(try manifest.statuses().first)
      #expect(status.state == .done)
      #expect(JSON.object(status.members)["share"]?.double == 1)
      #expect(try Recording("\(folder)/a.sqlite").digest() == whole)
      #expect(try !Self.run(manifest, task))
    }
  }

  @Test func `a line that extends a run resumes where it was stopped`() throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/runs.jsonl")
      _ = try SmallRun.snake.recorded(in: folder, as: "a")
      _ = try SmallRun.snake.recorded(in: folder, as: "whole")
      var task = ManifestTask(resuming: "a.sqlite")
      (task.steps, task.settings) = (1500, [.init("learning_rate", 0.002)])
      _ = try ResumedRun("\(folder)/whole.sqlite").run(task.change) { _ in true }
      _ = try manifest.append([task])
      #expect(try manifest.statuses().map(\.state) == [.waiting])
      #expect(try Self.run(manifest, task, isStopped: true))
      #expect(try Recording("\(folder)/a.sqlite").stepCount() < 1500)
      #expect(try Self.run(manifest, task))
      #expect(try !Self.run(manifest, task))
      #expect(try manifest.statuses().map(\.state) == [.done])
      let digest = try Recording("\(folder)/a.sqlite").digest()
      #expect(try digest == Recording("\(folder)/whole.sqlite").digest())
    }
  }

  @Test func `a fork is done when it has its own length, not its parent's`() throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/runs.jsonl")
      let parent = try SmallRun.snake.recorded(in: folder, as: "a")
      var task = ManifestTask(.fork(of: "a.sqlite", at: "500"), output: "b.sqlite")
      task.steps = 1200
      _ = try manifest.append([task])
      #expect(try Self.run(manifest, task, isStopped: true))
      #expect(try manifest.statuses().map(\.state) == [.interrupted])
      #expect(try Self.run(manifest, task))
      #expect(try manifest.statuses().map(\.state) == [.done])
      #expect(try Recording("\(folder)/b.sqlite").stepCount() == 1200)
      #expect(try parent.stepCount() == 700)
    }
  }

  @Test func `a recording of another run is left unchanged`() throws {
    try withTemporaryFolder { folder in
      let manifest = Manifest("\(folder)/runs.jsonl")
      _ = try SmallRun.maze.recorded(in: folder, as: "a")
      var task = Self.task(.maze, in: folder, output: "a.sqlite")
      #expect(try !Self.run(manifest, task))
      task.settings.append(.init("gamma", 0.5))
      #expect(throws: RunError.self) { try manifest.work(for: task) }
    }
  }
}
