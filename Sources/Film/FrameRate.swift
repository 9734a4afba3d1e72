/// A frame rate that a GIF can have: every frame is shown for a whole number of hundredths of a
/// second.
package struct FrameRate: Hashable, Sendable, CustomStringConvertible {
  /// The duration of a frame in hundredths of a second, at least 2, because viewers slow down 1.
  package let delay: Int

  /// The frame rate with this delay, limited to the range that viewers support.
  package init(delay: Int) { self.delay = max(2, min(delay, Self.greatestDelay)) }

  /// The possible frame rate nearest to the requested one.
  package init(nearestTo framesPerSecond: Double) {
    guard framesPerSecond > 0, framesPerSecond.isFinite else {
      self.init(delay: framesPerSecond > 0 ? 2 : Self.greatestDelay)
      return
    }
    let exact = 100 / framesPerSecond
    let shorter = max(2, min(Double(Self.greatestDelay - 1), exact.rounded(.down)))
    let longer = shorter + 1
    // Nearest in frames per second, as requested, not in delay.
    let isShorter = abs(100 / shorter - framesPerSecond) <= abs(100 / longer - framesPerSecond)
    self.init(delay: Int(isShorter ? shorter : longer))
  }

  /// How many frames are shown in a second.
  package var framesPerSecond: Double { 100 / Double(delay) }

  /// The frame rate in words.
  package var description: String {
    let tenths = Int((framesPerSecond * 10).rounded())
    let number = tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return "\(number) frames a second"
  }

  /// The longest delay in the format.
  package static let greatestDelay = 65_535
}
