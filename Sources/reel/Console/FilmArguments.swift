import Film
import Pictures
import Platform
import Rollouts

extension FilmFile.Options {
  /// The options of verbs that make films.
  init(_ arguments: inout Arguments) throws {
    self.init()
    framesPerSecond = try arguments.number(
      "--fps", value: "N", in: PreciseRate.least...PreciseRate.most,
      help: "frames per second; GIFs allow only 50, 33.3, 25, 20, … (default: depends on length)")
    speed = try arguments.number(
      "--speed", value: "N", in: 0.01...10_000,
      help: "playback speed: 2 doubles it, .5 halves it")
    most = try arguments.count(
      "--most", in: 2...10_000_000,
      help:
        "most frames; of longer episodes every 2nd, 3rd … is shown (default 600, videos 3600)")
    let hold = try arguments.option(
      "--hold", value: "TIME", help: "how long an episode's end stays (default 1s)")
    if let hold { self.hold = try Self.seconds(hold) }
    let loop = try arguments.option(
      "--loop", value: "TIMES", help: "how often a .gif or .png plays: N, once, forever (default)")
    if let loop { plays = try Self.plays(loop) }
    force = arguments.flag("--force", help: "overwrite, and remove frames of an older sequence")
  }

  /// A time as people type it: `1s`, `0.5`, `500ms`.
  private static func seconds(_ text: String) throws -> Double {
    let isShort = text.hasSuffix("ms")
    let digits = isShort ? text.dropLast(2) : text.hasSuffix("s") ? text.dropLast() : text[...]
    guard let number = Double(digits), (0...60_000).contains(number), isShort || number <= 60
    else {
      throw Failure.usage("--hold takes up to a minute, such as 1s or 500ms, not '\(text)'")
    }
    return isShort ? number / 1000 : number
  }

  /// How often a film plays; nil is forever.
  private static func plays(_ text: String) throws -> Int? {
    switch text {
    case "forever": return nil
    case "once": return 1
    default:
      guard let count = Int(text), (1...65_536).contains(count) else {
        throw Failure.usage("--loop takes a number from 1, once or forever, not '\(text)'")
      }
      return count
    }
  }
}

extension FilmFile.Outcome {
  /// Prints the result: its path on standard output, the rest as notes.
  func print(_ console: Console) {
    if let excerpt {
      var parts: [String] = []
      if excerpt.shownEpisodes < excerpt.episodes {
        parts.append("\(excerpt.shownEpisodes) of \(NumberFormat.count(excerpt.episodes)) episodes")
      }
      if excerpt.every > 1 { parts.append("every \(NumberFormat.ordinal(excerpt.every))") }
      console.note(
        "\(NumberFormat.count(excerpt.frames)) frames: \(parts.joined(separator: ", ")) is shown; "
          + "--most \(excerpt.frames) shows all")
    }
    if let pace {
      console.note(
        "\(NumberFormat.decimal(pace.asked, 2)) frames a second become \(NumberFormat.decimal(pace.got, 2))"
      )
    }
    report.print(console)
    if let videoCommand { console.note("as a video:\n\(videoCommand)") }
  }
}

extension FilmReport {
  /// Prints the result.
  func print(_ console: Console) {
    if console.isJSON {
      console.print(
        [
          "file": .string(path), "frames": .integer(frames), "bytes": .integer(bytes),
          "colors": colors.map(JSON.integer) ?? .null,
          "greatest_error": isLossy ? .null : .integer(greatestError),
          "seconds": duration.map(JSON.number) ?? .null,
        ])
      return
    }
    console.print(path)
    let length = duration.map { ", \(NumberFormat.duration($0))" } ?? ""
    let palette = colors.map { ", \($0) colours" } ?? ""
    let error = greatestError > 0 ? ", each within \(greatestError) of 255 of the one drawn" : ""
    console.note("\(frames) frames, \(NumberFormat.bytes(bytes))\(length)\(palette)\(error)")
  }
}

extension Console {
  /// Shows a bar while frames are made; Ctrl-C stops and leaves nothing behind.
  func filming<Result>(
    _ title: String, _ work: ((_ frames: Int, _ of: Int) throws -> Void) throws -> Result
  ) throws -> Result {
    Interruption.watch()
    var bar = ProgressBar(title, self)
    defer { bar.finish() }
    return try work { done, frames in
      bar.update(Double(done) / Double(max(1, frames)), "\(done) of \(frames) frames")
      if Interruption.isRequested {
        throw Failure(code: .stopped, sentence: "stopped; nothing was written")
      }
    }
  }
}
