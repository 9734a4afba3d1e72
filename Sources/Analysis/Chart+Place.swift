package import Raster

extension Chart {
  /// The plot area when the chart is drawn inside an area of a canvas.
  package func plot(in area: Rect, on canvas: Canvas) -> Rect {
    ChartLayout(self, in: area, measuring: canvas).plot
  }
}
