import Foundation
import Platform
import Rollouts
import TestSupport
import Testing

/// A language model on the command line: trained, stopped, resumed, sampled, drawn.
struct TextCommandTests {
  @Test func `prompts are read from standard input line by line, whatever they contain`() throws {
    try withTemporaryFolder { folder in
      let model = "\(Repository.root)/Tests/Reference/tiny-gpt2"
      let script = """
        (printf 'a\\r\\n\\n'; printf e; yes '\u{301}\u{323}' | head -400000 | tr -d '\\n'; \
          printf '\\nlast') \
          | timeout 60 \(try Program.reel()) generate --model \(model) --prompt - --tokens 1 --json \
          | grep -c '"tokens": 1'
        """
      let outcome = try Program.shell(script, in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output == "4\n")
    }
  }

  private static let quick =
    "--preset nano --set batch=4 --set evaluation_batches=1 --set evaluate_every=20 "
    + "--set snapshot_every=20 --quiet"

  /// Runs `body` in a folder with a poem; its second argument runs a line and returns what was printed.
  private func withPoem(
    _ body: (_ folder: String, _ reel: (String) throws -> Program.Outcome) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let poem = String(
        repeating: "the cat sat on the mat, and the dog sat on the log.\n", count: 60)
      try Files.write(Array(poem.utf8), toNewFile: "\(folder)/poem.txt")
      try body(folder) { try Program.reel(line: $0, in: folder) }
    }
  }

  @Test func `training resumes where it stopped, to the same digest`() throws {
    try withPoem { folder, reel in
      let train = "train text --text poem.txt \(Self.quick)"
      for line in [
        "\(train) --steps 60 -o whole.sqlite", "\(train) --steps 60 -o again.sqlite",
        "\(train) --seed 2 --steps 60 -o other.sqlite",
      ] {
        #expect(try reel(line).code == 0)
      }
      let digests = try ["whole", "again", "other"].map {
        try reel("digest \($0).sqlite").output.prefix(64)
      }
      #expect(digests[0] == digests[1] && digests[0] != digests[2])
      // Killed while it learns, then resumed.
      let running = try Program.start(line: "\(train) --steps 60 -o k.sqlite", in: folder)
      try running.wait {
        guard Files.exists("\(folder)/k.sqlite") else { return false }
        return try JSON(parsing: reel("info k.sqlite --json").output)["steps"]?.int ?? 0 >= 20
      }
      running.send(SIGKILL)
      _ = try running.outcome()
      #expect(try reel("train --resume k.sqlite --quiet").code == 0)
      #expect(try reel("verify k.sqlite").code == 0)
      #expect(try reel("digest k.sqlite").output.prefix(64) == digests[0])
      #expect(try reel("verify whole.sqlite --retrain").code == 0)
      let more = try reel("train --resume whole.sqlite --until 80 --json")
      let result = try JSON(parsing: more.output)
      #expect(result["steps"]?.int == 80 && result["validation_loss"]?.double ?? 9 < 3.2)
      #expect(try reel("verify whole.sqlite").code == 0)
    }
  }

  @Test func `a fork continues from any batch, as its parent did or with other settings`() throws {
    try withPoem { _, reel in
      let train = "train text --text poem.txt \(Self.quick) --set snapshot_every=20"
      #expect(try reel("\(train) --steps 40 -o a.sqlite").code == 0)
      let parent = try reel("digest a.sqlite").output.prefix(64)
      for place in ["0", "7", "20", "33", "end"] {
        let fork = try reel("fork a.sqlite --at \(place) -o b.sqlite --force")
        #expect(fork.code == 0, "\(fork.errors)")
        #expect(try reel("digest b.sqlite").output.prefix(64) == parent, "at \(place)")
      }
      let other = try reel(
        "fork a.sqlite --at 33 --set learning_rate=0.01 --until 60 -o c.sqlite --json")
      #expect(try JSON(parsing: other.output)["steps"]?.int == 60)
      #expect(try reel("verify c.sqlite --retrain").code == 0)
      let wide = try reel("fork a.sqlite --at 33 --set width=64 -o d.sqlite")
      #expect(wide.code == 64 && wide.errors.contains("keeps its network's shape"))
    }
  }

  @Test func `a model writes a text, which is an episode that can be drawn`() throws {
    try withPoem { _, reel in
      let trained = try reel("train text --text poem.txt \(Self.quick) --steps 40 -o model.sqlite")
      #expect(trained.code == 0)
      let ask = "generate model.sqlite --prompt 'the cat' --tokens 40"
      let text = try reel(ask).output
      #expect(text.hasPrefix("the cat") && text.unicodeScalars.count == 48)
      let recorded = try reel("\(ask) --samples 2 -o written.sqlite --json")
      let texts = try JSON(parsing: recorded.output).elements()
      #expect(texts.count == 2 && texts[0]["text"]?.text.map { $0 + "\n" } == text)
      let rows = try JSON(parsing: reel("episodes written.sqlite --json").output).elements()
      #expect(rows.count == 2)
      for (row, text) in zip(rows, texts) {
        #expect(row["steps"]?.int == 40)
        let (one, other) = (row["return"]?.double ?? 0, text["log_probability"]?.double ?? 1)
        #expect(abs(one - other) < 1e-9)
      }
      for line in [
        "verify written.sqlite", "film written.sqlite -o written.gif --quiet",
        "heatmap written.sqlite --of attention -o attention.png", "info written.sqlite",
        "curve model.sqlite -o losses.png", "curve model.sqlite", "info model.sqlite",
        "export --metrics model.sqlite", "list .",
        // A folder with a model's training among runs that have episodes.
        "train maze --episodes 50 -o maze.sqlite", "curve .",
      ] {
        let run = try reel(line)
        #expect(run.code == 0, "\(line): \(run.errors)")
      }
    }
  }

  @Test func `a report shows a model's loss, its text, and how to reproduce both`() throws {
    try withPoem { folder, reel in
      #expect(
        try reel("train text --text poem.txt --preset nano --steps 40 -o model.sqlite").code == 0)
      let ask = "generate model.sqlite --prompt 'the cat' --tokens 40 --samples 2"
      #expect(try reel("\(ask) -o written.sqlite").code == 0)
      for (name, again) in [("model", "fork model.sqlite --at 0"), ("written", "generate ")] {
        let report = try reel("report \(name).sqlite -o \(name).html")
        #expect(report.code == 0, "\(report.errors)")
        let page = try Program.shell("cat \(name).html", in: folder).output
        let found = try #require(page.firstMatch(of: /again<\/h4><pre[^>]*><code>reel ([^<]*)</))
        let command = found.output.1.replacing("&#39;", with: "'")
        #expect(command.hasPrefix(again), "\(command)")
        #expect(try reel("\(command) --force --quiet").code == 0, "\(command)")
        let digests = try [name, "again"].map {
          try reel("digest \($0).sqlite").output.prefix(64)
        }
        #expect(digests[0] == digests[1], "\(command)")
        if name == "model" {
          let last = try reel("curve model.sqlite").output.split(separator: " ").last ?? ""
          #expect(page.contains("Validation loss") && page.contains("<dd>\(last.prefix(4))"))
          // Both losses, at the beginning and at five trials.
          #expect(page.contains("validation: from") && page.contains("training: from"))
          #expect(try reel("curve model.sqlite").output.split(separator: "\n").count == 1 + 1 + 6)
        } else {
          let texts = try JSON(parsing: reel("\(ask) --json").output).elements()
          for text in texts {
            let rest = try #require(text["text"]?.text?.dropFirst("the cat".count))
            #expect(page.contains("<strong>the cat</strong>\(rest)</blockquote>"), "\(rest)")
          }
        }
      }
      let both = try reel("report model.sqlite written.sqlite -o both.html --json")
      #expect(try JSON(parsing: both.output)["runs"]?.int == 2)
    }
  }

  @Test func `a verb for worlds refuses a language model's training with one sentence`() throws {
    try withPoem { _, reel in
      #expect(
        try reel("train text --text poem.txt \(Self.quick) --steps 2 -o m.sqlite").code == 0)
      for verb in ["film", "evaluate", "heatmap", "episodes", "q", "verify --replay", "render"] {
        let run = try reel("\(verb) m.sqlite")
        #expect(run.code == 1, "\(verb)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(verb): \(run.errors)")
      }
    }
  }

  @Test func `models saved by other tools write and classify text`() throws {
    let folder = "\(Repository.root)/Tests/Reference"
    try withTemporaryFolder { place in
      let written = try Program.reel(
        line: "generate --model \(folder)/tiny-gpt2 --prompt Hello --tokens 5 -o w.sqlite --json",
        in: place)
      let text = try JSON(parsing: written.output)
      #expect(text["tokens"]?.int == 5 && text["text"]?.text?.hasPrefix("Hello") == true)
      for line in ["film w.sqlite -o w.gif --quiet", "verify w.sqlite"] {
        #expect(try Program.reel(line: line, in: place).code == 0)
      }
      let judged = try Program.reel(
        line: "sentiment --model \(folder)/tiny-distilbert 'Hello, world!' -o s.png --json",
        in: place)
      let verdict = try #require(try JSON(parsing: judged.output).elements().first)
      // What transformers computes for the same words.
      let known = try JSON(parsing: Repository.text("Tests/Reference/language.json"))
      let texts = try known.elements("texts").map(\.text)
      let index = try #require(texts.firstIndex(of: "Hello, world!"))
      let rows = try #require(known["distilbert"]).elements("logits")
      let logits = try rows[index].numbers()
      let negative = 1 / (1 + exp(logits[1] - logits[0]))
      let found = try #require(verdict["scores"]?["NEGATIVE"]?.double)
      #expect(abs(found - negative) < 1e-4)
      #expect(verdict["label"]?.text == (negative > 0.5 ? "NEGATIVE" : "POSITIVE"))
      for (line, word) in [
        ("generate --model nowhere", "there is no folder nowhere"),
        ("generate --model \(folder)/tiny-distilbert", "only 'gpt2' can write text here"),
        ("sentiment --model \(folder)/tiny-gpt2 x", "only 'distilbert' can classify text here"),
        ("generate --model .", "has no file config.json"),
      ] {
        let run = try Program.reel(line: line, in: place)
        #expect(run.code == 1 && run.errors.contains(word), "\(line): \(run.errors)")
      }
    }
  }
}
