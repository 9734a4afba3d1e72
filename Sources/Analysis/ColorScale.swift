import Glibc
package import Raster

/// How a heat map's numbers become colours.
package struct ColorScale: Hashable, Sendable {
  /// The mapping from number to colour.
  package enum Kind: Hashable, Sendable {
    /// From lowest to highest.
    case linear
    /// Around zero: colours of equal strength at equal distance from zero.
    case diverging
    /// Logarithmic, for counts.
    case logarithmic
  }

  /// The mapping from number to colour.
  package let kind: Kind
  /// The numbers at the two ends.
  package let range: ClosedRange<Double>

  /// A scale; one for counts starts at 1, and one around zero ends where a colour does.
  ///
  /// If a scale around zero had equal sides, numbers from −1 to 10 would leave most of one side unused; if
  /// each side were stretched to its own end, −1 would look as strong as 10. So a colour means the same amount on
  /// both sides, and each side ends with the colour of its last number.
  package init(_ kind: Kind, _ range: ClosedRange<Double>) {
    self.kind = kind
    switch kind {
    case .linear: self.range = range
    case .diverging:
      let limit = max(abs(range.lowerBound), abs(range.upperBound), Self.leastLimit)
      // The middle colour belongs half to either side.
      let step = limit / (Double(Self.arm) + 0.5)
      func end(_ length: Double) -> Double {
        step * ((max(0, length) / step - 0.5 - 1e-9).rounded(.up) + 0.5)
      }
      self.range = -max(step / 2, end(-range.lowerBound))...max(step / 2, end(range.upperBound))
    case .logarithmic: self.range = max(1, range.lowerBound)...max(2, range.upperBound)
    }
  }

  /// The scale that fits several maps, so that a film can keep it.
  package init(
    fitting maps: some Sequence<HeatMap>, of quantity: HeatMap.Quantity = .values,
    actions: Bool = false
  ) {
    var bounds: ClosedRange<Double>?
    for map in maps {
      guard let more = actions ? map.actionBounds ?? map.bounds : map.bounds else { continue }
      bounds =
        bounds.map {
          min($0.lowerBound, more.lowerBound)...max($0.upperBound, more.upperBound)
        } ?? more
    }
    self.init(fitting: bounds ?? 0...1, of: quantity)
  }

  /// The scale for numbers in a range: around zero if both signs matter.
  package init(fitting bounds: ClosedRange<Double>, of quantity: HeatMap.Quantity = .values) {
    let (low, high) = (bounds.lowerBound, bounds.upperBound)
    switch quantity {
    case .visits: self.init(.logarithmic, 1...high)
    case .tdError, .settled: self.init(.linear, 0...max(high, .leastNormalMagnitude))
    case .uncertainty: self.init(.linear, 0...0.5)
    case .values: self.init(fittingValues: low, high)
    }
  }

  private init(fittingValues low: Double, _ high: Double) {
    if low < 0, high > 0, min(-low, high) > 0.15 * max(-low, high) {
      self.init(.diverging, low...high)
    } else {
      self.init(.linear, low < high ? low...high : min(low, 0)...max(high, low < 0 ? 0 : 1))
    }
  }

  /// The position of a number between the ends.
  package func share(of value: Double) -> Double {
    switch kind {
    case .linear, .diverging:
      let width = range.upperBound - range.lowerBound
      return width > 0 ? (value - range.lowerBound) / width : 0.5
    case .logarithmic:
      return log(max(value, 1) / range.lowerBound) / log(range.upperBound / range.lowerBound)
    }
  }

  /// The number of colours on either side of the middle one, in every theme.
  private static let arm = Theme.light.diverging.colors.count / 2
  /// A range below this has no distinguishable steps.
  private static let leastLimit = 1e-300

  /// Which of a theme's colours this scale uses.
  package var part: ClosedRange<Int> {
    guard kind == .diverging else { return 0...Theme.light.sequential.colors.count - 1 }
    let step = max(-range.lowerBound, range.upperBound) / (Double(Self.arm) + 0.5)
    func colors(_ length: Double) -> Int { Int((length / step - 0.5).rounded()) }
    return Self.arm - colors(-range.lowerBound)...Self.arm + colors(range.upperBound)
  }

  /// The colours of this scale in a theme.
  package func map(in theme: Theme) -> ColorMap {
    kind == .diverging ? theme.diverging.part(part) : theme.sequential
  }

  /// The colour of a number.
  package func color(of value: Double, in theme: Theme) -> Color {
    map(in: theme).color(at: share(of: value))
  }

  /// Ticks for a colour bar.
  package func ticks(about count: Int) -> [Axis.Tick] {
    Axis("", range, scale: kind == .logarithmic ? .logarithmic : .linear).ticks(about: count)
  }
}
