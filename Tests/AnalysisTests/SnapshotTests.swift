import Analysis
import Raster
import Recordings
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct SnapshotTests {
  private func crop(_ canvas: Canvas, x: Double, y: Double) throws -> Canvas {
    let part = try Canvas(width: 96, height: 96)
    part.copy(canvas, Rect(x: x, y: y, width: 96, height: 96), to: Point(0, 0))
    return part
  }

  @Test(arguments: Theme.all)
  func `heat maps look as they did`(theme: Theme) throws {
    let world = GridWorld(try GridMap(parsing: "reel map grid\n\n_ _ _ 1\n_ # _ -1\nS _ _ _\n"))
    var table = QTable(world.dynamics)
    for (state, values) in [(8, [0.25, -0.5, 0.125, 0.75]), (9, [0, 0.5, 0.5, -0.25])] {
      for (action, value) in values.enumerated() {
        table.update(
          state, action, reward: value, next: state, terminated: true, alpha: 1, gamma: 1)
      }
    }
    table.update(4, 0, reward: -0.75, next: 4, terminated: true, alpha: 1, gamma: 1)
    let layout = try #require(StateLayout(world.description.fields))
    let map = HeatMap(
      table, layout: layout, actions: world.description.actions,
      cells: world.map.cells.map { $0 == .wall ? .wall : .floor })
    for style in HeatMapChart.Style.allCases {
      // The upper left corner of the board, cells of 34 pixels.
      let chart = HeatMapChart(like: map, style: style, size: 252, theme: theme)
      let canvas = try chart.canvas(map)
      try expectSnapshot(try crop(canvas, x: 12, y: 36), "heat-map-\(style)-\(theme.name)")
    }
  }

  @Test(arguments: Theme.all)
  func `curves look as they did`(theme: Theme) throws {
    let episodes = (1...60).map {
      EpisodeOutcome(
        number: $0, stepsDone: $0 * 10, totalReturn: Double($0 * 37 % 23) + Double($0) / 2)
    }
    var chart = Curve(episodes, window: 10).chart(title: "Maze", theme: theme)
    (chart.width, chart.height) = (320, 200)
    let canvas = try chart.canvas()
    try expectSnapshot(try crop(canvas, x: 0, y: 100), "curve-left-\(theme.name)")
    try expectSnapshot(try crop(canvas, x: 224, y: 60), "curve-right-\(theme.name)")
  }
}
