package import Film
import Platform
package import Raster

/// A file or folder for a film: its format, its pace, how often it plays.
package struct FilmFile {
  /// The format of a film.
  package enum Kind: Sendable {
    case gif, animatedPNG, frames
    case video(VideoFilm.Container)

    /// The format for a file ending; a name without an ending is a folder.
    package init(_ path: String) throws {
      let word = Files.ending(path)
      switch word {
      case _ where path.hasSuffix("/") || word.isEmpty || Files.isFolder(path): self = .frames
      case "gif": self = .gif
      case "png", "apng": self = .animatedPNG
      default:
        guard let container = VideoFilm.Container(rawValue: word) else {
          throw PictureFileError.ending(path, known: ["gif", "png", "mp4", "webm"])
        }
        self = .video(container)
      }
    }

    /// The most frames per second that players show.
    var mostFramesPerSecond: Double {
      switch self {
      case .gif: 50
      case .animatedPNG, .frames, .video: PreciseRate.most
      }
    }

    /// The usual limit on frames: long enough to watch, and small enough to send.
    var usualMost: Int {
      switch self {
      case .gif, .animatedPNG: 600
      case .frames, .video: 3600
      }
    }
  }

  /// How a film is written.
  package struct Options: Sendable {
    /// Frames per second; nil for a pace that fits the film's length.
    package var framesPerSecond: Double?
    /// The playback speed, 1 by default.
    package var speed: Double?
    /// The most frames; longer films show only every second, third … frame.
    package var most: Int?
    /// How often it plays; nil for ever if the format can.
    package var plays: Int?
    /// How many seconds longer an episode's end stays.
    package var hold = 1.0
    package var force = false

    /// The defaults.
    package init() {}
  }

  /// What to report about a film besides its file.
  package struct Outcome: Sendable {
    package var report: FilmReport
    /// What was left out: the part of all frames and episodes that is shown.
    package var excerpt: Excerpt?
    /// The requested pace and the one that a GIF allows, if they differ.
    package var pace: (asked: Double, got: Double)?
    /// The command that makes a video from a folder of frames.
    package var videoCommand: String?
  }

  /// The part of a film that is shown.
  package struct Excerpt: Sendable {
    package var frames: Int
    package var episodes: Int
    package var shownEpisodes: Int
    /// 1 for every frame, 2 for every second one, and so on.
    package var every: Int
  }

  private let path: String
  private let kind: Kind
  private let options: Options

  /// A film at a path. What cannot be written is refused before any work.
  package init(_ path: String, _ options: Options) throws {
    (self.path, self.options) = (path, options)
    kind = try Kind(path)
    switch kind {
    case .gif, .animatedPNG: break
    case .video, .frames: if options.plays != nil { throw PictureFileError.noLoop(path) }
    }
    if case .frames = kind { return }
    try OutputFile.check(path, replacing: options.force)
  }

  /// Writes a film without a given pace: slow enough to follow if it is
  /// short, and not longer than wanted.
  package func write(
    _ source: any FrameSource, progress: (_ frames: Int, _ of: Int) throws -> Void
  ) throws -> Outcome {
    var source = source
    var shown: Excerpt?
    if let excerpt = FrameExcerpt(source, most: options.most ?? kind.usualMost) {
      shown = Excerpt(
        frames: source.frameCount, episodes: source.chapters.count,
        shownEpisodes: excerpt.chapters.count, every: Int(excerpt.distance))
      source = excerpt
    }
    let usual = options.framesPerSecond ?? Self.fittingRate(frames: source.frameCount)
    let pace = usual * (options.speed ?? 1)
    let rate = options.framesPerSecond ?? min(pace, kind.mostFramesPerSecond)
    if abs(pace / rate - 1) > 1e-9 { source = FrameExcerpt(source, every: pace / rate) }
    var outcome = try write(source, framesPerSecond: rate, progress: progress)
    outcome.excerpt = shown
    return outcome
  }

  /// The pace of films in which something moves in every frame.
  package func smoothRate() throws -> Double {
    if options.most != nil { throw PictureFileError.noLimit }
    if let asked = options.framesPerSecond { return min(asked, kind.mostFramesPerSecond) }
    switch kind {
    case .gif, .animatedPNG: return 20
    case .frames, .video: return 30
    }
  }

  /// Writes a film at a given pace, without changes.
  package func write(
    _ source: any FrameSource, framesPerSecond asked: Double,
    progress: (_ frames: Int, _ of: Int) throws -> Void
  ) throws -> Outcome {
    var source = source
    let frames = source.frameCount
    let (rate, report): (PreciseRate, FilmProgress) = (
      PreciseRate(nearestTo: asked), { try progress($0, frames) }
    )
    // Without a count a film plays for ever; playing once is zero repetitions.
    let repetitions = options.plays.map { $0 == 1 ? nil : $0 - 1 } ?? 0
    switch kind {
    case .gif:
      let rate = FrameRate(nearestTo: asked)
      var film = GIFFilm(rate: rate, replacing: options.force)
      film.repetitions = repetitions
      var outcome = Outcome(report: try film.write(&source, to: path, progress: report))
      if options.framesPerSecond != nil && abs(rate.framesPerSecond - asked) > 0.01 {
        outcome.pace = (asked, rate.framesPerSecond)
      }
      return outcome
    case .animatedPNG:
      var film = AnimatedPNGFilm(rate: rate, replacing: options.force)
      film.repetitions = repetitions
      return Outcome(report: try film.write(&source, to: path, progress: report))
    case .video(let container):
      let film = VideoFilm(container, rate: rate, replacing: options.force)
      return Outcome(report: try film.write(&source, to: path, progress: report))
    case .frames:
      let sequence = FrameSequence(replacing: options.force)
      var outcome = Outcome(report: try sequence.write(&source, to: path, progress: report))
      let folder = Files.trimmed(path)
      outcome.videoCommand = VideoFilm(.mp4, rate: rate)
        .command(forFramesIn: folder, to: folder + ".mp4")
      return outcome
    }
  }

  /// Slow enough to follow a short episode, fast enough for a long one.
  private static func fittingRate(frames: Int) -> Double {
    switch frames {
    case ..<60: 4
    case ..<200: 10
    case ..<1000: 20
    default: 50
    }
  }
}
