import TestSupport
import Testing

/// Wrong inputs that once caused a trap or a hang; each is now refused with one sentence, or drawn.
@Suite struct FoundCaseTests {
  @Test func `a generated text with a token that its model does not have`() throws {
    try withTemporaryFolder { folder in
      let script = """
        yes 'the cat sees the mouse.' | head -60 > text.txt
        reel train text --text text.txt --set steps=2 --set layers=1 --set heads=2 --set width=8 \
          --set context=8 -o model.sqlite --quiet
        reel generate model.sqlite --prompt the --tokens 12 -o a.sqlite --quiet
        sqlite3 a.sqlite 'UPDATE transitions SET action = 4294967296 WHERE step = 5'
        """
      try run(script, in: folder)
      for verb in [
        "film a.sqlite --episode 1 -o a.gif", "heatmap a.sqlite --of attention -o a.png",
      ] {
        try refuses(verb, in: folder)
      }
    }
  }

  @Test func `a recording that names fewer actions than its world has`() throws {
    try withTemporaryFolder { folder in
      let script = """
        reel train maze --episodes 20 -o a.sqlite --quiet
        sqlite3 a.sqlite 'DELETE FROM actions WHERE rowid = (SELECT max(rowid) FROM actions)'
        """
      try run(script, in: folder)
      for verb in [
        "report a.sqlite -o a.html", "heatmap a.sqlite -o a.png", "explain qtable a.sqlite",
      ] {
        try refuses(verb, in: folder)
      }
    }
  }

  @Test func `a recording whose state layout differs from its world's`() throws {
    try withTemporaryFolder { folder in
      let script = """
        reel train maze --episodes 20 -o a.sqlite --quiet
        sqlite3 a.sqlite "UPDATE fields SET count = 1 WHERE name = 'row'"
        """
      try run(script, in: folder)
      for verb in [
        "report a.sqlite -o a.html", "heatmap a.sqlite --of td-error -o a.png",
        "explain qtable a.sqlite", "q a.sqlite --state 0",
      ] {
        try refuses(verb, in: folder)
      }
    }
  }

  @Test func `a recording with an impossible time of its batches`() throws {
    try withTemporaryFolder { folder in
      let script = """
        reel train maze --episodes 20 -o a.sqlite --quiet
        sqlite3 a.sqlite "UPDATE batches SET elapsed = 9e999"
        """
      try run(script, in: folder)
      for verb in ["report a.sqlite -o a.html", "train --resume a.sqlite --until 9000"] {
        try refuses(verb, in: folder)
      }
      try run("sqlite3 a.sqlite 'UPDATE batches SET elapsed = 1e308'", in: folder)
      #expect(try Program.reel(line: "report a.sqlite -o a.html", in: folder).code == 0)
    }
  }

  @Test func `a recording without steps`() throws {
    try withTemporaryFolder { folder in
      let script = """
        reel train maze --episodes 20 -o a.sqlite --quiet
        sqlite3 a.sqlite "DELETE FROM transitions"
        """
      try run(script, in: folder)
      for verb in ["report a.sqlite -o a.html", "film a.sqlite -o a.gif", "verify a.sqlite"] {
        try refuses(verb, in: folder)
      }
    }
  }

  @Test func `metrics and returns that are too large to be drawn are left out`() throws {
    try withTemporaryFolder { folder in
      let script = """
        reel train maze --episodes 60 -o a.sqlite --quiet
        sqlite3 a.sqlite "UPDATE metrics SET step = -9223372036854775808 WHERE rowid % 7 = 3;
          UPDATE episodes SET return = CASE episode % 9 WHEN 3 THEN 1e308 WHEN 5 THEN -1e308
            WHEN 7 THEN 9e999 ELSE return END"
        """
      try run(script, in: folder)
      for verb in [
        "curve a.sqlite", "curve a.sqlite --of charts/epsilon", "curve a.sqlite -o a.png",
        "curve a.sqlite --of charts/epsilon -o b.png", "report a.sqlite -o a.html",
      ] {
        let outcome = try Program.reel(line: verb, in: folder)
        #expect(outcome.code == 0, "\(verb): \(outcome.errors)")
      }
    }
  }

  @Test func `a fork of a recording that lacks rows`() throws {
    try withTemporaryFolder { folder in
      let script = """
        reel train snake --episodes 2 --set hidden=4 -o a.sqlite --quiet
        sqlite3 a.sqlite 'DELETE FROM transitions WHERE step BETWEEN 20 AND 29'
        """
      try run(script, in: folder)
      try refuses("fork a.sqlite --at 40 -o b.sqlite", in: folder)
    }
  }

  @Test func `a model folder with a pipe, a device or a folder in place of a file`() throws {
    let reference = "\(Repository.root)/Tests/Reference/tiny-gpt2"
    for file in ["config.json", "vocab.json", "merges.txt", "model.safetensors"] {
      for other in ["mkfifo", "mkdir", "ln -s /dev/zero"] {
        try withTemporaryFolder { folder in
          let script = "cp -r \(reference) model; rm model/\(file); \(other) model/\(file)"
          #expect(try Program.shell(script, in: folder).code == 0)
          try refuses("generate --model model --tokens 3", in: folder)
        }
      }
    }
  }

  @Test func `a text recording whose settings ask for a different model`() throws {
    try withTemporaryFolder { folder in
      let small = "--set layers=1 --set heads=2 --set width=8 --set context=8 --set steps=2"
      let script = """
        yes 'the cat sees the mouse.' | head -60 > text.txt
        reel train text --text text.txt \(small) -o whole.sqlite --quiet
        """
      try run(script, in: folder)
      for (name, value) in [
        ("width", "4096"), ("layers", "48"), ("context", "512"), ("tokens", "'pairs'"),
      ] {
        let set = "json_set(configuration, '$.\(name)', \(value))"
        try run(
          "cp whole.sqlite a.sqlite; sqlite3 a.sqlite \"UPDATE sessions SET configuration = \(set)\"",
          in: folder)
        try refuses("train --resume a.sqlite --until 4", in: folder)
        try refuses("fork a.sqlite --at 2 -o b.sqlite", in: folder)
      }
      for (name, value) in [
        ("adam_steps", "9223372036854775807"), ("adam_steps", "-1"), ("model.layers", "1048576"),
        ("model.width", "1048576"), ("model.context", "1048576"), ("model.heads", "0"),
        ("tokenizer.alphabet", "''"),
      ] {
        let set = "json_set(training_state, '$.\(name)', \(value))"
        try run(
          "cp whole.sqlite a.sqlite; sqlite3 a.sqlite \"UPDATE checkpoints SET training_state = \(set)\"",
          in: folder)
        let isModel = name.hasPrefix("model")
        try refuses(
          isModel ? "generate a.sqlite --tokens 3" : "train --resume a.sqlite --until 4", in: folder
        )
      }
    }
  }

  private func run(_ script: String, in folder: String) throws {
    let line = script.replacing("reel ", with: "\(try Program.reel()) ")
    let outcome = try Program.shell("set -e\n\(line)", in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  private func refuses(_ line: String, in folder: String) throws {
    let outcome = try Program.reel(line: line, in: folder)
    #expect(outcome.code == 1, "\(line): \(outcome.code)")
    #expect(outcome.errors.hasPrefix("reel: "), "\(outcome.errors)")
  }
}
