import Glibc
import Raster

/// Draws the marks on top of a heat map's cells: directions and named places.
struct HeatMapMarks {
  let chart: HeatMapChart
  let map: HeatMap
  let canvas: Canvas

  func draw() {
    let arrowSide = max(8, chart.layout.fonts.tick.size)
    for case .arrow(let x, let y, let angle) in map.marks {
      drawArrow(at: point(x, y), angle: angle, length: arrowSide)
    }
    for case .pin(let x, let y, let name, false) in map.marks {
      drawPin(at: point(x, y), name, chart.theme.mutedText)
    }
    for case .pin(let x, let y, let name, true) in map.marks {
      drawPin(at: point(x, y), name, chart.theme.negative)
    }
  }

  private func point(_ x: Double, _ y: Double) -> Point {
    let board = chart.layout.board
    return Point(
      board.x + board.width * x / Double(map.columns),
      board.y + board.height * y / Double(map.rows))
  }

  /// Dark with a light rim, visible on every colour; thin, so that the colours stay visible.
  private func drawArrow(at place: Point, angle: Double, length: Double) {
    let arrow = Shape.arrow(
      center: place, dx: cos(angle * .pi / 180), dy: -sin(angle * .pi / 180), length: length,
      thickness: length * 0.1)
    canvas.stroke(arrow, Color(0xFFFFFF).opacity(0.6), width: 1)
    canvas.fill(arrow, Color(0x1A1A2E))
  }

  private func drawPin(at place: Point, _ name: String, _ color: Color) {
    let font = Font.sans(chart.layout.fonts.tick.size, .bold)
    let width = canvas.measure(name, font).width + font.size * 0.9
    let plate = Rect(center: place, width: width, height: font.size * 1.55)
    canvas.stroke(.rounded(plate, radius: font.size * 0.5), Color(0xFFFFFF), width: 3)
    canvas.fill(.rounded(plate, radius: font.size * 0.5), color)
    canvas.text(name, at: plate.center, font, Color(0xFFFFFF), align: .center, anchor: .middle)
  }
}
