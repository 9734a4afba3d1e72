/// What was made, in numbers.
package struct FilmReport: Hashable, Sendable {
  /// Its path.
  package var path: String
  /// How many frames were drawn.
  package var frames: Int
  /// How many bytes they take.
  package var bytes: Int
  /// How many colours the palette has; nil for true colour.
  package var colors: Int?
  /// The greatest error of any channel of any pixel, of 255; 0 where the film is exact.
  package var greatestError: Int
  /// The duration of a film in seconds; nil for a folder of frames.
  package var duration: Double?
  /// Whether a video's codec also changes colours.
  package var isLossy = false
}

/// Called with the number of completed frames; an error that it throws ends the work, and nothing
/// is left behind.
package typealias FilmProgress = (Int) throws -> Void
