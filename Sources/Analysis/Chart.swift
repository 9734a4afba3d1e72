package import Raster

/// A chart as data: axes and what is drawn between them, the first layer at the back.
package struct Chart: Drawing, Sendable {
  /// One thing that is drawn between the axes.
  package enum Layer: Sendable {
    /// Points joined by a line.
    case line(x: [Double], y: [Double], Color, Stroke)
    /// Points on their own, each standing for as many as its weight says, or for one; where many fall together the
    /// colour turns from the first to the second.
    case dots(x: [Double], y: [Double], weights: [Int] = [], Color, dense: Color)
    /// The area between two lines.
    case band(x: [Double], low: [Double], high: [Double], Color)
    /// Bars that stand on zero, each so wide.
    case bars(x: [Double], heights: [Double], width: Double, Color)
    /// A dot with a text beside it, in the margin where it stands at the edge.
    case note(x: Double, y: Double, String, Color)
  }

  /// An entry of the legend.
  package struct LegendEntry: Sendable {
    /// What is explained.
    package var name: String
    /// Its colour.
    package var color: Color
    /// How its sample is drawn; nil for dots.
    package var stroke: Stroke?

    /// An explanation of a line, or of dots.
    package init(_ name: String, _ color: Color, _ stroke: Stroke? = Stroke(width: 2)) {
      self.name = name
      self.color = color
      self.stroke = stroke
    }
  }

  /// What the chart is about.
  package var title: String
  /// How its numbers were made.
  package var subtitle: String
  /// To the right.
  package var x: Axis
  /// Upwards.
  package var y: Axis
  /// What is drawn, from back to front.
  package var layers: [Layer] = []
  /// What the lines mean.
  package var legend: [LegendEntry] = []
  /// The colours.
  package var theme: Theme
  /// Pixels from left to right; as for a slide.
  package var width = 960
  /// Pixels from top to bottom.
  package var height = 540

  /// A chart without layers.
  package init(
    title: String, subtitle: String = "", x: Axis, y: Axis, theme: Theme = .light
  ) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.y = y
    self.theme = theme
  }

  /// Draws the chart over all of a canvas.
  package func draw(onto canvas: Canvas) {
    draw(
      onto: canvas, in: Rect(x: 0, y: 0, width: Double(canvas.width), height: Double(canvas.height))
    )
  }

  /// Draws the chart inside a part of a canvas; letters are as large as the part allows, or as told.
  package func draw(onto canvas: Canvas, in area: Rect, scale: Double? = nil) {
    let layout = ChartLayout(self, in: area, scale: scale, measuring: canvas)
    layout.drawFrame(self, onto: canvas)
    canvas.isolated {
      // Lines may be half their thickness beyond the numbers.
      canvas.clip(to: .rect(layout.plot.inset(by: -3)))
      for layer in layers { layout.draw(layer, of: self, onto: canvas) }
    }
    layout.drawNotes(of: self, onto: canvas)
  }
}
