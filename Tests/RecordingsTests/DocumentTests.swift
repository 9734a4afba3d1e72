import Recordings
import Rollouts
import SQLite
import Testing

private let root = Folder.root

/// A code block of a page.
struct CodeBlock: CustomTestStringConvertible, Sendable {
  var number: Int
  var language: String
  var code: String
  var testDescription: String { "\(language) block \(number)" }

  static let all = blocks(of: "format.md")
  /// The blocks that read a recording.
  static let reading = all.prefix { $0.language != "schema" } + [verifier]
  /// The tables, the code that computes the hashes, and a complete writer.
  static let (schema, verifier, writer) = (all[4], all[5], all[6])

  static func blocks(of page: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var open: CodeBlock?
    for line in String(decoding: bytes(of: "\(root)/docs/\(page)"), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    {
      if line.hasPrefix("```") {
        if let block = open { blocks.append(block) }
        open =
          open == nil
          ? CodeBlock(number: blocks.count, language: String(line.dropFirst(3)), code: "") : nil
      } else {
        open?.code += line + "\n"
      }
    }
    return blocks
  }
}

@Suite struct DocumentTests {
  private static let hasTools = shell("sqlite3 --version && python3 --version").status == 0

  /// Runs a block on a recording; returns what it prints.
  private func run(_ block: CodeBlock, on path: String, in folder: Folder) -> (String, Int32) {
    write(Array(block.code.utf8), to: folder("code"))
    let command =
      block.language == "sql"
      ? "sqlite3 -readonly '\(path)' < '\(folder("code"))'"
      : "python3 '\(folder("code"))' '\(path)'"
    let (output, status) = shell(command)
    return (output, status)
  }

  @Test func `the page has its examples`() {
    #expect(
      CodeBlock.all.map(\.language)
        == ["sql", "python", "sql", "sql", "schema", "python", "python"])
  }

