import Film
import Raster
import Rollouts

/// How films are written: what their name's ending says, how fast they play, how often.
struct FilmOutput {
  /// What a film is written as.
  enum Kind {
    case gif, animatedPNG, frames
    case video(VideoFilm.Container)

    /// The kind that a name's ending stands for; a name without one is a folder's.
    init(_ path: String) throws {
      let word = ending(path)
      switch word {
      case _ where path.hasSuffix("/") || word.isEmpty || FilePaths.isFolder(path): self = .frames
      case "gif": self = .gif
      case "png", "apng": self = .animatedPNG
      default:
        guard let container = VideoFilm.Container(rawValue: word) else {
          throw Failure.usage(
            "'\(path)' should end in .gif, .png, .mp4 or .webm, or name a folder for frames")
        }
        self = .video(container)
      }
    }

    /// The fastest that players show.
    var mostFramesPerSecond: Double {
      switch self {
      case .gif: 50
      case .animatedPNG, .frames, .video: PreciseRate.most
      }
    }

    /// How many frames make a film that is long enough to watch, and small enough to send.
    var usualMost: Int {
      switch self {
      case .gif, .animatedPNG: 600
      case .frames, .video: 3600
      }
    }
  }

  /// The options of verbs that make films.
  struct Wish {
    fileprivate let framesPerSecond: Double?
    let speed: Double?
    fileprivate let most: Int?
    fileprivate let loop: String?
    /// How many seconds longer an episode's end stays.
    let hold: Double
    fileprivate let force: Bool

    init(_ arguments: inout Arguments) throws {
      framesPerSecond = try arguments.number(
        "--fps", value: "N", in: PreciseRate.least...PreciseRate.most,
        help: "frames a second; GIFs know 50, 33.3, 25, 20, … only (default by length)")
      speed = try arguments.number(
        "--speed", value: "N", in: 0.01...10_000,
        help: "times as fast: 2 doubles the pace, .5 halves it")
      most = try arguments.count(
        "--most", in: 2...10_000_000,
        help:
          "frames; of longer episodes only every 2nd, 3rd … is shown (default 600, of videos 3600)")
      hold =
        try arguments.option(
          "--hold", value: "TIME", help: "how long an episode's end stays (default 1s)"
        ).map(Self.seconds) ?? 1
      loop = try arguments.option(
        "--loop", value: "TIMES", help: "how often a .gif or .png plays: N, once, forever (default)"
      )
      if let loop, Self.repetitions(loop) == nil {
        throw Failure.usage("--loop takes a number from 1, once or forever, not '\(loop)'")
      }
      force = arguments.flag("--force", help: "overwrite, and clear frames of an older sequence")
    }

    /// A time as people type it: `1s`, `0.5`, `500ms`.
    private static func seconds(_ text: String) throws -> Double {
      let isShort = text.hasSuffix("ms")
      let digits = isShort ? text.dropLast(2) : text.hasSuffix("s") ? text.dropLast() : text[...]
      guard let number = Double(digits), (0...60_000).contains(number),
        isShort || number <= 60
      else {
        throw Failure.usage("--hold takes up to a minute, such as 1s or 500ms, not '\(text)'")
      }
      return isShort ? number / 1000 : number
    }

    /// How often a film starts again: 0 for ever, −1 not at all; nil where the words say nothing.
    fileprivate static func repetitions(_ text: String) -> Int? {
      switch text {
      case "forever": 0
      case "once": -1
      default: Int(text).flatMap { (1...65_536).contains($0) ? ($0 == 1 ? -1 : $0 - 1) : nil }
      }
    }
  }

  let path: String
  let kind: Kind
  private let wish: Wish

  init(_ path: String, _ wish: Wish) throws {
    self.path = path
    self.wish = wish
    kind = try Kind(path)
    switch kind {
    case .gif, .animatedPNG: break
    case .video, .frames:
      if wish.loop != nil { throw Failure.usage("only a .gif or a .png knows how often it plays") }
    }
    // Nobody waits for a film that cannot be written.
    if case .frames = kind { return }
    try OutputFile.check(path, replacing: wish.force)
  }

