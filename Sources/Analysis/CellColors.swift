package import Raster

/// The colours of cells, the same in heat maps as in the pictures of their world.
extension Theme {
  /// Walls.
  package var wall: Color { color(light: 0x39435A, dark: 0x55617F) }
  /// Goals.
  package var goal: Color { positive }
  /// Frozen lake.
  package var ice: Color { color(light: 0xE2EFF8, dark: 0x2A3F55) }
  /// Open water.
  package var hole: Color { color(light: 0x1E4468, dark: 0x0B1622) }
}

extension Canvas {
  /// The flag of a goal, in the middle of a cell.
  package func drawGoalFlag(in cell: Rect, _ theme: Theme) {
    drawFlag(at: cell.center, height: cell.width * 0.56, theme.goal, ink: theme.text)
  }
}
