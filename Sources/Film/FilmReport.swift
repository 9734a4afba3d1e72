/// What was made, in numbers.
package struct FilmReport: Hashable, Sendable {
  /// Where it is.
  package var path: String
  /// How many frames were drawn.
  package var frames: Int
  /// How many bytes they take.
  package var bytes: Int
  /// How many colours the palette has; nil where every pixel keeps its own.
  package var colors: Int?
  /// How far off the worst channel of any pixel is, of 255; 0 where the film is exact.
  package var greatestError: Int
  /// How long a film plays, in seconds; nil for a folder of frames.
  package var duration: Double?
  /// Whether a video's codec changes colours besides.
  package var isLossy = false
}

/// Called with the number of frames that are done; what it throws ends the work, which leaves
/// nothing behind.
package typealias FilmProgress = (Int) throws -> Void
