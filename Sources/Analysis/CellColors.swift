package import Raster

/// What fills a map's cells has the same colours in heat maps as in the pictures of its world.
extension Theme {
  /// Where nobody can stand.
  package var wall: Color { color(light: 0x39435A, dark: 0x55617F) }
  /// What is sought.
  package var goal: Color { positive }
  /// A frozen lake.
  package var ice: Color { color(light: 0xE2EFF8, dark: 0x2A3F55) }
  /// Open water.
  package var hole: Color { color(light: 0x1E4468, dark: 0x0B1622) }
}

extension Canvas {
  /// The flag of what is sought, in the middle of a cell.
  package func drawGoalFlag(in cell: Rect, _ theme: Theme) {
    drawFlag(at: cell.center, height: cell.width * 0.56, theme.goal, ink: theme.text)
  }
}
