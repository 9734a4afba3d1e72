import Platform
import Recordings
import Rollouts
import SQLite
import Testing

@Suite struct FormatTests {
  @Test func `the file is as documented`() throws {
    let folder = Folder()
    try RandomRun().record(100, to: folder("a.sqlite"))
    let database = try Database(folder("a.sqlite"), .reading)
    #expect(try database.first("PRAGMA application_id") == [.integer(0x5245_454C)])
    #expect(try database.userVersion() == 2)
    let columns = try database.all(
      """
      SELECT tables.name, group_concat(columns.name, ' ') FROM pragma_table_list AS tables
      JOIN pragma_table_info(tables.name) AS columns
      WHERE tables.schema = 'main' AND tables.name NOT LIKE 'sqlite_%' GROUP BY 1 ORDER BY 1
      """)
    #expect(
      columns.map { $0.compactMap(\.text) } == [
        ["actions", "action name dx dy"],
        [
          "batches",
          "first_step last_step elapsed metrics checkpoints hash session transitions ended best"
            + " infos images scenes sections",
        ],
        ["checkpoints", "step kind parameters training_state"],
        ["description", "session json"],
        [
          "episodes",
          "episode seed first_step stride steps return ending final_state options success ended",
        ],
        ["fields", "subject name type offset count description shape"],
        ["images", "episode t hash png"], ["infos", "step name value text"],
        ["metrics", "step name value"],
        ["rollout", "step episode t state action action_name reward next_state ending"],
        ["run", "key value"], ["scenes", "episode t kind data"],
        ["sessions", "first_step configuration versions started ended writer worlds"],
        ["transitions", "step episode state action reward"],
      ])
    let loose = try database.all(
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0"
        + " AND name NOT LIKE 'sqlite_%'")
    #expect(loose.isEmpty)
  }

  @Test func `a finished recording is one file`() throws {
    let folder = Folder()
    try RandomRun().record(5000, to: folder("deep/er/a.sqlite"))
    #expect(shell("ls -A '\(folder("deep/er"))'").output == "a.sqlite\n")
    let database = try Database(folder("deep/er/a.sqlite"), .reading)
    #expect(try database.first("PRAGMA journal_mode") == [.text("delete")])
    #expect(try database.first("PRAGMA integrity_check") == [.text("ok")])
  }

  @Test func `the description is read back unchanged`() throws {
    let folder = Folder()
    var run = RandomRun().description
    run.tags = ["slippery", "a,b \"c\""]
    run.note = "first\nsecond"
    run.parent = Parent(file: "recordings/x.sqlite", digest: "abc", step: 12)
    run.purpose = .evaluate
    run.preset = "original"
    run.worlds = 3
    let writer = try RecordingWriter(
      creating: folder("a.sqlite"), run, initial: RandomRun().blank.checkpoint(step: 0))
    try writer.finish()
    #expect(try Recording(folder("a.sqlite")).description() == run)
  }

  @Test func `tags and note can be changed later, also while it is written`() throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    var writer = try RecordingWriter(
      creating: path, RandomRun().description, initial: RandomRun().blank.checkpoint(step: 0))
    try RandomRun().play(100, into: &writer)
    try Recording.label(path, adding: ["good"])
    try RandomRun(seed: 2).record(10, to: folder("other.sqlite"))
    try writer.finish()
    try Recording.label(path, note: "it's fine")
    let recording = try Recording(path)
    #expect(try recording.description().tags == ["good"])
    #expect(try recording.description().note == "it's fine")
    #expect(try recording.stepCount() == 100)
    #expect(try recording.audit().difference == nil)
  }

  @Test func `a session has its times, versions and process`() throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    var options = RecordingOptions()
    options.clock = RecordingClock(wall: { 1_700_000_000.25 }, monotonic: { 5 })
    let writer = try RecordingWriter(
      creating: path, RandomRun().description, initial: RandomRun().blank.checkpoint(step: 0),
      options: options)
    let recording = try Recording(path)
    let open = try #require(try recording.sessions().first)
    #expect(open.started == "2023-11-14T22:13:20.250Z")
    #expect(open.versions["sqlite"]?.text == sqliteVersion)
    #expect(open.versions["reel"]?.text == reelVersion)
    #expect(open.writer?.isAlive == true)
    #expect(try recording.status() == .writing)
    try writer.finish()
    let ended = try #require(try recording.sessions().first)
    #expect(ended.ended == "2023-11-14T22:13:20.250Z")
    #expect(ended.writer == nil)
    #expect(try recording.status() == .finished)
  }

  @Test(arguments: [
    (0.0, "1970-01-01T00:00:00.000Z"), (951_782_399.999, "2000-02-28T23:59:59.999Z"),
    (951_782_400, "2000-02-29T00:00:00.000Z"), (4_102_444_800, "2100-01-01T00:00:00.000Z"),
    (.nan, "1970-01-01T00:00:00.000Z"), (1e300, "9999-12-31T23:59:59.000Z"),
  ]) func `times are written in ISO 8601`(seconds: Double, text: String) throws {
    let folder = Folder()
    var options = RecordingOptions()
    options.clock = RecordingClock(wall: { seconds }, monotonic: { 0 })
    let writer = try RecordingWriter(
      creating: folder("a.sqlite"), RandomRun().description,
      initial: RandomRun().blank.checkpoint(step: 0), options: options)
    #expect(try Recording(folder("a.sqlite")).sessions()[0].started == text)
    try writer.finish()
  }
}
