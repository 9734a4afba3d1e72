import Foundation
import TestSupport
import Testing

/// Tab in a real bash, zsh and fish, the manual in a real man, and the topics of help.
@Suite struct CompletionTests {
  /// What may follow a command line, word by word.
  private func candidates(_ words: String..., in folder: String = "/tmp") throws -> [String] {
    let outcome = try Program.run(Program.reel(), ["--complete"] + words, in: folder)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(words): \(outcome.errors)")
    return outcome.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
  }

  @Test func `verbs, options, worlds, presets, maps, settings and episodes are offered`() throws {
    try withTemporaryFolder { folder in
      try train("maze --episodes 30 --seed 1 -o maze.sqlite", in: folder)
      try train("snake --steps 3000 --seed 1 -o snake.sqlite", in: folder)
      #expect(try candidates("").count > 30)
      #expect(try candidates("comp") == ["compare", "completions"])
      #expect(try candidates("help", "exit") == ["exit-codes"])
      #expect(try candidates("train", "la") == ["lake"])
      #expect(try candidates("train", "lake", "--pre") == ["--preset"])
      #expect(try candidates("train", "lake", "--preset", "o") == ["original"])
      #expect(try candidates("train", "lake", "--preset=o") == ["--preset=original"])
      #expect(try candidates("train", "lake", "--map", "") == ["4x4", "8x8", ":all"])
      #expect(try candidates("train", "maze", "--set", "alp") == ["alpha="])
      #expect(try candidates("train", "maze", "--set", "alpha=") == ["alpha=0.1"])
      #expect(try candidates("train", "snake", "--set", "observation=p") == ["observation=paths"])
      #expect(try candidates("film", "") == [":recordings"])
      #expect(
        try candidates("film", "maze.sqlite", "--theme", "", in: folder) == ["light", "dark"])
      let episodes = try candidates("film", "maze.sqlite", "--episode", "", in: folder)
      #expect(episodes.prefix(3) == ["first", "last", "best"] && episodes.contains("30"))
      #expect(
        try candidates("curve", "snake.sqlite", "--of", "losses/td", in: folder) == [
          "losses/td_loss"
        ]
      )
      #expect(try candidates("fork", "maze.sqlite", "--set", "gam", in: folder) == ["gamma="])
      // An option that was given is not offered again, unless it may be repeated.
      #expect(try candidates("train", "--seed", "3", "--see") == ["--seeds"])
      #expect(try candidates("train", "--set", "a=1", "--se").contains("--set"))
    }
  }

  @Test func `wrong words before the cursor give no candidates and no error`() throws {
    for words in [
      ["nothing", ""], ["film", "absent.sqlite", "--episode", "4"],
      ["train", "--nothing", "x", "--"],
    ] {
      let outcome = try Program.run(Program.reel(), ["--complete"] + words, in: "/tmp")
      #expect(outcome.code == 0 && outcome.errors.isEmpty)
    }
    #expect(try candidates("nothing", "").isEmpty)
    #expect(try candidates("film", "absent.sqlite", "--episode", "4").isEmpty)
  }

  @Test func `a real bash completes`() throws {
    try withTemporaryFolder { folder in
      try recordings(in: folder)
      func completed(_ line: String) throws -> String {
        try run(
          "/bin/bash",
          """
          source <(reel completions bash)
          COMP_LINE='\(line)'; COMP_POINT=${#COMP_LINE}; read -a COMP_WORDS <<< "$COMP_LINE"
          _reel; echo "${COMPREPLY[*]}"
          """, in: folder)
      }
      #expect(try completed("reel tr") == "train")
      #expect(try completed("reel film ru") == "runs")
      #expect(try completed("reel film runs/") == "runs/maze.sqlite")
      #expect(try completed("reel film runs/maze.sqlite --episode be") == "best")
      // Bash treats what precedes = as a separate word.
      #expect(try completed("reel train maze --set alpha=") == "0.1")
      #expect(try completed("reel copy runs/maze.sqlite -o runs/n") == "runs/note.txt")
    }
  }

  @Test func `a real fish completes`() throws {
    try withTemporaryFolder { folder in
      try recordings(in: folder)
      func completed(_ line: String) throws -> [String] {
        try run(
          "/usr/bin/fish", "reel completions fish | source; complete -C '\(line)'", in: folder
        ).split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
      }
      #expect(try completed("reel tr") == ["train"])
      #expect(try completed("reel film runs/m") == ["runs/maze.sqlite"])
      #expect(try completed("reel film runs/maze.sqlite --episode be") == ["best"])
      #expect(try completed("reel train maze --set alpha=") == ["alpha=0.1"])
      #expect(try completed("reel train lake --preset=o") == ["--preset=original"])
    }
  }

  @Test func `a real zsh completes`() throws {
    try withTemporaryFolder { folder in
      try recordings(in: folder)
      /// The line after Tab, typed into a zsh in a pseudo-terminal.
      func completed(_ line: String) throws -> String {
        let screen = try run(
          "/usr/bin/zsh",
          """
          zmodload zsh/zpty
          mkdir -p fpath && reel completions zsh > fpath/_reel
          zpty shell zsh -f -i
          zpty -w shell "PS1='>'; fpath=($PWD/fpath \\$fpath); autoload -U compinit; compinit -u -d $PWD/dump"
          zpty -w shell "bindkey '^I' complete-word; print-line() { print -r -- \\"<<\\$BUFFER>>\\" }"
          zpty -w shell "zle -N print-line; bindkey '^O' print-line; echo is''ready"
          zpty -r shell out '*isready*'
          zpty -w -n shell '\(line)'$'\\t\\x0f'
          zpty -r shell out '*<<*>>*'
          print -r -- $out
          """, in: folder)
        let parts = screen.components(separatedBy: "<<")
        return parts.last?.components(separatedBy: ">>").first ?? ""
      }
      #expect(try completed("reel tr") == "reel train ")
      #expect(try completed("reel film runs/m") == "reel film runs/maze.sqlite ")
      #expect(
        try completed("reel film runs/maze.sqlite --episode be")
          == "reel film runs/maze.sqlite --episode best ")
      #expect(try completed("reel train maze --set alph") == "reel train maze --set alpha=")
    }
  }

  @Test func `every verb has a page that man shows without warnings`() throws {
    let verbs = try Program.reel("help", "--verbs", in: "/tmp").output.split(separator: "\n")
    #expect(verbs.count > 30)
    for verb in [""] + verbs.map(String.init) {
      let shown = try Program.shell(
        "\(try Program.reel()) help --man \(verb) | MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l -",
        in: "/tmp")
      #expect(shown.code == 0 && shown.errors.isEmpty, "\(verb): \(shown.errors)")
      #expect(shown.output.contains(verb.isEmpty ? "SYNOPSIS" : "reel \(verb)"), "\(verb)")
    }
    let train = try Program.shell(
      "\(try Program.reel()) help --man train | MANWIDTH=80 man -l - | col -b", in: "/tmp")
    #expect(train.output.contains("--seeds SEEDS"))
    #expect(train.output.contains("reel train maze --events - | grep -m 1 '\"return\":9[0-9]'"))
  }

  @Test func `the examples in the help topics work`() throws {
    try withTemporaryFolder { folder in
      try train("maze --episodes 30 --seed 1 -o recordings/maze.sqlite", in: folder)
      let conditions = try Program.reel("help", "where", in: folder).output
        .matches(of: /--where '.+'/).map { String($0.output) }
      // The first shows the general form.
      #expect(conditions.count == 4)
      for condition in conditions.dropFirst() {
        let listed = try Program.reel(
          line: "episodes recordings/maze.sqlite \(condition)", in: folder)
        #expect(
          listed.code == 0 || listed.errors.contains("none"), "\(condition): \(listed.errors)")
      }
      let choices = try Program.reel("help", "episodes", in: folder).output
      for choice in [
        "first,last", "best", "worst", "best 3", "worst 3", "median", "all", "7", "10-20",
        "first,7,best",
      ] {
        #expect(choices.contains(choice.split(separator: ",")[0]))
        let listed = try Program.reel(
          "episodes", "recordings/maze.sqlite", "--episode", choice, in: folder)
        #expect(listed.code == 0, "\(choice): \(listed.errors)")
      }
      let settings = try Program.reel("help", "settings", in: folder).output
      let schedules = settings.matches(of: /(linear|cosine|exponential|ramp)\([0-9.,]+\)/)
        .map { String($0.output.0) }
      #expect(schedules.count >= 4)
      for schedule in schedules {
        let trained = try Program.reel(
          "train", "maze", "--episodes", "2", "--set", "epsilon=\(schedule)", "--force", in: folder)
        #expect(trained.code == 0, "\(schedule): \(trained.errors)")
      }
      let shown = try Program.shell(
        "sqlite3 recordings/maze.sqlite 'SELECT * FROM rollout LIMIT 5'", in: folder)
      #expect(shown.output.split(separator: "\n").count == 5)
    }
  }

  private func train(_ words: String, in folder: String) throws {
    let trained = try Program.reel(line: "train \(words)", in: folder)
    try #require(trained.code == 0, "\(trained.errors)")
  }

  /// A folder `runs` with a recording and something else.
  private func recordings(in folder: String) throws {
    try train("maze --episodes 3 --seed 1 -o runs/maze.sqlite", in: folder)
    try "".write(toFile: "\(folder)/runs/note.txt", atomically: true, encoding: .utf8)
  }

  /// What a shell prints, with the program on its path.
  private func run(_ shell: String, _ script: String, in folder: String) throws -> String {
    let place = URL(fileURLWithPath: try Program.reel()).deletingLastPathComponent().path
    let outcome = try Program.run(
      "/usr/bin/env", ["PATH=\(place):/usr/bin:/bin", "HOME=\(folder)", shell, "-c", script],
      in: folder)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    return outcome.output.trimmingCharacters(in: .newlines)
  }
}
