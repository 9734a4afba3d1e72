/// A frame rate of videos and animated PNGs: any number of frames per second, to thousandths.
package struct PreciseRate: Hashable, Sendable, CustomStringConvertible {
  /// The number of frames …
  package let numerator: Int
  /// … in this number of seconds.
  package let denominator: Int

  /// The frame rate nearest to the requested one, from one frame in a hundred seconds to 60 per
  /// second.
  package init(nearestTo framesPerSecond: Double) {
    let wanted = framesPerSecond.isNaN ? 1 : framesPerSecond
    let thousandths = Int((max(Self.least, min(wanted, Self.most)) * 1000).rounded())
    let divisor = Self.commonDivisor(thousandths, 1000)
    (numerator, denominator) = (thousandths / divisor, 1000 / divisor)
  }

  /// The slowest speed.
  package static let least = 0.01
  /// The fastest speed; more than screens show.
  package static let most = 60.0

  /// How many frames are shown in a second.
  package var framesPerSecond: Double { Double(numerator) / Double(denominator) }

  /// How many frames are nearest to a time in hundredths of a second.
  package func frames(in hundredths: Int) -> Int {
    Int((Double(hundredths) / 100 * framesPerSecond).rounded())
  }

  /// In ffmpeg's notation: `30`, `25/2`.
  package var description: String {
    denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
  }

  private static func commonDivisor(_ first: Int, _ second: Int) -> Int {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
