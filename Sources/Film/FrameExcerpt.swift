package import Raster

/// Some frames of a film at equal distances, the first and the last always among them.
package struct FrameExcerpt: FrameSource {
  private var source: any FrameSource
  private let every: Int
  /// How many frames there are.
  package let frameCount: Int

  /// Every frame whose number divides by `every`, and the last.
  package init(_ source: any FrameSource, every: Int) {
    precondition(every > 0, "frames have a distance")
    self.source = source
    self.every = every
    let last = source.frameCount - 1
    frameCount = max(0, last) / every + (last % every > 0 ? 2 : 1)
  }

  /// Pixels from left to right.
  package var width: Int { source.width }
  /// Pixels from top to bottom.
  package var height: Int { source.height }
  /// The source's colours.
  package var declaredColors: [Color] { source.declaredColors }

  /// Draws one of them.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    try source.draw(number(of: frame), onto: canvas)
  }

  /// The longest hold of this frame and those left out behind it.
  package func hold(after frame: Int) -> Int {
    let first = number(of: frame)
    let end = frame + 1 < frameCount ? number(of: frame + 1) : first + 1
    return (first..<max(first + 1, end)).map { source.hold(after: $0) }.max() ?? 0
  }

  private func number(of frame: Int) -> Int { min(frame * every, max(0, source.frameCount - 1)) }
}
