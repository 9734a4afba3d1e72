package import Raster

/// Some frames of a film at equal distances, including the first and the last of each chapter; or,
/// to make the film slower, its frames several times.
package struct FrameExcerpt: FrameSource {
  private var source: any FrameSource
  private let every: Double
  /// The chapters of the source that are shown.
  private let shown: [Range<Int>]
  /// The ranges of their frames in the excerpt.
  package let chapters: [Range<Int>]

  /// Frames at a distance of `every`, and the last of each chapter; below 1, each frame appears
  /// more than once. Without `shown`, all chapters of the source are shown.
  package init(_ source: any FrameSource, every: Double, of shown: [Range<Int>]? = nil) {
    precondition(every > 0 && every.isFinite, "frames have a distance")
    self.source = source
    self.every = every
    self.shown = shown ?? source.chapters
    var count = 0
    chapters = self.shown.map { chapter in
      let start = count
      count += Self.count(of: chapter.count, every: every)
      return start..<count
    }
  }

  /// An excerpt of at most `most` frames that omits as little as possible: it shows as many
  /// chapters as it can, and then every second frame, every third …; nil where all frames fit.
  package init?(_ source: any FrameSource, most: Int) {
    precondition(most >= 2, "the first and the last frame are always shown")
    let all = source.chapters
    guard source.frameCount > most else { return nil }
    let kept = min(all.count, max(1, most / Self.leastFrames))
    let shown = (0..<kept).map { all[kept > 1 ? $0 * (all.count - 1) / (kept - 1) : 0] }
    func frames(_ every: Int) -> Int {
      shown.reduce(0) { $0 + Self.count(of: $1.count, every: Double(every)) }
    }
    var tooFew = 0
    var enough = max(1, source.frameCount)
    while tooFew + 1 < enough {
      let middle = (tooFew + enough) / 2
      if frames(middle) <= most { enough = middle } else { tooFew = middle }
    }
    self.init(source, every: Double(enough), of: shown)
  }

  /// A chapter with fewer frames than this is not worth showing.
  private static var leastFrames: Int { 24 }

  /// How many frames there are.
  package var frameCount: Int { chapters.last?.upperBound ?? 0 }
  /// Pixels from left to right.
  package var width: Int { source.width }
  /// Pixels from top to bottom.
  package var height: Int { source.height }
  /// The source's colours.
  package var declaredColors: [Color] { source.declaredColors }
  /// The distance between shown frames.
  package var distance: Double { every }

  /// Draws one of them.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    try source.draw(number(of: frame), onto: canvas)
  }

  /// The longest hold of this frame and the omitted ones after it.
  package func hold(after frame: Int) -> Int {
    let chapter = chapters.place(of: frame)
    let first = number(of: frame)
    let isLast = frame + 1 == chapters[chapter].upperBound
    let end = isLast ? shown[chapter].upperBound : number(of: frame + 1)
    return (first..<max(first, end)).map { source.hold(after: $0) }.max() ?? 0
  }

  /// The source's frame for a frame of the excerpt.
  private func number(of frame: Int) -> Int {
    let chapter = chapters.place(of: frame)
    let place = Double(frame - chapters[chapter].lowerBound) * every
    // Exactly the last frame, whatever the rounding before.
    return min(shown[chapter].upperBound - 1, shown[chapter].lowerBound + Int(place + 1e-9))
  }

  /// How many of a number of frames are shown.
  private static func count(of frames: Int, every: Double) -> Int {
    guard frames > 0 else { return 0 }
    let distances = Double(frames - 1) / every
    let whole = (distances + 1e-9).rounded(.down)
    return Int(whole) + (distances - whole > 1e-9 ? 2 : 1)
  }
}
