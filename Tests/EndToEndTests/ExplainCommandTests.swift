import Foundation
import Rollouts
import TestSupport
import Testing

/// `reel explain` on the command line.
@Suite struct ExplainCommandTests {
  /// Made once, and ignored by git.
  private static let folder = Result { () throws -> String in
    let folder = "\(Repository.root)/.scratch/explain"
    let text = (0..<400).map { "line \($0) of a text that says little\n" }.joined()
    _ = try Program.shell("rm -rf '\(folder)'; mkdir -p '\(folder)'", in: Repository.root)
    try text.write(toFile: "\(folder)/text.txt", atomically: false, encoding: .utf8)
    for line in [
      "train maze --seed 1 -o maze.sqlite",
      "train lake --seed 2 --set episodes=300 -o lake.sqlite",
      "evaluate maze.sqlite --episodes 3 -o played.sqlite",
      "train snake --seed 1 --set episodes=6 -o snake.sqlite",
      "train reacher --seed 1 --set steps=6000 -o reacher.sqlite",
      "train breakout --policy gpt --seed 1 --set steps=4096 --set width=16 --set heads=2"
        + " --set inner=32 -o letters.sqlite",
      "train text --text text.txt --preset nano --set steps=40 --set snapshot_every=25"
        + " -o text.sqlite",
      "generate text.sqlite --prompt line --tokens 60 -o written.sqlite",
    ] {
      let outcome = try Program.reel(line: "\(line) --quiet", in: folder)
      guard outcome.code == 0 else { throw Failed(line: line, errors: outcome.errors) }
    }
    return folder
  }

  private struct Failed: Error {
    var line: String
    var errors: String
  }

  private func explain(_ line: String) throws -> Program.Outcome {
    try Program.reel(line: "explain \(line)", in: Self.folder.get())
  }

  private func json(_ line: String) throws -> JSON {
    let outcome = try explain("\(line) --json")
    #expect(outcome.code == 0, "\(line): \(outcome.errors)")
    return try JSON(parsing: outcome.output)
  }

