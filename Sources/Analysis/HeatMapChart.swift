package import Raster
package import Rollouts

/// Draws heat maps of one size in one colour scale.
package struct HeatMapChart: Sendable {
  /// What is drawn in the cells.
  package enum Style: String, Sendable, CaseIterable {
    /// The value as colour, the greedy action as an arrow.
    case arrows
    /// Each action's value in a triangle on its side, as Berkeley's Gridworld shows them.
    case triangles
    /// Only colours.
    case plain
  }

  /// The rows of every map.
  package let rows: Int
  /// The columns of every map.
  package let columns: Int
  /// What is drawn in the cells.
  package let style: Style
  /// How numbers become colours.
  package let scale: ColorScale
  /// The label of the colour bar.
  package var measure: String
  /// Whether numbers are whole.
  package var areCounts: Bool
  /// The meaning of the directions if they are not those of a map, such as "→ hand   ↑ arm".
  package var directions = ""
  /// The title.
  package let title: String
  /// The colours.
  package let theme: Theme

  let layout: HeatMapLayout
  let palette: ColorMap

  /// A chart for maps like this one, with subtitles about as long as this one; without a size, one that
  /// fits the number of cells is chosen.
  /// `lettering` enlarges the text, for films that are seen from a distance.
  package init(
    like map: HeatMap, style: Style = .arrows, scale: ColorScale? = nil,
    measure: String = "value", title: String = "", subtitle: String = "", size: Int? = nil,
    lettering: Double = 1, theme: Theme = .light
  ) {
    rows = map.rows
    columns = map.columns
    self.style = style
    self.scale = scale ?? ColorScale(fitting: CollectionOfOne(map), actions: style == .triangles)
    self.measure = measure
    areCounts = self.scale.kind == .logarithmic
    self.title = title
    self.theme = theme
    palette = self.scale.map(in: theme)
    layout = HeatMapLayout(
      rows: map.rows, columns: map.columns, title: title, subtitle: subtitle,
      isFine: style == .triangles, size: size, lettering: lettering)
  }

  /// A chart of only the cells, for pages that assemble maps from their parts.
  init(
    like map: HeatMap, style: Style = .arrows, scale: ColorScale, side: Int,
    at origin: Point = Point(0, 0), theme: Theme
  ) {
    (rows, columns, self.style) = (map.rows, map.columns, style)
    (measure, areCounts, title) = ("value", scale.kind == .logarithmic, "")
    self.scale = scale
    self.theme = theme
    palette = scale.map(in: theme)
    layout = HeatMapLayout(rows: map.rows, columns: map.columns, side: side, at: origin)
  }

  /// Pixels from left to right; even.
  package var width: Int { layout.width }
  /// Pixels from top to bottom; even.
  package var height: Int { layout.height }
  /// The area of all cells.
  package var board: Rect { layout.board }

  /// A map in this chart.
  package func drawing(of map: HeatMap, subtitle: String = "") -> some Drawing {
    DrawnHeatMap(chart: self, map: map, subtitle: subtitle)
  }

  /// A map as pixels.
  package func canvas(_ map: HeatMap, subtitle: String = "") throws(CanvasError) -> Canvas {
    try drawing(of: map, subtitle: subtitle).canvas()
  }

  /// Draws a map on a whole canvas of this chart's size.
  package func draw(_ map: HeatMap, subtitle: String = "", onto canvas: Canvas) {
    precondition(map.rows == rows && map.columns == columns, "a chart draws maps of one size")
    canvas.clear(theme.background)
    drawWords(subtitle, onto: canvas)
    if layout.cell < HeatMapLayout.leastDetailed {
      drawPixels(map, onto: canvas)
    } else {
      HeatMapCells(chart: self, map: map, canvas: canvas).draw()
    }
    HeatMapMarks(chart: self, map: map, canvas: canvas).draw()
    canvas.stroke(.rect(layout.board.inset(by: -0.5)), theme.axis, width: 1)
    drawColorBar(onto: canvas)
    drawLegend(map, onto: canvas)
  }

  private func drawWords(_ subtitle: String, onto canvas: Canvas) {
    let fonts = layout.fonts
    let width = layout.words.width
    canvas.text(
      layout.title, at: Point(layout.words.left, layout.titleLine), fonts.title, theme.text,
      leading: layout.titleLeading)
    canvas.text(
      canvas.lines(of: subtitle, fonts.text, width: width, most: layout.subtitleRows),
      at: Point(layout.words.left, layout.subtitleLine), fonts.text, theme.mutedText,
      leading: layout.subtitleLeading)
  }

  /// Draws every step of the colour map, with ticks beside it.
  private func drawColorBar(onto canvas: Canvas) {
    let bar = layout.bar
    let steps = palette.colors.count
    for (step, color) in palette.colors.enumerated() {
      let bottom = bar.bottom - bar.height * Double(step) / Double(steps)
      let top = bar.bottom - bar.height * Double(step + 1) / Double(steps)
      canvas.fill(
        Rect(x: bar.x, y: top, width: bar.width, height: bottom - top).aligned, color)
    }
    let font = layout.fonts.tick
    let count = max(2, min(6, Int(bar.height / (font.size * 3))))
    for tick in scale.ticks(about: count) {
      let y = (bar.bottom - bar.height * scale.share(of: tick.value)).rounded()
      canvas.fill(Rect(x: bar.right + 1, y: y - 0.5, width: 4, height: 1).aligned, theme.axis)
      canvas.text(
        tick.label, at: Point(bar.right + 8, min(max(y, bar.top + font.size * 0.36), bar.bottom)),
        font, theme.mutedText, anchor: .middle)
    }
    canvas.text(
      measure, at: Point(bar.left, bar.top - font.size * 0.8), font, theme.mutedText)
  }

  /// Explains directions, and cells without a number.
  private func drawLegend(_ map: HeatMap, onto canvas: Canvas) {
    let font = layout.fonts.tick
    canvas.text(
      directions, at: Point(layout.board.right, layout.legendLine), font, theme.mutedText,
      align: .right)
    guard map.hasUnknown else { return }
    let side = (font.size * 1.05).rounded()
    let sample = Rect(
      x: layout.words.left, y: (layout.legendLine - side * 0.84).rounded(), width: side,
      height: side)
    HeatMapCells.drawUnknown(sample, theme, spacing: 4, onto: canvas)
    canvas.stroke(.rect(sample.inset(by: 0.5)), theme.axis, width: 1)
    canvas.text(
      "nothing learned yet", at: Point(sample.right + font.size * 0.6, layout.legendLine), font,
      theme.mutedText)
  }

  /// Draws cells of few pixels: each pixel takes the colour of the cell below its middle.
  private func drawPixels(_ map: HeatMap, onto canvas: Canvas) {
    let (width, height) = (Int(layout.board.width), Int(layout.board.height))
    guard let image = try? Canvas(width: width, height: height, background: theme.unknown) else {
      return
    }
    let colors = map.cells.indices.map { place -> UInt32 in
      color(of: map, at: place).hex | 0xFF00_0000
    }
    image.withMutablePixels { pixels in
      for y in 0..<height {
        let row = (2 * y + 1) * rows / (2 * height)
        for x in 0..<width {
          let column = (2 * x + 1) * columns / (2 * width)
          pixels[y * width + x] = colors[row * columns + column]
        }
      }
    }
    canvas.draw(image, at: Point(layout.board.x, layout.board.y))
  }

  /// The colour of a cell without details.
  func color(of map: HeatMap, at place: Int) -> Color {
    switch map.cells[place] {
    case .wall: return theme.wall
    case .hole: return theme.hole
    case .goal: return theme.goal
    case .floor: break
    }
    let value = map.values[place]
    let color = value.isNaN ? theme.unknown : palette.color(at: scale.share(of: value))
    return !map.isPale.isEmpty && map.isPale[place]
      ? color.mixed(with: theme.background, 0.85) : color
  }
}

extension HeatMapChart {
  /// The directions of a layout whose fields are not places on a map; else empty.
  package static func directions(of fields: [Field]) -> String {
    let places = ["row", "column", "x", "y"]
    let arrows = ["column": "→", "row": "↓", "up": "↑"]
    let named = fields.filter { $0.subject == "state" && !places.contains($0.name) }
      .compactMap { field in arrows[field.type].map { "\($0) \(field.name)" } }
    return named.joined(separator: "   ")
  }
}

extension HeatMap {
  /// Whether some cell could have a number but has none.
  var hasUnknown: Bool {
    cells.indices.contains { cells[$0] == .floor && values[$0].isNaN }
  }
}

/// A map in a chart.
private struct DrawnHeatMap: Drawing {
  let chart: HeatMapChart
  let map: HeatMap
  let subtitle: String

  var width: Int { chart.width }
  var height: Int { chart.height }
  var theme: Theme { chart.theme }

  func draw(onto canvas: Canvas) { chart.draw(map, subtitle: subtitle, onto: canvas) }
}