  @Test(
    .enabled(if: hasTools, "needs the sqlite3 shell and python3"),
    arguments: CodeBlock.reading,
    [RandomRun(), RandomRun(worlds: 3), RandomRun(usesBytes: true), RandomRun(fractional: true)])
  func `the examples run as they are printed`(block: CodeBlock, run: RandomRun) throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    var options = RecordingOptions()
    options.batchRows = 500
    let writer = try RecordingWriter(
      creating: path, run.description, initial: run.blank.checkpoint(step: 0), options: options)
    var tee = Tee(writer: writer) { writer, step in
      if step % 700 == 0 {
        try writer.record(Metric(step: step, name: "losses/td_loss", value: 1 / Double(step)))
        try writer.record(Metric(step: step, name: "none", value: .nan))
        try writer.record(run.blank.checkpoint(step: step))
      }
    }
    try run.play(3000, into: &tee)
    try tee.finish()
    let recording = try Recording(path)
    let (output, status) = self.run(block, on: path, in: folder)
    #expect(status == 0, "\(output)")
    let lines = output.split(separator: "\n")
    switch block.number {
    case 0:
      let best = try recording.episodes(.best(1))[0]
      let last = try #require(try recording.steps(of: best).last)
      #expect(lines.count == min(3, best.steps))
      #expect(lines[0].hasPrefix("\(last.step)|\(last.t)|"))
      #expect(lines[0].hasSuffix("|\(last.ending.name)"))
    case 1:
      #expect(lines[0] == "maze qtable seed 1")
      #expect(lines.count > 1)
      #expect(lines[1].hasPrefix("episodes     1 –   100: "))
    case 2:
      if !run.usesBytes {
        #expect(lines[0].hasPrefix("0|column|") && lines[1].hasPrefix("0|row|"))
        #expect(lines.count == 4)
      }
    case 3: #expect(lines[0].hasPrefix("3000|3000|"))
    default: #expect(output == (try recording.digest()) + "\n")
    }
  }

  @Test(.enabled(if: hasTools, "needs the sqlite3 shell and python3"))
  func `the printed chain finds a change too`() throws {
    let folder = Folder()
    try RandomRun().record(3000, to: folder("a.sqlite"))
    try Database(folder("a.sqlite"), .writing).execute(
      "UPDATE transitions SET reward = 9 WHERE step = 1234")
    let (output, status) = run(CodeBlock.verifier, on: folder("a.sqlite"), in: folder)
    #expect(status == 1)
    #expect(output == "steps 0 to 2999 are not as they were written\n")
  }

  @Test(.enabled(if: hasTools, "needs the sqlite3 shell and python3"))
  func `the printed writer makes a recording that verifies`() throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    write(Array(CodeBlock.writer.code.utf8), to: folder("code"))
    let (output, status) = shell(
      "python3 '\(folder("code"))' '\(path)' '\(root)/docs/format.md'")
    #expect(status == 0, "\(output)")
    let recording = try Recording(path)
    let report = try recording.audit()
    #expect(report.difference == nil && report.uncovered.isEmpty && report.additions.isEmpty)
    #expect(report.episodes == 100 && report.batches == 10 && report.metrics == 10)
    #expect(try recording.description().program == "example")
    #expect(try recording.episodes(.best(1))[0].ending == .terminated)
    #expect(run(CodeBlock.verifier, on: path, in: folder).0 == (try recording.digest()) + "\n")
  }

  @Test(
    .enabled(if: hasTools, "needs the sqlite3 shell and python3"), arguments: [false, true])
  func `the printed tables are those that are written`(usesBytes: Bool) throws {
    let folder = Folder()
    try RandomRun(usesBytes: usesBytes).record(10, to: folder("a.sqlite"))
    func schema(_ command: String) -> [String] {
      shell(command).output.split(whereSeparator: \.isWhitespace).map(String.init)
    }
    // Of the actions' type, a run of discrete ones alone shows a number.
    let printed = CodeBlock.schema.code.split(separator: "\n").map { line in
      let state = usesBytes ? "BLOB" : "INTEGER"
      return String(line).replacing("state VALUE", with: "state \(state)")
        .replacing("action VALUE", with: "action \(usesBytes ? "BLOB" : "INTEGER")")
    }.joined(separator: "\n")
    write(
      Array((usesBytes ? withoutNames(printed) : printed).utf8), to: folder("schema.sql"))
    _ = shell("sqlite3 '\(folder("b.sqlite"))' < '\(folder("schema.sql"))'")
    let all = "'SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name'"
    let written = schema("sqlite3 '\(folder("a.sqlite"))' \(all)")
    #expect(written.count > 200)
    #expect(written == schema("sqlite3 '\(folder("b.sqlite"))' \(all)"))
  }

  /// The view of a run whose actions have no names.
  private func withoutNames(_ sql: String) -> String {
    sql.replacing("actions.name AS", with: "NULL AS").replacing(
      "\nLEFT JOIN actions ON actions.action = transitions.action;", with: ";")
  }

  @Test(.enabled(if: hasTools, "needs the sqlite3 shell and python3"), arguments: fixtures)
  func `the page of format 1 still verifies it`(
    name: String, digest: String, steps: Int, episodes: Int
  ) throws {
    let folder = Folder()
    let path = "\(root)/Tests/RecordingsTests/Fixtures/\(name)"
    let block = try #require(CodeBlock.blocks(of: "format-1.md").last)
    #expect(run(block, on: path, in: folder).0 == digest + "\n")
  }

  @Test(.enabled(if: hasTools, "needs the sqlite3 shell and python3"))
  func `a live recording is copied as the page says`() throws {
    let folder = Folder()
    let path = folder("a.sqlite")
    let run = RandomRun()
    var writer = try RecordingWriter(
      creating: path, run.description, initial: run.blank.checkpoint(step: 0))
    try run.play(100_000, into: &writer)
    let copied = shell("sqlite3 '\(path)' \"VACUUM INTO '\(folder("copy.sqlite"))'\"")
    #expect(copied.status == 0, "\(copied.output)")
    let copy = try Recording(folder("copy.sqlite"))
    #expect(try copy.stepCount() > 0)
    #expect(try copy.audit().difference == nil)
    #expect(try copy.status() == .interrupted)
    try writer.finish()
    #expect(try Recording(path).stepCount() == 100_000)
  }

  /// Recordings that were made once and must stay readable: the file, and what it holds.
  static let fixtures = [
    (
      "format-1.sqlite", "e588793f68e79dcc17316b393934683ca62a387333e7be06cdf28be0a3f4e9e7", 600, 20
    ),
    (
      "format-1-blobs.sqlite", "9a5c7a04f7fa9ce5ba56d9bce6cbf3335ddd89ae6d7af0bcfdcf7faf24c378a8",
      90, 23
    ),
  ]

  /// Format 2, with the same digest.
  private static let newest = ("format-2.sqlite", fixtures[0].1, 600, 20)

  @Test(arguments: fixtures + [newest])
  func `a recording of every format stays readable`(
    name: String, digest: String, steps: Int, episodes: Int
  ) throws {
    let folder = Folder()
    write(bytes(of: "\(root)/Tests/RecordingsTests/Fixtures/\(name)"), to: folder("a.sqlite"))
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.digest() == digest)
    #expect(try recording.audit().difference == nil)
    #expect(try recording.counts().steps == steps)
    #expect(try recording.counts().episodes == episodes)
    #expect(
      try recording.description().world.actions.map(\.name) == ["up", "down", "left", "right"])
    #expect(try recording.status() == .finished)
    #expect(try recording.steps(in: 0..<steps).count == steps)
  }

  @Test(arguments: fixtures)
  func `a copy of format 1 has the newest format and the same digest`(
    name: String, digest: String, steps: Int, episodes: Int
  ) throws {
    let folder = Folder()
    write(bytes(of: "\(root)/Tests/RecordingsTests/Fixtures/\(name)"), to: folder("a.sqlite"))
    let old = try Recording(folder("a.sqlite"))
    #expect(try old.copy(to: folder("b.sqlite")))
    let new = try Recording(folder("b.sqlite"))
    #expect(try new.digest() == digest)
    let report = try new.audit()
    #expect(report.difference == nil && report.steps == steps && report.episodes == episodes)
    #expect(try new.steps(in: 0..<steps) == old.steps(in: 0..<steps))
    #expect(try new.episodes() == old.episodes())
    let version = shell("sqlite3 '\(folder("b.sqlite"))' 'PRAGMA user_version'").output
    #expect(version == "2\n")
  }

  /// Made by the Python package: three parallel worlds, where resets leave numbers unused; and pixels.
  @Test(arguments: [
    (
      "format-2-vector.sqlite", "f834d4e31b9f1a4b5bdaf66375a4ace1173968fdb5d4fc3c7f6eff80cffa06e4",
      344, 360, 3
    ),
    (
      "format-2-pixels.sqlite", "65a3671785fe482e787d0060d001c9dd4233fecfc7b4f89615765f79b0e58da2",
      100, 100, 1
    ),
  ])
  func `a recording of another program stays readable`(
    name: String, digest: String, transitions: Int, numbers: Int, interrupted: Int
  ) throws {
    let folder = Folder()
    write(bytes(of: "\(root)/Tests/RecordingsTests/Fixtures/\(name)"), to: folder("a.sqlite"))
    let recording = try Recording(folder("a.sqlite"))
    #expect(try recording.description().program == "python")
    #expect(try recording.digest() == digest)
    let report = try recording.audit()
    #expect(report.difference == nil && report.steps == numbers)
    #expect(report.images == (name.contains("pixels") ? 103 : 0))
    #expect(try recording.counts().transitions == transitions)
    #expect(try recording.steps(in: 0..<numbers).count == transitions)
    let episodes = try recording.episodes()
    #expect(episodes.count { $0.ending == .interrupted } == interrupted)
    #expect(episodes.map(\.steps).reduce(0, +) == transitions)
    // Each episode has its steps, one after the other.
    for episode in episodes {
      #expect(try recording.steps(of: episode).map(\.t) == Array(0..<episode.steps))
    }
  }
}