  @Test(arguments: [
    ("maze --at 500", "table"), ("lake --at 77", "table"), ("played --at 2", "table"),
    ("snake --at 150", "dqn"), ("reacher --at 2500", "ppo"), ("letters --at 1000", "ppo"),
    ("text --at 30", "batch"), ("written --at 20", "token"),
  ])
  func `every kind of learner is explained in words, in JSON and as a picture`(
    what: String, kind: String
  ) throws {
    let words = what.split(separator: " ", maxSplits: 1)
    let line = "\(words[0]).sqlite \(words[1])"
    let text = try explain(line)
    #expect(text.code == 0, "\(text.errors)")
    #expect(text.output.count > 200, "\(text.output)")
    #expect(try json(line)["kind"]?.text == kind)
    for (ending, theme, size) in [
      ("png", "light", 1280), ("png", "dark", 640), ("svg", "light", 640),
    ] {
      let file = "\(kind)-\(words[0])-\(size)-\(theme).\(ending)"
      let drawn = try explain("\(line) -o \(file) --theme \(theme) --size \(size) --force")
      #expect(drawn.code == 0, "\(file): \(drawn.errors)")
      #expect(drawn.output == "\(file)\n")
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder.get())/\(file)"))
      #expect(bytes.count > 5000, "\(file)")
    }
  }

  @Test func `a film of an explanation ends with its picture`() throws {
    let folder = try Self.folder.get()
    for line in ["-o one.gif --size 480", "-o one.png --size 480"] {
      let outcome = try explain("maze.sqlite --at 700 \(line) --force")
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    #expect(try DecodedGIF("\(folder)/one.gif").frames.count > 40)
    #expect(try explain("maze.sqlite --at 700 -o one.gif").code != 0, "nothing is overwritten")
  }

  @Test func `a step is named by its number, by its episode, by a percentage or as the end`() throws
  {
    let last = try json("maze.sqlite")
    let steps = try #require(last["step"]?.int)
    #expect(try json("maze.sqlite --at end")["step"]?.int == steps)
    #expect(try json("maze.sqlite --at \(steps)")["step"]?.int == steps)
    #expect(try json("maze.sqlite --at 50%")["step"]?.int == ((steps + 1) + 1) / 2)
    let best = try json("maze.sqlite --episode best --t 2")
    #expect(best["t"]?.int == 2)
    let step = try #require(best["step"]?.int)
    #expect(try json("maze.sqlite --at \(step)") == best)
    // Parallel worlds take turns.
    let arm = try json("reacher.sqlite --episode 3 --t 4")
    #expect(arm["episode"]?.int == 3 && arm["t"]?.int == 4)
  }

  @Test(arguments: [
    ("maze.sqlite --at 99999999", 64, "there is no step 99999999"),
    ("maze.sqlite --at 5 --episode 1", 64, "both name a step"),
    ("maze.sqlite --t 5", 64, "needs --episode"),
    ("maze.sqlite --episode 1 --t 5000", 64, "so there is none at 5000"),
    ("maze.sqlite --cell 9,9", 64, "no state 9,9 among 4×4"),
    ("snake.sqlite --cell 1,1", 1, "has no Q-table"),
    ("nowhere.sqlite --at 5", 1, "nowhere.sqlite"), ("qtabel", 64, "did you mean qtable"),
    ("qtable --at 5", 64, "is a topic"), ("maze.sqlite other.sqlite", 64, "unexpected argument"),
    ("maze.sqlite --at 5 -o a.pdf", 64, ".png"),
  ])
  func `what cannot be explained is refused with one sentence`(
    line: String, code: Int32, sentence: String
  ) throws {
    let outcome = try explain(line)
    #expect(outcome.code == code, "\(line): \(outcome.output)\(outcome.errors)")
    #expect(outcome.errors.contains(sentence), "\(line): \(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test func `the updates of a cell are those of the log`() throws {
    let folder = try Self.folder.get()
    let history = try json("maze.sqlite --cell 2,1")
    let state = try #require(history["state"]?.int)
    let known = try Program.shell(
      "sqlite3 -readonly maze.sqlite 'SELECT step FROM transitions WHERE state = \(state)'",
      in: folder
    ).output.split(separator: "\n").compactMap { Int($0) }
    guard case .array(let updates)? = history["updates"] else {
      Issue.record("no updates")
      return
    }
    #expect(updates.compactMap { $0["step"]?.int } == known)
    // Each starts from the value that its action had by then.
    var values: [String: Double] = [:]
    for update in updates {
      let action = try #require(update["action"]?.text)
      #expect(update["before"]?.double == values[action] ?? 0)
      values[action] = update["after"]?.double
    }
    #expect(updates.contains { $0["mattered"]?.text == "the first change" })
    let text = try explain("maze.sqlite --cell 2,1")
    #expect(text.output.contains("\(known.count) updates up to step"))
  }

  @Test func `an existing file with the name of a topic is a recording`() throws {
    try withTemporaryFolder { folder in
      #expect(
        try Program.shell("cp '\(Self.folder.get())/maze.sqlite' qtable", in: folder).code == 0)
      let outcome = try Program.reel("explain", "qtable", in: folder)
      #expect(outcome.output.hasPrefix("step "), "\(outcome.output)")
    }
  }

  @Test func `steps of the last rollout are explained, in a run and in its fork`() throws {
    let last = try json("reacher.sqlite --at end")
    #expect(last["update"] != .null)
    try withTemporaryFolder { folder in
      let made = try Program.shell(
        "cp '\(Self.folder.get())/reacher.sqlite' a.sqlite", in: folder)
      #expect(made.code == 0)
      let fork = try Program.reel(
        line: "fork a.sqlite --at 4096 --set steps=6000 -o b.sqlite --quiet", in: folder)
      #expect(fork.code == 0, "\(fork.errors)")
      let explained = try Program.reel(line: "explain b.sqlite --at 5000 --json", in: folder)
      #expect(explained.code == 0, "\(explained.errors)")
    }
  }
}
