import Glibc
import Raster

/// One axis of a chart: its quantity, its range, and its ticks.
package struct Axis: Sendable {
  /// How numbers become lengths.
  package enum Scale: Sendable { case linear, logarithmic }

  /// A tick and its label.
  package struct Tick: Hashable, Sendable {
    /// Its number.
    package var value: Double
    /// Its label.
    package var label: String
  }

  /// The quantity, with its unit.
  package var label: String
  /// The range of numbers.
  package var range: ClosedRange<Double>
  /// How numbers become lengths.
  package var scale: Scale
  /// The labels at 0, 1, 2 … if these stand for names.
  package var names: [String] = []

  /// An axis; an empty range is widened, so that something can be drawn.
  package init(_ label: String, _ range: ClosedRange<Double>, scale: Scale = .linear) {
    self.label = label
    self.scale = scale
    let width = range.upperBound - range.lowerBound
    if width > 0 {
      self.range = range
    } else {
      let half = scale == .logarithmic ? 0 : max(abs(range.lowerBound) * 0.05, 0.5)
      self.range =
        scale == .logarithmic
        ? range.lowerBound / 2...range.lowerBound * 2
        : range.lowerBound - half...range.upperBound + half
    }
    precondition(scale == .linear || self.range.lowerBound > 0, "a logarithm needs numbers above 0")
  }

  /// An axis whose range contains all given numbers, with some margin. Numbers so large that differences
  /// overflow are ignored.
  package static func covering(
    _ label: String, _ values: [[Double]], air: Double = 0.04, scale: Scale = .linear
  ) -> Axis {
    var (low, high) = (Double.infinity, -Double.infinity)
    for list in values {
      for value in list where abs(value) < 1e300 && (scale == .linear || value > 0) {
        low = min(low, value)
        high = max(high, value)
      }
    }
    guard low <= high else { return Axis(label, scale == .linear ? 0...1 : 1...10, scale: scale) }
    if scale == .logarithmic {
      let factor = pow(high / low, air)
      return Axis(label, low / factor...high * factor, scale: scale)
    }
    let margin = (high - low) * air
    return Axis(label, low - margin...high + margin)
  }

  /// Whether a number is on the axis, or close enough for a line to it to be drawn.
  package func canShow(_ value: Double) -> Bool {
    guard scale == .linear || value > 0 else { return false }
    // False for NaN, too.
    return abs(share(of: value)) < 1e6
  }

  /// The position of a number on the axis, from 0 to 1.
  package func share(of value: Double) -> Double {
    switch scale {
    case .linear: (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    case .logarithmic:
      log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
    }
  }

  /// Ticks at round numbers, about as many as requested.
  package func ticks(about count: Int) -> [Tick] {
    if !names.isEmpty {
      return names.enumerated().map { Tick(value: Double($0), label: $1) }
    }
    return switch scale {
    case .linear: linearTicks(about: count)
    case .logarithmic: logarithmicTicks(about: count)
    }
  }

  /// 1, 2 or 5 times a power of ten: the step that divides a length into at most `count` parts.
  package static func roundStep(_ length: Double, parts count: Int) -> Double {
    let rough = length / Double(max(1, count))
    guard rough > 0, rough.isFinite else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    // The tolerance allows for 0.1 · 3 being slightly more than 0.3.
    let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999_999 } ?? 10
    return factor * power
  }

  private func linearTicks(about count: Int) -> [Tick] {
    let step = Self.roundStep(range.upperBound - range.lowerBound, parts: count)
    let tolerance = step * 1e-6
    let first = ((range.lowerBound - tolerance) / step).rounded(.up)
    let last = ((range.upperBound + tolerance) / step).rounded(.down)
    guard first <= last, last - first < 1000 else { return [] }
    let greatest = max(abs(first), abs(last)) * step
    return stride(from: first, through: last, by: 1).map { number in
      let value = number * step
      return Tick(value: value, label: Self.label(value, step: step, greatest: greatest))
    }
  }

  private func logarithmicTicks(about count: Int) -> [Tick] {
    let low = log10(range.lowerBound) - 1e-9
    let high = log10(range.upperBound) + 1e-9
    let decades = high - low
    let factors: [Double] =
      decades < 0.7 ? Array(stride(from: 1, to: 10, by: 1)) : decades < 1.5 ? [1, 2, 5] : [1]
    let stride = max(1, Int((decades / Double(max(1, count))).rounded(.up)))
    var ticks: [Tick] = []
    for exponent in Int(low.rounded(.down))...Int(high.rounded(.up))
    where exponent.isMultiple(of: stride) {
      for factor in factors {
        let value = factor * pow(10, Double(exponent))
        guard (low...high).contains(log10(value)) else { continue }
        ticks.append(Tick(value: value, label: NumberText.short(value, digits: 1)))
      }
    }
    // Within part of a decade, linear round numbers serve as well.
    return ticks.count < 2 ? linearTicks(about: count) : ticks
  }

  /// All labels of an axis have the same unit and as many decimals as their step needs.
  private static func label(_ value: Double, step: Double, greatest: Double) -> String {
    let (unit, letter) =
      greatest >= 1e9
      ? (1e9, " G") : greatest >= 1e6 ? (1e6, " M") : greatest >= 1e4 ? (1e3, " K") : (1, "")
    if abs(value) < step / 2 { return "0" }
    let decimals = max(0, Int((-log10(step / unit) - 1e-9).rounded(.up)))
    return decimals > 6
      ? NumberText.short(value) : NumberText.fixed(value / unit, decimals: decimals) + letter
  }
}
