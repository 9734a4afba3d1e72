/// A speed that a GIF can have: every frame stays for a whole number of hundredths of a second.
package struct FrameRate: Hashable, Sendable, CustomStringConvertible {
  /// How long a frame stays, in hundredths of a second, at least 2: viewers play 1 slowly.
  package let delay: Int

  /// The speed with this delay; one outside what viewers play becomes the nearest that they do.
  package init(delay: Int) { self.delay = max(2, min(delay, Self.greatestDelay)) }

  /// The real speed nearest to the one asked for.
  package init(nearestTo framesPerSecond: Double) {
    guard framesPerSecond > 0, framesPerSecond.isFinite else {
      self.init(delay: framesPerSecond > 0 ? 2 : Self.greatestDelay)
      return
    }
    let exact = 100 / framesPerSecond
    let shorter = max(2, min(Double(Self.greatestDelay - 1), exact.rounded(.down)))
    let longer = shorter + 1
    // Nearest in frames a second, which is what was asked for, not in delay.
    let isShorter = abs(100 / shorter - framesPerSecond) <= abs(100 / longer - framesPerSecond)
    self.init(delay: Int(isShorter ? shorter : longer))
  }

  /// How many frames are shown in a second.
  package var framesPerSecond: Double { 100 / Double(delay) }

  /// The speed in words.
  package var description: String {
    let tenths = Int((framesPerSecond * 10).rounded())
    let number = tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return "\(number) frames a second"
  }

  /// The longest delay that the format has room for.
  package static let greatestDelay = 65_535
}
