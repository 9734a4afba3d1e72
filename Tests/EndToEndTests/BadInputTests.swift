import TestSupport
import Testing

/// Every mistake gets one clear sentence and the right exit code, and leaves nothing behind.
@Suite struct BadInputTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var line: String
    var code: Int32
    /// Words that the sentence must contain.
    var says: [String]
    var testDescription: String { line }

    init(_ line: String, _ code: Int32, _ says: String...) {
      self.line = line
      self.code = code
      self.says = says
    }
  }

  static let mistakes = [
    Mistake("trian maze", 64, "no verb 'trian'", "did you mean train?"),
    Mistake("train", 64, "WORLD is missing"),
    Mistake("train maez", 64, "'maez'", "did you mean maze?"),
    Mistake("train maze --epsodes 5", 64, "--epsodes", "did you mean --episodes?"),
    Mistake("train maze --episodes", 64, "--episodes needs a value"),
    Mistake("train maze --episodes many", 64, "whole number", "'many'"),
    Mistake("train maze --episodes 0", 64, "'0'"),
    Mistake("train maze --seed -4", 64, "--seed", "'-4'"),
    Mistake("train maze --seed 1 --seeds 1-3", 64, "cannot be combined"),
    Mistake("train maze --seeds 3-1", 64, "seeds are a number of runs", "'3-1'"),
    Mistake("train maze --seeds 0", 64, "5 for seeds 1 to 5"),
    Mistake("explain qtable -o x.png", 64, "qtable is a topic, which is text"),
    Mistake("film thera.sqlite", 1, "no file thera.sqlite", "did you mean there.sqlite?"),
    Mistake("info nothing-like-it.sqlite", 1, "reel list . lists"),
    Mistake("film there.sqlite --episode 0", 64, "counted from 1"),
    Mistake("train maze -o .", 1, ". is a folder", "-o names a file"),
    Mistake("film .", 1, "no PNG", "contains recordings: name one"),
    Mistake("study gamma --seeds 7-7", 64, "two seeds"),
    Mistake("train chess", 64, "'chess'", "choose from maze", "breakout"),
    Mistake("serve", 64, "reel studio"), Mistake("watch", 64, "reel studio"),
    Mistake("record", 64, "reel train", "Python"), Mistake("version", 64, "reel --version"),
    Mistake("play", 64, "reel evaluate"),
    Mistake("export there.sqlite --episodes -o x.parquet", 64, "CSV, not as .parquet", "DuckDB"),
    Mistake("export there.sqlite --parameters -o x.pt", 64, "safetensors, not as .pt"),
    Mistake("map export there.sqlite there.sqlite", 64, "one recording"),
    Mistake("map export crawler.sqlite", 1, "crawler.sqlite has no map"),
    Mistake("train maze --preset orginal", 64, "'orginal'", "did you mean original?"),
    Mistake("train maze --set gama=1", 64, "'gama'", "did you mean gamma?"),
    Mistake("train maze --set gamma=2", 64, "gamma must be a number from 0 to 1"),
    Mistake("train maze --set gamma", 64, "NAME=VALUE"),
    Mistake("train maze --map nowhere.txt", 1, "nowhere.txt", "No such file"),
    Mistake("train maze --map clasic-4x4", 64, "did you mean classic-4x4?"),
    Mistake("train maze --map maps/lakes/4x4.txt", 1, "maps/lakes/4x4.txt"),
    Mistake("train crawler --map x", 64, "no maps"),
    Mistake("train maze more words", 64, "'more'"),
    Mistake("train maze -o there.sqlite", 1, "there.sqlite", "exists", "--force"),
    Mistake("train maze -o folder", 1, "folder"),
    Mistake("copy there.sqlite -o text.txt", 1, "text.txt exists already; --force overwrites it"),
    Mistake("copy there.sqlite -o pipe", 1, "pipe is a device or a pipe"),
    Mistake("map maze -o text.txt", 1, "text.txt exists already; --force replaces it"),
    Mistake("render there.sqlite -o frames", 1, "already contains frames; --force replaces them"),
    Mistake("info nowhere.sqlite", 1, "nowhere.sqlite"),
    Mistake("info folder", 1, "folder"),
    Mistake("info text.txt", 1, "text.txt", "not a recording"),
    Mistake("info foreign.sqlite", 1, "foreign.sqlite", "not a recording"),
    Mistake("info newer.sqlite", 1, "newer.sqlite", "newer"),
    Mistake("info cut.sqlite", 1, "cut.sqlite"),
    Mistake("render there.sqlite --episode 5000", 1, "5000"),
    Mistake("render there.sqlite --episode frist", 64, "frist"),
    Mistake("render there.sqlite -o text.txt", 1, "text.txt"),
    Mistake("film there.sqlite -o x.mp3", 64, "x.mp3"),
    Mistake("film folder/empty -o x.gif", 1, "folder/empty"),
    Mistake("curve there.sqlite -o x.pdf", 64, "x.pdf", ".png"),
    Mistake("curve there.sqlite -o text.txt/x.png", 1, "text.txt"),
    Mistake("heatmap there.sqlite --at 99999999 -o x.png", 64, "so there is no step 99999999"),
    Mistake("heatmap there.sqlite --style trangles -o x.png", 64, "did you mean triangles?"),
    Mistake("heatmap there.sqlite --frames 5 -o x.png", 64, ".gif"),
    Mistake("heatmap there.sqlite -o x.avi", 64, ".csv, .gif, .mp4, .png, .svg, .webm"),
    Mistake("q there.sqlite --state 9,9", 64, "9,9"),
    Mistake("map check bad-map.txt", 1, "line 3, column 2", "'x'"),
    Mistake("map check roadless.geojson", 1, "roadless.geojson", "no roads"),
    Mistake("map check no-start.geojson", 1, "A1, A2, A3 and start"),
    Mistake("map check cut.geojson", 1, "cut.geojson"),
    Mistake("map check nowhere.geojson", 1, "nowhere.geojson", "No such file"),
    Mistake("map city --size 9x9", 64, "size"),
    Mistake("map city nowhere.geojson", 64, "takes no file"),
    Mistake("map maze --size 2", 64, "ROWSxCOLUMNS"),
    Mistake("map maze --size 1x1", 64, "maze"),
    Mistake("export there.sqlite", 64, "--transitions"),
    Mistake("evaluate there.sqlite --exact -o x.sqlite", 64, "--exact"),
    Mistake("evaluate there.sqlite --episodes 3 --steps 9", 64, "cannot be combined"),
    Mistake("evaluate there.sqlite --checkpoint best", 64, "a Q-table keeps no best"),
    Mistake("evaluate there.sqlite --checkpoint frist", 64, "--checkpoint takes", "'frist'"),
    Mistake("evaluate there.sqlite --checkpoint 99999999", 64, "so there is no step 99999999"),
    Mistake("train reacher --set physics=newton", 64, "physics must be closed or mujoco"),
    Mistake("train reacher --set 'learning_rate=cosine(1)'", 64, "cosine(from,to[,half])"),
    Mistake("explain everything", 64, "'everything'"),
  ]

  /// Makes the files that the mistakes need.
  private static func prepare(_ folder: String) throws {
    #expect(try Program.reel("train", "maze", "-o", "there.sqlite", in: folder).code == 0)
    let crawler = "train crawler --episodes 2 -o crawler.sqlite"
    #expect(try Program.reel(line: crawler, in: folder).code == 0)
    let script = """
      mkdir -p folder/empty && echo hello > folder/keep && echo 'some text, and more of it' > text.txt
      sqlite3 foreign.sqlite 'CREATE TABLE t(a); INSERT INTO t VALUES (1)'
      cp there.sqlite newer.sqlite && sqlite3 newer.sqlite 'PRAGMA user_version = 99'
      head -c 20000 there.sqlite > cut.sqlite
      echo '{"type":"FeatureCollection","features":[]}' > roadless.geojson
      grep -v '"name":"A[123]"\\|"name":"start"' maps/cities/etoile.geojson > no-start.geojson
      head -c 3000 maps/cities/etoile.geojson > cut.geojson
      mkfifo pipe && mkdir frames && touch frames/frame-000000.png
      printf 'reel map maze\\n\\nSx.\\n..G\\n' > bad-map.txt
      """
    let made = try Program.shell(script, in: folder)
    #expect(made.code == 0, "\(made.errors)")
  }

  @Test func `every mistake gets one sentence and its exit code, and leaves nothing behind`() throws
  {
    try Tour.use { folder in
      try Self.prepare(folder)
      let before = try Program.shell("find . | sort", in: folder).output
      for mistake in Self.mistakes {
        let outcome = try Program.reel(line: mistake.line, in: folder)
        let said = outcome.errors + outcome.output
        #expect(outcome.code == mistake.code, "reel \(mistake.line): \(said)")
        for word in mistake.says { #expect(said.contains(word), "reel \(mistake.line): \(said)") }
        if !mistake.line.hasPrefix("map check") {
          #expect(outcome.errors.hasPrefix("reel: "), "\(outcome.errors)")
          #expect(outcome.errors.count { $0 == "\n" } == 1, "one line: \(outcome.errors)")
        }
      }
      #expect(try Program.shell("find . | sort", in: folder).output == before)
    }
  }

  @Test func `a name that is not UTF-8 gets a sentence that says what to do`() throws {
    try withTemporaryFolder { folder in
      let reel = try Program.reel()
      let outcome = try Program.shell(
        "name=$(printf 'caf\\351.sqlite'); touch \"$name\"; \(reel) info \"$name\"", in: folder)
      #expect(outcome.code == 64)
      #expect(
        outcome.errors
          == "reel: 'caf\u{FFFD}.sqlite' is not UTF-8; rename the file, or link it under another name by ln -s\n"
      )
    }
  }

  @Test func `a path that begins with two slashes works like one with a single slash`() throws {
    try withTemporaryFolder { folder in
      for line in [
        "train maze --episodes 20 -o /\(folder)/a.sqlite", "info /\(folder)/a.sqlite",
        "film /\(folder)/a.sqlite -o //\(folder)/a.gif",
        "copy /\(folder)/a.sqlite -o /\(folder)/b.sqlite",
        "train --resume /\(folder)/a.sqlite --episodes 30",
        "curve /\(folder)/a.sqlite -o /\(folder)/a.png",
      ] {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 0, "\(line): \(outcome.errors)")
      }
    }
  }

  @Test func `with few file descriptors a verb works or says what it could not open`() throws {
    try withTemporaryFolder { folder in
      let reel = try Program.reel()
      #expect(
        try Program.reel(line: "train maze --episodes 20 -o a.sqlite --quiet", in: folder).code == 0
      )
      for line in ["compare a.sqlite", "info a.sqlite", "film a.sqlite -o a.gif --force"] {
        for count in 4...16 {
          let outcome = try Program.shell("ulimit -n \(count); exec \(reel) \(line)", in: folder)
          #expect(
            [0, 1].contains(outcome.code), "\(count), \(line): \(outcome.code) \(outcome.errors)")
          #expect(outcome.code == 0 || outcome.errors.hasPrefix("reel: "), "\(outcome.errors)")
        }
      }
    }
  }

  @Test func `a folder without write permission is refused with one sentence`() throws {
    guard try Program.shell("test $(id -u) != 0", in: "/tmp").code == 0 else {
      // Root may write everywhere except in /proc.
      let outcome = try Program.reel("train", "maze", "-o", "/proc/maze.sqlite", in: "/tmp")
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("/proc"))
      return
    }
    try Tour.use { folder in
      _ = try Program.shell("mkdir closed && chmod 500 closed", in: folder)
      for line in ["train maze -o closed/maze.sqlite", "map maze -o closed/maze.txt"] {
        let outcome = try Program.reel(line: line, in: folder)
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains("closed"), "\(outcome.errors)")
      }
    }
  }
}
