import Analysis
import Film
import Raster
import Rollouts
import TestSupport
import Testing
import Worlds

/// Films of tables that grow.
@Suite struct HeatMapFilmTests {
  @Test(arguments: HeatMapChart.Style.allCases, Theme.all)
  func `a film of many values is close to what was drawn`(
    style: HeatMapChart.Style, theme: Theme
  ) throws {
    let world = GridWorld(try ClassicMaps.map("8x8", kind: .lake))
    let layout = try #require(StateLayout(world.description.fields))
    var table = QTable(world.dynamics)
    var stream = Stream(seed: 3, purpose: .map)
    var maps: [HeatMap] = []
    for step in 1...3000 {
      table.update(
        Int.random(in: 0..<64, using: &stream), Int.random(in: 0..<4, using: &stream),
        reward: Double.random(in: 0...1, using: &stream), next: 0, terminated: true, alpha: 0.5,
        gamma: 1)
      if step.isMultiple(of: 300) {
        maps.append(HeatMap(table, layout: layout, actions: world.description.actions))
      }
    }
    let scale = ColorScale(fitting: maps, actions: style == .triangles)
    let chart = HeatMapChart(
      like: maps[0], style: style, scale: scale, title: "Growing", theme: theme)
    var film = HeatMapFilm(chart, frames: maps.count) { (maps[$0], "moment \($0)") }
    try withTemporaryFolder { folder in
      let report = try GIFFilm(rate: FrameRate(nearestTo: 8)).write(&film, to: "\(folder)/x.gif")
      // Edges mix more colours than a palette of 256 can match.
      #expect(report.greatestError <= 2 * Palette.promisedError)
      #expect(report.frames == maps.count)
    }
  }
}
