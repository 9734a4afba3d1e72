/// A source of a film's frames.
///
/// A film first draws a few frames to choose its palette, then all of them; in each pass the
/// numbers ascend. Every call comes from the thread that makes the film.
package protocol FrameSource {
  /// How many frames there are.
  var frameCount: Int { get }
  /// Pixels from left to right, the same for every frame.
  var width: Int { get }
  /// Pixels from top to bottom.
  var height: Int { get }
  /// Colours of whole areas that frames will need, the most important first.
  var declaredColors: [Color] { get }
  /// Its parts, such as episodes: their frames in order, without gaps.
  var chapters: [Range<Int>] { get }

  /// Draws one frame over whatever the canvas shows (an older frame, or nothing).
  mutating func draw(_ frame: Int, onto canvas: Canvas) throws

  /// How much longer than usual a frame is shown, in hundredths of a second.
  func hold(after frame: Int) -> Int
}

extension FrameSource {
  /// By default, only those that the frames show.
  package var declaredColors: [Color] { [] }

  /// By default, one chapter.
  package var chapters: [Range<Int>] { [0..<frameCount] }

  /// By default, every frame is shown for the same time.
  package func hold(after frame: Int) -> Int { 0 }
}

extension [Range<Int>] {
  /// The index of the chapter that contains a frame.
  package func place(of frame: Int) -> Int {
    var low = 0
    var high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      if self[middle].lowerBound <= frame { low = middle } else { high = middle }
    }
    return low
  }
}
