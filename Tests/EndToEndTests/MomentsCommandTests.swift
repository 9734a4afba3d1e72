import Film
import Platform
import Rollouts
import TestSupport
import Testing

/// `reel moments` and the film of moments, on the command line.
@Suite struct MomentsCommandTests {
  private static let kinds: Set = [
    "first_success", "best_episode", "worst_episode", "longest_episode", "plateau_ended",
    "collapse", "episode_loop", "largest_td_error", "largest_value_drop", "greedy_path_changed",
    "greedy_loop", "largest_td_loss", "largest_q_values_drop",
  ]

  private func moments(_ file: String, in folder: String) throws -> [JSON] {
    let outcome = try Program.reel("moments", file, "--json", in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try JSON(parsing: outcome.output).elements()
  }

  @Test func `a table's moments are listed in order, and each comes with its command`() throws {
    try Tour.use { folder in
      #expect(
        try Program.reel(line: "train maze --seed 1 -o 'my run.sqlite'", in: folder).code == 0)
      let moments = try moments("my run.sqlite", in: folder)
      let steps = moments.compactMap { $0["step"]?.int }
      #expect(steps == steps.sorted() && steps.count == moments.count)
      let kinds = moments.compactMap { $0["kind"]?.text }
      #expect(Set(kinds).isSubset(of: Self.kinds) && Set(kinds).count == moments.count)
      #expect(
        Set(kinds).isSuperset(of: [
          "first_success", "best_episode", "worst_episode", "largest_td_error",
          "greedy_path_changed",
        ]))
      let text = try Program.reel("moments", "my run.sqlite", in: folder).output
      for moment in moments {
        guard case .object(let members) = moment, let command = moment["command"]?.text,
          let episode = moment["episode"]?.int, let step = moment["step"]?.int,
          let t = moment["t"]?.int, let sentence = moment["sentence"]?.text
        else {
          Issue.record("\(moment.compact)")
          continue
        }
        #expect(
          members.map(\.key) == ["kind", "step", "episode", "t", "value", "sentence", "command"])
        let row = try Program.shell(
          "sqlite3 'my run.sqlite' 'SELECT episode, \(step) - first_step FROM transitions JOIN episodes"
            + " USING (episode) WHERE step = \(step)'", in: folder)
        #expect(row.output == "\(episode)|\(t)\n")
        #expect(sentence.hasSuffix(".") && text.contains("\n  \(sentence)\n  \(command)\n"))
        if command.hasPrefix("reel film") {
          #expect(command == "reel film 'my run.sqlite' --episode \(episode)")
          let outcome = try Program.reel(
            line: "\(command.dropFirst(5)) -o x.gif --force", in: folder)
          #expect(outcome.code == 0, "\(outcome.errors)")
        } else {
          #expect(command == "reel explain 'my run.sqlite' --at \(step)")
        }
      }
    }
  }

  @Test func `networks, evaluations, thinned copies and parallel worlds have moments too`()
    throws
  {
    try Tour.use { folder in
      for line in [
        "train snake --set episodes=0 --set steps=1500 --set hidden=16 -o snake.sqlite",
        "evaluate snake.sqlite --steps 300 -o played.sqlite",
        "copy snake.sqlite --prune 'episodes every 5' -o thin.sqlite",
        "train reacher --steps 2048 --set worlds=4 --set rollout=64 -o reacher.sqlite",
      ] {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "\(line): \(outcome.errors)")
      }
      for file in ["snake", "played", "thin", "reacher"] {
        let moments = try moments("\(file).sqlite", in: folder)
        #expect(moments.contains { $0["kind"]?.text == "best_episode" }, "\(file)")
        for moment in moments where moment["command"]?.text?.hasPrefix("reel film") == true {
          let line = try #require(moment["command"]?.text?.dropFirst(5))
          let outcome = try Program.reel(line: "\(line) -o x.gif --force", in: folder)
          #expect(outcome.code == 0, "\(line): \(outcome.errors)")
        }
        let film = try Program.reel(
          line: "film \(file).sqlite --moments --size 160 -o \(file).gif", in: folder)
        #expect(film.code == 0, "\(film.errors)")
      }
      #expect(
        try moments("snake.sqlite", in: folder).contains { $0["kind"]?.text == "largest_td_loss" })
    }
  }

  @Test
  func `a text is refused with one sentence, and a run without a finished episode has no moments`()
    throws
  {
    try Tour.use { folder in
      let poem = "for line in $(seq 40); do echo 'The cat sat on the mat.'; done > poem.txt"
      #expect(try Program.shell(poem, in: folder).code == 0)
      let text =
        "train text --text poem.txt --preset nano --steps 2 --set layers=1 --set width=16"
        + " --set context=16 --set batch=4 -o text.sqlite"
      #expect(try Program.reel(line: text, in: folder).code == 0)
      for line in ["moments text.sqlite", "film text.sqlite --moments"] {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("no steps to play"), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
      }
      let short =
        "train reacher --steps 32 --set worlds=1 --set rollout=32 --set minibatch=32"
        + " -o short.sqlite"
      #expect(try Program.reel(line: short, in: folder).code == 0)
      let outcome = try Program.reel("moments", "short.sqlite", in: folder)
      #expect(outcome.code == 0 && outcome.errors.contains("no episode is over"))
      #expect(try moments("short.sqlite", in: folder).isEmpty)
      let film = try Program.reel("film", "short.sqlite", "--moments", in: folder)
      #expect(film.code == 1 && film.errors.contains("no moment to show"))
    }
  }

  @Test func `the film of moments has a clip for each, and is not combined with other choices`()
    throws
  {
    try Tour.use { folder in
      #expect(try Program.reel(line: "train maze --seed 1 -o m.sqlite", in: folder).code == 0)
      let film = try Program.reel(line: "film m.sqlite --moments --json", in: folder)
      #expect(film.code == 0, "\(film.errors)")
      let frames = try moments("m.sqlite", in: folder).map { moment in
        let episode = try #require(moment["episode"]?.int)
        let sql = "SELECT steps FROM episodes WHERE episode = \(episode)"
        let steps = try Program.shell("sqlite3 m.sqlite '\(sql)'", in: folder).output
        let shown = try (#require(moment["t"]?.int) + 1, #require(Int(steps.dropLast())))
        return shown.1 <= 80 ? shown.1 + 1 : min(60, shown.0) + 1 + min(20, shown.1 - shown.0)
      }
      #expect(try JSON(parsing: film.output)["frames"]?.int == frames.reduce(0, +))
      #expect(Files.exists("\(folder)/output/m-moments.gif"))
      for options in [
        "--episode 3", "--learning", "--grid 2x2", "--compare m.sqlite", "--caption Words",
        "--every 2",
      ] {
        let outcome = try Program.reel(line: "film m.sqlite --moments \(options)", in: folder)
        #expect(outcome.code == 64, "\(options): \(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
      }
    }
  }
}
