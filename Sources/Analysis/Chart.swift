package import Raster

/// A chart as data: axes and the layers between them, the first layer at the back.
package struct Chart: Drawing, Sendable {
  /// One layer between the axes.
  package enum Layer: Sendable {
    /// Points joined by a line.
    case line(x: [Double], y: [Double], Color, Stroke)
    /// Separate points, each of which represents as many episodes as its weight, or one. Where many overlap, the
    /// colour turns from the first to the second.
    case dots(x: [Double], y: [Double], weights: [Int] = [], Color, dense: Color)
    /// The area between two lines.
    case band(x: [Double], low: [Double], high: [Double], Color)
    /// Bars from zero, with a given width.
    case bars(x: [Double], heights: [Double], width: Double, Color)
    /// A dot with a text beside it, which is in the margin if the dot is at the edge.
    case note(x: Double, y: Double, String, Color)
  }

  /// An entry of the legend.
  package struct LegendEntry: Sendable {
    /// Its text.
    package var name: String
    /// Its colour.
    package var color: Color
    /// The line of its sample; nil for dots.
    package var stroke: Stroke?

    /// An entry for a line, or for dots.
    package init(_ name: String, _ color: Color, _ stroke: Stroke? = Stroke(width: 2)) {
      self.name = name
      self.color = color
      self.stroke = stroke
    }
  }

  /// The title.
  package var title: String
  /// The subtitle: how the numbers were computed.
  package var subtitle: String
  /// The horizontal axis.
  package var x: Axis
  /// The vertical axis.
  package var y: Axis
  /// The layers, from back to front.
  package var layers: [Layer] = []
  /// The legend.
  package var legend: [LegendEntry] = []
  /// The colours.
  package var theme: Theme
  /// Width in pixels; by default that of a slide.
  package var width = 960
  /// Height in pixels.
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

  /// Draws the chart on a whole canvas.
  package func draw(onto canvas: Canvas) {
    draw(
      onto: canvas, in: Rect(x: 0, y: 0, width: Double(canvas.width), height: Double(canvas.height))
    )
  }

  /// Draws the chart inside part of a canvas; letters are as large as that allows, or as requested.
  package func draw(onto canvas: Canvas, in area: Rect, scale: Double? = nil) {
    let layout = ChartLayout(self, in: area, scale: scale, measuring: canvas)
    layout.drawFrame(self, onto: canvas)
    canvas.isolated {
      // Half of a line's thickness may be outside the plot area.
      canvas.clip(to: .rect(layout.plot.inset(by: -3)))
      for layer in layers { layout.draw(layer, of: self, onto: canvas) }
    }
    layout.drawNotes(of: self, onto: canvas)
  }
}