  /// Writes a film of which nobody knows how fast it should play: slow enough to follow where it is
  /// short, and no longer than wanted.
  func write(_ source: any FrameSource, _ console: Console) throws {
    var source = source
    let most = wish.most ?? kind.usualMost
    if let excerpt = FrameExcerpt(source, most: most) {
      console.note(
        Self.note(excerpt, of: source) + "; --most \(source.frameCount) shows all")
      source = excerpt
    }
    let usual = wish.framesPerSecond ?? Self.fittingRate(frames: source.frameCount)
    let pace = usual * (wish.speed ?? 1)
    let rate = wish.framesPerSecond ?? min(pace, kind.mostFramesPerSecond)
    if abs(pace / rate - 1) > 1e-9 { source = FrameExcerpt(source, every: pace / rate) }
    try write(source, framesPerSecond: rate, console)
  }

  /// The speed of films in which something moves in every frame.
  func smoothRate() throws -> Double {
    if wish.most != nil { throw Failure.usage("--most is for episodes, not for --learning") }
    if let asked = wish.framesPerSecond { return min(asked, kind.mostFramesPerSecond) }
    switch kind {
    case .gif, .animatedPNG: return 20
    case .frames, .video: return 30
    }
  }

  /// What an excerpt leaves out.
  private static func note(_ excerpt: FrameExcerpt, of source: any FrameSource) -> String {
    let (episodes, shown) = (source.chapters.count, excerpt.chapters.count)
    let every = Int(excerpt.distance)
    var parts: [String] = []
    if shown < episodes { parts.append("\(shown) of \(count(episodes)) episodes") }
    if every > 1 {
      parts.append("every \(ordinal(every))")
    }
    return "\(count(source.frameCount)) frames: \(parts.joined(separator: ", ")) is shown"
  }

  /// Writes a film at a speed, whatever was asked for.
  func write(_ source: any FrameSource, framesPerSecond asked: Double, _ console: Console) throws {
    var source = source
    let rate = PreciseRate(nearestTo: asked)
    let repetitions = wish.loop.flatMap(Wish.repetitions) ?? 0
    let report = try withProgress("filming \(path)", frames: source.frameCount, console) {
      switch kind {
      case .gif:
        let rate = FrameRate(nearestTo: asked)
        if wish.framesPerSecond != nil && abs(rate.framesPerSecond - asked) > 0.01 {
          console.note(
            "\(decimal(asked, 2)) frames a second become \(decimal(rate.framesPerSecond, 2))")
        }
        var film = GIFFilm(rate: rate, replacing: wish.force)
        film.repetitions = repetitions < 0 ? nil : repetitions
        return try film.write(&source, to: path, progress: $0)
      case .animatedPNG:
        var film = AnimatedPNGFilm(rate: rate, replacing: wish.force)
        film.repetitions = repetitions < 0 ? nil : repetitions
        return try film.write(&source, to: path, progress: $0)
      case .video(let container):
        let film = VideoFilm(container, rate: rate, replacing: wish.force)
        return try film.write(&source, to: path, progress: $0)
      case .frames:
        let sequence = FrameSequence(replacing: wish.force)
        return try sequence.write(&source, to: path, progress: $0)
      }
    }
    report.print(console)
    if case .frames = kind {
      let folder = FilePaths.trimmed(path)
      let command = VideoFilm(.mp4, rate: rate).command(forFramesIn: folder, to: folder + ".mp4")
      console.note("as a video:\n\(command)")
    }
  }

  /// Slow enough to follow a short episode, fast enough that a long one ends.
  private static func fittingRate(frames: Int) -> Double {
    switch frames {
    case ..<60: 4
    case ..<200: 10
    case ..<1000: 20
    default: 50
    }
  }
}
