import Analysis
import Raster

/// The colours of a page as CSS variables, which follow its theme.
package struct PageColors {
  private var pairs: [(light: Color, dark: Color)] = []

  /// The variable for a colour of the light theme and its counterpart in the dark one.
  mutating func name(light: Color, dark: Color) -> String {
    let known = pairs.firstIndex { $0.light == light && $0.dark == dark }
    if known == nil { pairs.append((light, dark)) }
    return "c\(known ?? pairs.count - 1)"
  }

  /// Only the colours of the themes.
  package init() {}

  /// The CSS rules that set all variables.
  package var style: String {
    let (light, dark) = (
      variables(.light) + pairs.enumerated().map { "--c\($0):\($1.light);" }.joined(),
      variables(.dark) + pairs.enumerated().map { "--c\($0):\($1.dark);" }.joined()
    )
    return ":root{\(light)color-scheme:light}"
      + "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){\(dark)color-scheme:dark}}"
      + ":root[data-theme=dark]{\(dark)color-scheme:dark}"
  }

  private func variables(_ theme: Theme) -> String {
    let named = [
      ("background", theme.background), ("surface", theme.surface), ("text", theme.text),
      ("muted", theme.mutedText), ("grid", theme.grid), ("axis", theme.axis),
      ("accent", theme.accent),
    ]
    let series = theme.series.enumerated().map { ("s\($0)", $1) }
    let maps = [("sequential", theme.sequential), ("diverging", theme.diverging)]
    return (named + series).map { "--\($0):\($1);" }.joined()
      + maps.map { "--\($0):\(Self.gradient($1));" }.joined()
  }

  /// The steps of a colour map from left to right.
  private static func gradient(_ map: ColorMap) -> String {
    let share = 100 / Double(map.colors.count)
    let steps = map.colors.enumerated().map { "\($1) 0 \((Double($0 + 1) * share))%" }
    return "linear-gradient(to right,\(steps.joined(separator: ",")))"
  }
}
