import Film
import Raster
import Recordings
import Report

/// An episode's frames as small pictures of what changes from one to the next.
struct EpisodeStrip {
  let pictures: [Report.Picture]
  /// Of so many frames one is shown, and the last.
  let every: Int

  /// More frames than these make a page heavy before they make it better.
  private static let mostFrames = 160

  /// As many frames as fit so many bytes, of an episode drawn as `reel render` would.
  init(_ path: String, _ episode: Episode, bytes: Int) throws {
    var every = max(1, (episode.steps + Self.mostFrames - 1) / Self.mostFrames)
    while true {
      let pictures = try Self.pictures(path, episode, every: every)
      let size = pictures.reduce(0) { $0 + $1.png.count }
      if size <= bytes || episode.steps / every < 8 {
        (self.pictures, self.every) = (pictures, every)
        return
      }
      every *= max(2, size / bytes)
    }
  }

  private static func pictures(
    _ path: String, _ episode: Episode, every: Int
  ) throws -> [Report.Picture] {
    var arguments = Arguments(declaredBy: RenderCommand.self)
    try arguments.read([
      path, "--episode", "\(episode.number)", "--every", "\(every)", "--size", "400",
      "--no-caption",
    ])
    var source = try EpisodePictures(path, PictureArguments(&arguments)).film()
    let palette = try Palette.sampling(&source, samples: 8)
    let (now, before) = (try canvas(of: source), try canvas(of: source))
    return try (0..<source.frameCount).map { frame in
      try source.draw(frame, onto: now)
      let changed =
        frame == 0
        ? Rect(x: 0, y: 0, width: Double(now.width), height: Double(now.height))
        : difference(now, before)
      defer { before.copy(now) }
      return try picture(of: now, changed, palette)
    }
  }

  private static func canvas(of source: any FrameSource) throws -> Canvas {
    try Canvas(width: source.width, height: source.height)
  }

  private static func picture(
    of canvas: Canvas, _ part: Rect, _ palette: Palette
  ) throws -> Report.Picture {
    guard part.width > 0 else { return Report.Picture(x: 0, y: 0, width: 0, height: 0, png: []) }
    let (width, height) = (Int(part.width), Int(part.height))
    let cut = try Canvas(width: width, height: height)
    cut.copy(canvas, part, to: Point(0, 0))
    return Report.Picture(
      x: Int(part.x), y: Int(part.y), width: width, height: height, png: cut.encodedPNG(palette))
  }

  /// The box around all pixels that differ.
  private static func difference(_ first: Canvas, _ second: Canvas) -> Rect {
    var (left, right, top, bottom) = (first.width, -1, first.height, -1)
    let width = first.width
    first.withPixels { one in
      second.withPixels { other in
        for place in one.indices where one[place] != other[place] {
          let (x, y) = (place % width, place / width)
          left = min(left, x)
          right = max(right, x)
          top = min(top, y)
          bottom = max(bottom, y)
        }
      }
    }
    guard right >= left else { return Rect(x: 0, y: 0, width: 0, height: 0) }
    return Rect(
      x: Double(left), y: Double(top), width: Double(right - left + 1),
      height: Double(bottom - top + 1))
  }
}
