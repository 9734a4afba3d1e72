import Experiments
import Rollouts
import TestSupport
import Testing

/// What can be asked for, and what is refused.
@Suite struct TrainingFormTests {
  private static let manifest = Manifest("/nowhere/runs.jsonl")

  private static func problems(_ line: String) throws -> [String: String] {
    let task = try ManifestTask(json: JSON(parsing: line))
    let problems = TaskCheck(task, in: manifest).problems
    return Dictionary(problems.map { ($0.field, $0.sentence) }) { $0 + $1 }
  }

  @Test func `every subject and preset is listed, and is valid unchanged`() throws {
    let form = TrainingForm()
    #expect(form.problems == [])
    #expect(form.subjects.map(\.name) == Catalog.builtIn.subjects)
    for subject in form.subjects where subject.name != "text" {
      for preset in subject.presets {
        #expect(preset.plan.explained.count > 3)
        var new = ManifestTask.NewRun(subject.name)
        new.preset = preset.name
        var task = ManifestTask(.new(new), output: "a.sqlite")
        task.settings = preset.plan.explained.map { .init($0.member.key, .string($0.typed)) }
        let check = TaskCheck(task, in: Self.manifest)
        #expect(check.problems == [], "\(subject.name), \(preset.name)")
        #expect(check.steps ?? 0 > 0 && check.bytes ?? 0 > 0)
      }
    }
  }

  @Test func `a setting is declared with its type and its limits`() throws {
    let maze = try #require(TrainingForm().subjects.first)
    let settings = maze.presets[0].plan.explained.map { JSON.object($0.members) }
    func setting(_ name: String) -> JSON? { settings.first { $0["name"]?.text == name } }
    #expect(setting("gamma")?["type"]?.text == "number")
    #expect(setting("gamma")?["allowed"]?.text == "a number from 0 to 1")
    #expect(setting("gamma")?["max"]?.double == 1)
    #expect(setting("alpha")?["type"]?.text == "schedule")
    #expect(setting("episodes")?["min"]?.int == 1)
    #expect(setting("ties")?["choices"] == ["random", "first"])
    #expect(setting("ties")?["default"]?.text == "random")
  }

  @Test func `each wrong setting has its own message`() throws {
    let found = try Self.problems(
      #"{"subject":"maze","settings":{"gamma":2,"alpha":"x","ties":"last","shape":1},"output":"a"}"#
    )
    #expect(found.keys.sorted() == ["alpha", "gamma", "shape", "ties"])
    #expect(found["gamma"] == "gamma must be a number from 0 to 1, not '2'")
    #expect(found["ties"] == "ties must be random or first, not 'last'")
  }

  @Test(arguments: [
    (#"{"subject":"moon","output":"a"}"#, "preset", "no world 'moon'"),
    (#"{"subject":"maze","preset":"x","output":"a"}"#, "preset", "no preset 'x'"),
    (#"{"subject":"maze","map":"x","output":"a"}"#, "map", "no map 'x'"),
    (#"{"subject":"snake","map":"x","output":"a"}"#, "map", "has no maps"),
    (#"{"subject":"text","output":"a"}"#, "text", "name a text"),
    (#"{"subject":"text","text":"x","output":"a"}"#, "text", "cannot read"),
    (
      #"{"subject":"snake","settings":{"warm_up":200,"memory":100},"output":"a"}"#, "warm_up",
      "at most memory"
    ),
    (
      #"{"subject":"snake","settings":{"gradient":"residual","target_every":5},"output":"a"}"#, "",
      "residual"
    ),
    (#"{"resume":"x"}"#, "resume", "there is no file"),
    (#"{"fork":"x","at":1,"output":"a"}"#, "fork", "there is no file"),
  ])
  func `a mistake is reported at its field`(
    line: String, field: String, sentence: String
  ) throws {
    let found = try Self.problems(line)
    #expect(found.count == 1 && found[field]?.contains(sentence) == true, "\(found)")
  }

  @Test func `a resumed or forked run is checked against its recording`() throws {
    try withTemporaryFolder { folder in
      _ = try SmallRun.maze.recorded(in: folder, as: "a")
      let manifest = Manifest("\(folder)/runs.jsonl")
      func problems(_ line: String) throws -> [String] {
        let task = try ManifestTask(json: JSON(parsing: line))
        return TaskCheck(task, in: manifest).problems.map { "\($0.field): \($0.sentence)" }
      }
      #expect(try problems(#"{"resume":"a.sqlite","until":90000}"#) == [])
      #expect(
        try problems(#"{"resume":"a.sqlite","until":90000,"settings":{"alpha":7}}"#).first?
          .hasPrefix("alpha: alpha must be a number") == true)
      #expect(
        try problems(#"{"fork":"a.sqlite","at":"10%","settings":{"gamma":0.5},"output":"b"}"#)
          == [])
      #expect(
        try problems(#"{"fork":"a.sqlite","at":999999,"output":"b"}"#).first?
          .hasPrefix("at: ") == true)
    }
  }
}
