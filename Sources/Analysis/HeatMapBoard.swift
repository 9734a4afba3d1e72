package import Raster
import Rollouts

/// Only the cells of a heat map, with each action's value at its side, as part of a larger picture.
package struct HeatMapBoard {
  private let chart: HeatMapChart
  private let map: HeatMap

  /// The cells of a map from a whole pixel on, each `side` pixels wide.
  package init(_ map: HeatMap, scale: ColorScale, side: Int, at origin: Point, theme: Theme) {
    self.map = map
    chart = HeatMapChart(
      like: map, style: .triangles, scale: scale, side: side,
      at: Point(origin.x.rounded(), origin.y.rounded()), theme: theme)
  }

  /// The pixels of all cells, and of one.
  package var rect: Rect { chart.layout.board }
  package func rect(row: Int, column: Int) -> Rect { chart.layout.rect(row: row, column: column) }

  /// The position in a cell of an action's value.
  package func place(of action: Int, row: Int, column: Int) -> Point {
    let (rect, meaning) = (rect(row: row, column: column), map.actions[action])
    return HeatMapTriangles.place(of: meaning, in: rect)
  }

  /// The part of a cell that belongs to an action.
  package func shape(of action: Int, row: Int, column: Int) -> Shape {
    HeatMapTriangles.triangle(map.actions[action], rect(row: row, column: column))
  }

  /// Draws the cells.
  package func draw(onto canvas: Canvas) {
    HeatMapCells(chart: chart, map: map, canvas: canvas).draw()
    canvas.stroke(.rect(rect.inset(by: -0.5)), chart.theme.axis, width: 1)
  }
}
