package import Raster

/// The frames of a growing table: heat maps at several steps, in one colour scale.
package struct HeatMapFilm: FrameSource {
  /// A table at some step, and its subtitle.
  package typealias Moment = (map: HeatMap, subtitle: String)

  /// How many frames there are.
  package let frameCount: Int

  private let chart: HeatMapChart
  private let holdAtEnd: Int
  private let moment: (Int) throws -> Moment

  /// A film of a number of moments; `moment` may be called several times for the same one, in ascending
  /// order within a pass. The last frame stays longer by `hold` hundredths of a second.
  package init(
    _ chart: HeatMapChart, frames: Int, hold: Int = 150,
    moment: @escaping (Int) throws -> Moment
  ) {
    self.chart = chart
    frameCount = frames
    holdAtEnd = hold
    self.moment = moment
  }

  /// Pixels from left to right.
  package var width: Int { chart.width }
  /// Pixels from top to bottom.
  package var height: Int { chart.height }

  /// The colours of the scale and of the theme.
  package var declaredColors: [Color] {
    let theme = chart.theme
    return [
      theme.background, theme.text, theme.mutedText, theme.axis, theme.unknown, theme.wall,
      theme.goal, theme.hole, theme.ice,
    ] + chart.scale.map(in: theme).colors
  }

  /// Draws a moment.
  package func draw(_ frame: Int, onto canvas: Canvas) throws {
    let moment = try moment(frame)
    chart.draw(moment.map, subtitle: moment.subtitle, onto: canvas)
  }

  /// How much longer the last frame stays.
  package func hold(after frame: Int) -> Int { frame == frameCount - 1 ? holdAtEnd : 0 }
}
