package import Raster

/// Parts of a film, one after the other, with time to look: each pauses before it moves, at
/// its highlight, and at its end.
package struct ClipFilm: FrameSource {
  /// A part of a film.
  package struct Clip: Sendable {
    /// Its frames.
    package var frames: Range<Int>
    /// The frame that it is shown for.
    package var highlight: Int
    /// How much longer its first frame stays, in hundredths of a second.
    package var opening: Int

    /// A part of a film.
    package init(frames: Range<Int>, highlight: Int, opening: Int) {
      precondition(frames.contains(highlight), "a clip shows what it is for")
      (self.frames, self.highlight, self.opening) = (frames, highlight, opening)
    }
  }

  private var source: any FrameSource
  private let clips: [Clip]
  private let pause: Int
  /// The frames of each clip.
  package let chapters: [Range<Int>]

  /// Parts of a film, with a pause at each highlight and each end, in hundredths of a second.
  package init(_ source: any FrameSource, _ clips: [Clip], pause: Int) {
    precondition(!clips.isEmpty, "there is something to show")
    (self.source, self.clips, self.pause) = (source, clips, pause)
    var count = 0
    chapters = clips.map { clip in
      defer { count += clip.frames.count }
      return count..<count + clip.frames.count
    }
  }

  /// How many frames there are.
  package var frameCount: Int { chapters.last?.upperBound ?? 0 }
  /// Pixels from left to right.
  package var width: Int { source.width }
  /// Pixels from top to bottom.
  package var height: Int { source.height }
  /// The source's colours.
  package var declaredColors: [Color] { source.declaredColors }

  /// The pauses of the clips; those of the source do not apply.
  package func hold(after frame: Int) -> Int {
    let (clip, shown) = place(of: frame)
    let opening = shown == clip.frames.lowerBound ? clip.opening : 0
    let isPause = shown == clip.highlight || shown + 1 == clip.frames.upperBound
    return opening + (isPause ? pause : 0)
  }

  /// Draws one of the source's frames.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    try source.draw(place(of: frame).shown, onto: canvas)
  }

  private func place(of frame: Int) -> (clip: Clip, shown: Int) {
    let place = chapters.place(of: frame)
    let clip = clips[place]
    return (clip, clip.frames.lowerBound + frame - chapters[place].lowerBound)
  }
}
