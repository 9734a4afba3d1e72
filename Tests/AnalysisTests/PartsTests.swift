import Analysis
import Raster
import Rollouts
import TestSupport
import Testing

/// Charts and heat maps taken apart for pages, compared with the pictures that they are parts of.
@Suite struct PartsTests {
  private static let actions = [
    ActionMeaning("up", dx: 0, dy: -1), ActionMeaning("right", dx: 1, dy: 0),
    ActionMeaning("down", dx: 0, dy: 1), ActionMeaning("left", dx: -1, dy: 0),
  ]

  /// A map of 24 × 24 cells, whose usual picture has cells of 24 pixels.
  private func map() -> HeatMap {
    let side = 24
    var cells = [HeatMap.Cell](repeating: .floor, count: side * side)
    for place in stride(from: 0, to: cells.count, by: 5) { cells[place] = .wall }
    cells[7] = .goal
    cells[13] = .hole
    var values = [Double](repeating: .nan, count: cells.count * 4)
    for place in cells.indices where cells[place] == .floor && place % 7 != 3 {
      // Some cells are unknown, and in some actions are tied.
      let spread = place % 3 * 11
      for action in 0..<4 {
        let value = (place * 37 + action * spread) % 101
        values[place * 4 + action] = Double(value - 50)
      }
    }
    return HeatMap(
      actionValues: values, rows: side, columns: side, actions: Self.actions, cells: cells)
  }

  @Test(arguments: Theme.all)
  func `tiles, colours and arrows make the heat map's picture`(theme: Theme) throws {
    let map = map()
    let scale = ColorScale(fitting: [map])
    let whole = try HeatMapChart(like: map, scale: scale, theme: theme).canvas(map)
    let parts = try HeatMapParts(like: map, scale: scale, side: 24, hasNumbers: false, theme: theme)
    // The first cell is a wall, and nothing above it has its colour.
    let first = try #require(
      whole.withPixels { $0.firstIndex { $0 & 0xFF_FFFF == theme.wall.hex } })
    let (left, top) = (first % whole.width, first / whole.width)
    let cell = try Canvas(width: 24, height: 24)
    let drawn = try Canvas(width: 24, height: 24)
    // Leaves out the lines between tiles.
    let inner = Rect(x: 1, y: 1, width: 23, height: 23)
    for place in map.cells.indices {
      let (x, y) = (Double(left + place % 24 * 24), Double(top + place / 24 * 24))
      drawn.copy(whole, Rect(x: x, y: y, width: 24, height: 24), to: Point(0, 0))
      let kind = try #require(HeatMapParts.kinds.firstIndex(of: map.cells[place]))
      cell.copy(
        parts.tiles, Rect(x: Double(kind * 24), y: 0, width: 24, height: 24), to: Point(0, 0))
      let value = map.values[place]
      if !value.isNaN {
        let color = min(
          parts.inks.count - 1, Int(scale.share(of: value) * Double(parts.inks.count)))
        cell.fill(inner, parts.colors.color(x: color, y: 0))
        if let arrows = parts.arrows(map.greedy[place], ink: parts.inks[color]) {
          cell.draw(arrows, at: Point(0, 0))
        }
      }
      let (one, other) = (
        try Canvas(width: 23, height: 23), try Canvas(width: 23, height: 23)
      )
      one.copy(drawn, inner, to: Point(0, 0))
      other.copy(cell, inner, to: Point(0, 0))
      #expect(try PictureComparison(one, other).greatest <= 1, "cell \(place)")
    }
  }

  @Test func `numbers are written as the picture writes them, where arrows leave room`() throws {
    let map = map()
    let scale = ColorScale(fitting: [map])
    func parts(_ side: Int, _ hasNumbers: Bool) throws -> HeatMapParts {
      try HeatMapParts(
        like: map, scale: scale, side: side, hasNumbers: hasNumbers, theme: .light)
    }
    #expect(try parts(80, true).numbers?.decimals == 1)
    #expect(try parts(80, false).numbers == nil && parts(12, true).numbers == nil)
    let (low, high) = (
      try #require(try parts(80, true).arrows(2, ink: 0)),
      try #require(try parts(80, false).arrows(2, ink: 0))
    )
    func lowest(_ canvas: Canvas) -> Int {
      (canvas.withPixels { $0.lastIndex { $0 != 0 } } ?? 0) / canvas.width
    }
    #expect(lowest(low) < lowest(high), "an arrow above a number is smaller and higher")
    #expect(try parts(8, false).arrows(2, ink: 0) == nil)
  }

  @Test func `a chart's paths are where the chart draws them`() throws {
    var chart = Chart(title: "", x: Axis("x", 0...10), y: Axis("y", -2...2))
    chart.layers = [
      .line(x: [0, 5, 10], y: [-2, 0, 2], chart.theme.accent, Stroke(width: 3)),
      .dots(x: [1, 2, 2], y: [1, 1, 1], chart.theme.grid, dense: chart.theme.axis),
      .band(x: [0, 10], low: [-1, -1], high: [1, 1], chart.theme.axis),
    ]
    let paths = try ChartPaths(chart, width: 600, height: 400)
    let plot = chart.plot(
      in: Rect(x: 0, y: 0, width: 600, height: 400), on: try Canvas(width: 1, height: 1))
    #expect(paths.plot == plot)
    func numbers(_ path: String) -> [Double] {
      path.split { !($0.isNumber || $0 == "." || $0 == "-") }.compactMap { Double($0) }
    }
    let line = numbers(paths.paths[0].data)
    let expected = [plot.left, plot.bottom, plot.center.x, plot.center.y, plot.right, plot.top]
    #expect(line.count == 6 && zip(line, expected).allSatisfy { abs($0 - $1) <= 0.05 })
    // Two dots coincide: two shades, one dot each.
    let dots = paths.paths[1...2].map { numbers($0.data) }
    #expect(dots.allSatisfy { $0.count == 3 } && dots[0][0] < dots[1][0])
    #expect(paths.paths[3].width == 0 && paths.paths[3].data.hasSuffix("Z"))
    #expect(paths.paths.count == 4)
    let zero = try #require(paths.yMarks.first { $0.label == "0" })
    #expect(abs(zero.place - plot.center.y) <= 0.5)
    #expect(paths.area.left > 0 && paths.area.top > 0 && paths.area.bottom < 400)
  }

  @Test func `flat stretches keep their ends, and gaps stay gaps`() throws {
    var chart = Chart(title: "", x: Axis("", 0...100), y: Axis("", 0...1))
    let x = (0...100).map(Double.init)
    chart.layers = [
      .line(
        x: x, y: x.map { $0 == 50 ? .nan : $0 < 50 ? 0 : 1 }, chart.theme.accent, Stroke(width: 1))
    ]
    let data = try ChartPaths(chart, width: 900, height: 400).paths[0].data
    #expect(data.count { $0 == "M" } == 2 && data.count { $0 == "L" } == 2, "\(data)")
  }
}
