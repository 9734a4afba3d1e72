import Raster
import Testing

@Suite struct ThemeTests {
  @Test(arguments: Theme.all, ColorVision.allCases)
  func `any two of the eight series colours differ for every reader`(
    theme: Theme, vision: ColorVision
  ) {
    #expect(theme.series.count == 8)
    let seen = theme.series.map(vision.seen)
    for (index, first) in seen.enumerated() {
      for second in seen.dropFirst(index + 1) {
        #expect(first.distance(to: second) > (vision == .full ? 0.15 : 0.1))
      }
    }
  }

  @Test(arguments: Theme.all)
  func `text and series stand out from their background`(theme: Theme) {
    for background in [theme.background, theme.surface] {
      #expect(contrast(theme.text, background) > 12)
      #expect(contrast(theme.mutedText, background) > 4.5)
      for color in theme.series { #expect(contrast(color, background) > 1.6) }
    }
  }

  @Test func `themes are found by their names`() {
    #expect(Theme.named("light") == .light)
    #expect(Theme.named("dark") == .dark)
    #expect(Theme.named("Light") == nil)
    for theme in Theme.all {
      #expect(theme.isDark == (OKLab(theme.background).lightness < OKLab(theme.text).lightness))
      #expect(theme.color(light: 1, dark: 2) == Color(theme.isDark ? 2 : 1))
    }
  }

  @Test(arguments: Theme.all)
  func `a theme declares the colours that its pictures need`(theme: Theme) {
    #expect(theme.declaredColors.contains(theme.accent))
    #expect(theme.declaredColors.count < 64)
  }

  /// WCAG 2's contrast ratio, https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
  private func contrast(_ first: Color, _ second: Color) -> Double {
    func luminance(_ color: Color) -> Double {
      0.2126 * OKLab.linear(color.red) + 0.7152 * OKLab.linear(color.green)
        + 0.0722 * OKLab.linear(color.blue)
    }
    let (a, b) = (luminance(first), luminance(second))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }
}
