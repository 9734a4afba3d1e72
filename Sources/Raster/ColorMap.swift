/// Colours for numbers, in steps that look equally different.
///
/// A map has few steps (32 by default), so that a film of heat maps fits one palette.
package struct ColorMap: Hashable, Sendable, CustomStringConvertible {
  /// Its name on the command line.
  package let name: String
  /// The colours from the lowest value to the highest.
  package let colors: [Color]

  /// A map through control points, resampled so that neighbouring steps look equally different.
  package init(_ name: String, through points: [OKLab], steps: Int = 32) {
    precondition(points.count >= 2 && steps >= 2, "a colour map needs two points and two steps")
    self.name = name
    self.colors = Self.evenlySpaced(along: points, steps: steps).map(\.color)
  }

  /// A map with two arms that look equally long; the colour between them represents 0.
  package init(
    _ name: String, down: [OKLab], middle: OKLab, up: [OKLab], stepsPerArm: Int = 16
  ) {
    let lower = Self.evenlySpaced(along: [middle] + down, steps: stepsPerArm + 1)
    let upper = Self.evenlySpaced(along: [middle] + up, steps: stepsPerArm + 1)
    self.init(name, colors: (lower.dropFirst().reversed() + upper).map(\.color))
  }

  private init(_ name: String, colors: [Color]) {
    self.name = name
    self.colors = colors
  }

  /// The colour for a share between 0 (lowest) and 1; values outside get the colour of the nearest
  /// end.
  package func color(at share: Double) -> Color {
    guard share > 0 else { return colors[0] }
    return colors[min(colors.count - 1, Int(min(share, 1) * Double(colors.count)))]
  }

  /// The colour for a value in a range; where the range is empty, the middle colour.
  package func color(for value: Double, in range: ClosedRange<Double>) -> Color {
    let width = range.upperBound - range.lowerBound
    return color(at: width > 0 ? (value - range.lowerBound) / width : 0.5)
  }

  /// The colour for a signed value, where ±`limit` are the ends and 0 is the middle.
  package func color(for value: Double, limit: Double) -> Color {
    color(at: limit > 0 ? 0.5 + value / limit / 2 : 0.5)
  }

  /// The map's name.
  package var description: String { name }

  /// The same colours in reverse order.
  package var reversed: ColorMap { ColorMap(name, colors: colors.reversed()) }

  /// Some of the colours, from one to another.
  package func part(_ range: ClosedRange<Int>) -> ColorMap {
    ColorMap(name, colors: Array(colors[range]))
  }

  /// From dark indigo through teal and green to pale yellow.
  package static let dusk = ColorMap(
    "dusk",
    through: [
      OKLab(lightness: 0.27, chroma: 0.115, hue: 292),
      OKLab(lightness: 0.39, chroma: 0.120, hue: 272),
      OKLab(lightness: 0.50, chroma: 0.105, hue: 240),
      OKLab(lightness: 0.61, chroma: 0.105, hue: 195),
      OKLab(lightness: 0.72, chroma: 0.130, hue: 158),
      OKLab(lightness: 0.83, chroma: 0.150, hue: 125),
      OKLab(lightness: 0.94, chroma: 0.120, hue: 104),
    ])

  /// From almost white to deep blue: amounts on a light page, such as visit counts.
  package static let mist = ColorMap(
    "mist",
    through: [
      OKLab(lightness: 0.97, chroma: 0.008, hue: 250),
      OKLab(lightness: 0.84, chroma: 0.055, hue: 235),
      OKLab(lightness: 0.68, chroma: 0.105, hue: 240),
      OKLab(lightness: 0.52, chroma: 0.130, hue: 255),
      OKLab(lightness: 0.36, chroma: 0.115, hue: 268),
    ])

  /// From rust through near white to blue: signed values on a light page.
  package static let tide = ColorMap(
    "tide",
    down: [
      OKLab(lightness: 0.85, chroma: 0.070, hue: 62),
      OKLab(lightness: 0.66, chroma: 0.130, hue: 50),
      OKLab(lightness: 0.46, chroma: 0.130, hue: 42),
    ],
    middle: OKLab(lightness: 0.965, chroma: 0.004, hue: 100),
    up: [
      OKLab(lightness: 0.85, chroma: 0.060, hue: 240),
      OKLab(lightness: 0.66, chroma: 0.120, hue: 248),
      OKLab(lightness: 0.46, chroma: 0.135, hue: 256),
    ])

  /// From amber through near black to sky blue: signed values on a dark page.
  package static let ember = ColorMap(
    "ember",
    down: [
      OKLab(lightness: 0.42, chroma: 0.070, hue: 48),
      OKLab(lightness: 0.60, chroma: 0.110, hue: 54),
      OKLab(lightness: 0.80, chroma: 0.125, hue: 68),
    ],
    middle: OKLab(lightness: 0.27, chroma: 0.010, hue: 270),
    up: [
      OKLab(lightness: 0.42, chroma: 0.080, hue: 258),
      OKLab(lightness: 0.60, chroma: 0.115, hue: 250),
      OKLab(lightness: 0.80, chroma: 0.100, hue: 238),
    ])

  /// All maps that can be chosen by name.
  package static let all = [dusk, mist, tide, ember]

  /// The map with a name, if there is one.
  package static func named(_ name: String) -> ColorMap? { all.first { $0.name == name } }

  private static func evenlySpaced(along points: [OKLab], steps: Int) -> [OKLab] {
    let perSegment = 256
    var path: [OKLab] = []
    var lengths: [Double] = []
    for index in 0...((points.count - 1) * perSegment) {
      let segment = min(index / perSegment, points.count - 2)
      let share = Double(index - segment * perSegment) / Double(perSegment)
      // Measures the colour as displayed, not as requested: clipping would make uneven steps.
      let point = OKLab(curve(through: points, segment: segment, share: share).color)
      let step = path.last.map { $0.distance(to: point) } ?? 0
      lengths.append((lengths.last ?? 0) + step)
      path.append(point)
    }
    let total = lengths[lengths.count - 1]
    var cursor = 0
    return (0..<steps).map { step in
      let wanted = total * Double(step) / Double(steps - 1)
      while cursor < lengths.count - 1, lengths[cursor] < wanted { cursor += 1 }
      return path[cursor]
    }
  }

  /// A Catmull-Rom curve, so that the hue changes without corners (which look like bands).
  private static func curve(through points: [OKLab], segment: Int, share: Double) -> OKLab {
    let before = points[max(0, segment - 1)]
    let start = points[segment]
    let end = points[segment + 1]
    let after = points[min(points.count - 1, segment + 2)]
    func blend(_ channel: (OKLab) -> Double) -> Double {
      let (p, q, r, s) = (channel(before), channel(start), channel(end), channel(after))
      let linear = (r - p) * share
      let square = (2 * p - 5 * q + 4 * r - s) * share * share
      let cubic = (3 * q - p - 3 * r + s) * share * share * share
      return q + (linear + square + cubic) / 2
    }
    return OKLab(lightness: blend(\.lightness), a: blend(\.a), b: blend(\.b))
  }
}
