import Glibc

/// A colour in perceptual coordinates: equal distances look equally different.
///
/// Björn Ottosson, "A perceptual color space for image processing",
/// https://bottosson.github.io/posts/oklab/
package struct OKLab: Hashable, Sendable {
  /// From 0 (black) to 1 (white).
  package var lightness: Double
  /// From green (negative) to red.
  package var a: Double
  /// From blue (negative) to yellow.
  package var b: Double

  /// A colour from its coordinates.
  package init(lightness: Double, a: Double, b: Double) {
    self.lightness = lightness
    self.a = a
    self.b = b
  }

  /// A colour from lightness, chroma and a hue angle in degrees.
  package init(lightness: Double, chroma: Double, hue: Double) {
    let angle = hue * .pi / 180
    self.init(lightness: lightness, a: chroma * cos(angle), b: chroma * sin(angle))
  }

  /// An sRGB colour in these coordinates.
  package init(_ color: Color) {
    let red = Self.linear(color.red)
    let green = Self.linear(color.green)
    let blue = Self.linear(color.blue)
    let long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    let medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    let short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    self.init(
      lightness: 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
      a: 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
      b: 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short)
  }

  /// The nearest displayable colour of the same lightness and hue.
  package var color: Color {
    var shown = self
    // Twenty steps of 5 % end at grey, which every screen can show.
    for _ in 0..<20 where !shown.isShowable {
      shown.a -= a * 0.05
      shown.b -= b * 0.05
    }
    let (red, green, blue) = shown.linearChannels
    return Color(
      red: Self.encoded(red), green: Self.encoded(green), blue: Self.encoded(blue))
  }

  /// The perceived difference between two colours; .02 is just noticeable on a screen.
  package func distance(to other: OKLab) -> Double {
    let dl = lightness - other.lightness
    let da = a - other.a
    let db = b - other.b
    return (dl * dl + da * da + db * db).squareRoot()
  }

  private var linearChannels: (Double, Double, Double) {
    let long = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let medium = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let short = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    return (
      4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
      -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
      -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    )
  }

  private var isShowable: Bool {
    let (red, green, blue) = linearChannels
    let range = -0.0005...1.0005
    return range.contains(red) && range.contains(green) && range.contains(blue)
  }

  private func cube(_ value: Double) -> Double { value * value * value }

  /// An 8-bit sRGB channel as linear light.
  package static func linear(_ channel: UInt8) -> Double {
    let value = Double(channel) / 255
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }

  /// Linear light as an 8-bit sRGB channel.
  package static func encoded(_ light: Double) -> UInt8 {
    let bounded = max(0, min(1, light))
    let value = bounded <= 0.0031308 ? bounded * 12.92 : 1.055 * pow(bounded, 1 / 2.4) - 0.055
    return UInt8((value * 255).rounded())
  }
}
