/// An sRGB colour with 8 bits per channel and straight (not premultiplied) alpha.
package struct Color: Hashable, Sendable, CustomStringConvertible {
  /// How much red, from 0 to 255.
  package var red: UInt8
  /// How much green, from 0 to 255.
  package var green: UInt8
  /// How much blue, from 0 to 255.
  package var blue: UInt8
  /// How opaque, from 0 (invisible) to 255.
  package var alpha: UInt8

  /// A colour from its channels.
  package init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// An opaque colour from its hexadecimal notation, as in `Color(0x2F6DB5)`.
  package init(_ hex: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
      blue: UInt8(truncatingIfNeeded: hex))
  }

  /// The colour without its alpha, as the number `0xRRGGBB`.
  package var hex: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }

  /// The colour in CSS notation, `#RRGGBB` or `#RRGGBBAA`.
  package var description: String {
    let channels = [red, green, blue] + (alpha == 255 ? [] : [alpha])
    return channels.reduce("#") { text, channel in
      text + (channel < 16 ? "0" : "") + String(channel, radix: 16, uppercase: true)
    }
  }

  /// The same colour with another opacity (0…1).
  package func opacity(_ opacity: Double) -> Color {
    var copy = self
    copy.alpha = UInt8((max(0, min(1, opacity)) * 255).rounded())
    return copy
  }

  /// The colour at a share of the way to another, perceptually even (mixed in OKLab).
  package func mixed(with other: Color, _ share: Double) -> Color {
    let start = OKLab(self)
    let end = OKLab(other)
    var mixture = OKLab(
      lightness: start.lightness + (end.lightness - start.lightness) * share,
      a: start.a + (end.a - start.a) * share, b: start.b + (end.b - start.b) * share
    ).color
    mixture.alpha = UInt8(
      (Double(alpha) + (Double(other.alpha) - Double(alpha)) * max(0, min(1, share))).rounded())
    return mixture
  }

  /// The visible colour where this one covers a share of another, as at an anti-aliased edge.
  package func covering(_ other: Color, by share: Double = 1) -> Color {
    let coverage = share * Double(alpha) / 255
    func blend(_ top: UInt8, _ bottom: UInt8) -> UInt8 {
      UInt8((Double(bottom) + (Double(top) - Double(bottom)) * coverage).rounded())
    }
    return Color(
      red: blend(red, other.red), green: blend(green, other.green), blue: blend(blue, other.blue),
      alpha: other.alpha)
  }

  /// The greatest difference of the three channels.
  package func distance(to other: Color) -> Int {
    max(
      abs(Int(red) - Int(other.red)), abs(Int(green) - Int(other.green)),
      abs(Int(blue) - Int(other.blue)))
  }

  /// Whichever of two colours reads better on top of this one.
  package func moreLegible(of first: Color, or second: Color) -> Color {
    let lightness = OKLab(self).lightness
    let firstContrast = abs(OKLab(first).lightness - lightness)
    return firstContrast >= abs(OKLab(second).lightness - lightness) ? first : second
  }
}
