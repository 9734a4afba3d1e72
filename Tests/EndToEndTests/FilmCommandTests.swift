import Film
import Foundation
import Platform
import Raster
import Rollouts
import TestSupport
import Testing

/// `reel film` on the command line: kinds of files, choice of episodes, speed, and films that
/// combine several runs or episodes.
@Suite struct FilmCommandTests {
  /// A folder with a learned maze in it.
  private func withMaze(_ body: (String) throws -> Void) throws {
    try Tour.use { folder in
      #expect(
        try Program.reel("train", "maze", "--seed", "1", "-o", "m.sqlite", in: folder).code == 0)
      try body(folder)
    }
  }

  private func film(_ options: String, in folder: String) throws -> JSON {
    let outcome = try Program.reel(line: "film m.sqlite \(options) --json --force", in: folder)
    #expect(outcome.code == 0, "reel film m.sqlite \(options): \(outcome.errors)")
    return try JSON(parsing: outcome.output)
  }

  @Test func `a GIF and an animated PNG show every state of an episode and nothing else`()
    throws
  {
    try withMaze { folder in
      let render = "render m.sqlite --episode best --truecolor -o frames"
      #expect(try Program.reel(line: render, in: folder).code == 0)
      var drawn: [[UInt32]] = []
      for frame in 0..<7 {
        let canvas = try PNGReader.canvas(at: "\(folder)/frames/\(FrameSequence.name(of: frame))")
        drawn.append(canvas.withPixels { $0.map { $0 & 0xFF_FFFF } })
      }
      let report = try film("--episode best -o best.gif", in: folder)
      #expect(report["frames"]?.int == 7)
      let bound = try #require(report["greatest_error"]?.int)
      #expect(bound <= Palette.promisedError)
      let gif = try DecodedGIF("\(folder)/best.gif")
      try expect(gif.frames.map(\.pixels), equal: drawn, within: bound)
      let apng = try film("--episode best -o best.png", in: folder)
      #expect(apng["bytes"]?.int ?? .max < report["bytes"]?.int ?? 0)
      guard FFprobe.isInstalled else { return }
      try expect(
        FFprobe.frames(of: "\(folder)/best.png", width: gif.width, height: gif.height),
        equal: drawn, within: apng["greatest_error"]?.int ?? 0)
    }
  }

  private func expect(
    _ decoded: [[UInt32]], equal drawn: [[UInt32]], within bound: Int
  ) throws {
    #expect(decoded.count == drawn.count)
    for (one, other) in zip(decoded, drawn) {
      #expect(one.count == other.count)
      let worst = zip(one, other).map { Color($0).distance(to: Color($1)) }.max()
      #expect(try #require(worst) <= bound)
    }
  }

  @Test(.enabled(if: FFprobe.isInstalled), arguments: ["mp4", "webm"])
  func `a video has the frames, size and speed that were asked for, and the same bytes each time`(
    ending: String
  ) throws {
    try withMaze { folder in
      let options = "--episode first,best --fps 30 --hold 500ms --size 320"
      let report = try film("\(options) -o one.\(ending)", in: folder)
      let stream = try FFprobe.stream(of: "\(folder)/one.\(ending)")
      #expect(stream.rate == "30/1" && stream.pixels == "yuv420p")
      // The end of each episode is held for fifteen more frames.
      #expect(stream.frames == (report["frames"]?.int ?? 0) + 30)
      #expect(max(stream.width, stream.height) == 320)
      #expect(report["greatest_error"] == .null)
      _ = try film("\(options) -o two.\(ending)", in: folder)
      let compared = try Program.shell("cmp one.\(ending) two.\(ending)", in: folder)
      #expect(compared.code == 0, "\(compared.output)")
    }
  }

  @Test(.enabled(if: FFprobe.isInstalled))
  func `a folder of frames comes with the command that makes a video of it`() throws {
    try withMaze { folder in
      let outcome = try Program.reel(
        line: "film m.sqlite --episode best --fps 5 -o out/frames", in: folder)
      #expect(outcome.code == 0 && outcome.output == "out/frames\n")
      let line = outcome.errors.split(separator: "\n").first { $0.hasPrefix("ffmpeg ") }
      let made = try Program.shell(String(line ?? "false"), in: folder)
      #expect(made.code == 0, "\(outcome.errors)\n\(made.errors)")
      let stream = try FFprobe.stream(of: "\(folder)/out/frames.mp4")
      #expect(stream.frames == 7 && stream.rate == "5/1")
    }
  }

  @Test func `episodes are chosen by conditions`() throws {
    try withMaze { folder in
      func frames(_ options: String) throws -> Int? {
        try film("\(options) -o x.gif", in: folder)["frames"]?.int
      }
      let sql = "SELECT steps FROM episodes WHERE return > 90 AND steps < 9 ORDER BY 1"
      let steps = try Program.shell("sqlite3 m.sqlite '\(sql)'", in: folder).output
        .split(separator: "\n").compactMap { Int($0) }
      #expect(steps.count > 100)
      let all = "--where 'return > 90 and steps < 9' --most 100000"
      #expect(try frames(all) == steps.reduce(0) { $0 + $1 + 1 })
      #expect(try frames("--where 'success and not return < 95' --episode last") == 7)
      let first = try Program.shell(
        "sqlite3 m.sqlite \"SELECT steps FROM episodes WHERE ending = 'terminated' LIMIT 1\"",
        in: folder)
      #expect(try frames("--first-success --most 100000").map { "\($0 - 1)\n" } == first.output)
      let cut = try Program.shell(
        "sqlite3 m.sqlite \"SELECT sum(steps + 1) FROM episodes WHERE ending = 'truncated'\"",
        in: folder)
      #expect(try frames("--failures --most 100000").map { "\($0)\n" } == cut.output)
      let error = try Program.reel(line: "film m.sqlite --where 'steps > 999'", in: folder)
      #expect(error.code == 1 && error.errors.contains("none of the 1000 episodes of m.sqlite"))
    }
  }

  @Test(arguments: [
    ("-o x.avi", "should end in one of .gif, .mp4, .png, .webm"),
    ("--where 'return > > 1'", "at '>' (letter 10)"),
    ("--where 'return > 1; DROP TABLE episodes'", "at ';' (letter 11)"),
    ("--hold soon", "--hold takes up to a minute"), ("--loop never", "--loop takes a number"),
    ("--loop 2 -o x.mp4", "only a .gif or a .png"), ("--grid 3", "--grid takes columns and rows"),
    ("--grid 2x2 --learning", "--grid shows one run's episodes"),
    ("--first-success --episode 3", "--first-success names one episode"),
    ("--label a --label b", "--label names the recordings of --compare"),
    ("--compare m.sqlite --label a", "once for each"),
    ("--learning --most 9", "a limit of frames works only for episodes"),
    ("--fps 61", "--fps must be a number"),
  ])
  func `what cannot be done is refused with one sentence`(options: String, words: String) throws {
    try withMaze { folder in
      let outcome = try Program.reel(line: "film m.sqlite \(options)", in: folder)
      #expect(outcome.code == 64 && outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `speed, frames per second and repetitions are as asked for`() throws {
    try withMaze { folder in
      let plain = try film("--episode best --hold 0 -o a.gif", in: folder)
      #expect(plain["seconds"]?.double == 1.75)
      let fast = try film("--episode best --hold 0 --speed 2.5 -o b.gif", in: folder)
      #expect(fast["seconds"]?.double == 0.7 && fast["frames"]?.int == 7)
      // Beyond the highest frame rate, frames are left out; the first and the last stay.
      let faster = try film("--episode best --hold 0 --fps 50 --speed 3 -o c.gif", in: folder)
      #expect(faster["frames"]?.int == 3)
      let slow = try film("--episode best --hold 0 --fps 20 --speed .25 -o d.png", in: folder)
      #expect(slow["frames"]?.int == 25 && slow["seconds"]?.double == 1.25)
      for (times, repetitions) in [("once", nil), ("3", 2), ("forever", 0)] as [(String, Int?)] {
        _ = try film("--episode best --loop \(times) -o e.gif", in: folder)
        #expect(try DecodedGIF("\(folder)/e.gif").repetitions == repetitions)
      }
    }
  }

  @Test func `learning films, comparisons and grids of episodes are written`() throws {
    try withMaze { folder in
      let report = try film("--learning --fps 5 --size 640 -o l.gif", in: folder)
      let gif = try DecodedGIF("\(folder)/l.gif")
      #expect((gif.width, gif.height) == (640, 360))
      // Some neighbouring frames are equal, and a GIF merges them.
      #expect(report["frames"]?.int == 131 && (100...131).contains(gif.frames.count))
      #expect(report["greatest_error"]?.int ?? 99 <= 2 * Palette.promisedError)
      _ = try film("--learning --fps 5 --size 640 -o again.gif", in: folder)
      #expect(try Program.shell("cmp l.gif again.gif", in: folder).code == 0)
      let other = "train maze --seed 2 -o n.sqlite"
      #expect(try Program.reel(line: other, in: folder).code == 0)
      for options in [
        "--learning --compare n.sqlite --fps 4 --size 640 --theme dark -o p.gif",
        "--compare n.sqlite --episode first,last -o q.png",
        "--episode all --grid 3x2 --title 'Six episodes' --caption 'of a thousand' -o r.gif",
      ] { _ = try film(options, in: folder) }
      #expect(try DecodedGIF("\(folder)/p.gif").width == 640)
      let pair = try PNGReader.size(ofFile: "\(folder)/q.png")
      #expect(pair.width > pair.height, "two runs are side by side")
      let grid = try DecodedGIF("\(folder)/r.gif")
      #expect(grid.width.isMultiple(of: 2) && grid.width > grid.height)
    }
  }

  @Test(.enabled(if: FFprobe.isInstalled))
  func `a killed film leaves nothing under its name`() throws {
    try withMaze { folder in
      for ending in ["gif", "png", "mp4"] {
        let film = "film m.sqlite --episode all --most 100000 -o k.\(ending)"
        let running = try Program.start(line: film, in: folder)
        try running.wait {
          try Files.names(in: folder).contains { $0.hasPrefix(".reel-") }
        }
        running.send(SIGKILL)
        #expect(try running.outcome().code == -1 && !Files.exists("\(folder)/k.\(ending)"))
        _ = try Program.shell("rm .reel-*", in: folder)
      }
    }
  }

  @Test func `without ffmpeg a video is refused in one sentence`() throws {
    try withMaze { folder in
      let script = "PATH=/nonexistent \(try Program.reel()) film m.sqlite -o x.mp4"
      let outcome = try Program.shell(script, in: folder)
      #expect(outcome.code == 1)
      #expect(
        outcome.errors
          == "reel: x.mp4 needs ffmpeg, which is not installed: "
          + "apt-get install ffmpeg, or name a .gif or .png\n")
    }
  }
}
