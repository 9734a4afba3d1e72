import Raster
import Rollouts

/// Draws the cells of one heat map.
struct HeatMapCells {
  let chart: HeatMapChart
  let map: HeatMap
  let canvas: Canvas
  /// The hatching of a cell, drawn once and copied; SVG documents use lines instead.
  private let hatching: Canvas?

  /// `isWhole` is false if only the contents of cells are drawn.
  init(chart: HeatMapChart, map: HeatMap, canvas: Canvas, isWhole: Bool = true) {
    self.chart = chart
    self.map = map
    self.canvas = canvas
    let side = Int(chart.layout.cell.rounded(.up))
    let hasGaps = map.values.contains { $0.isNaN } || map.actionValues.contains { $0.isNaN }
    hatching = isWhole && canvas.hasPixels && hasGaps ? try? Canvas(width: side, height: side) : nil
    if let hatching {
      Self.drawUnknown(
        Rect(x: 0, y: 0, width: Double(side), height: Double(side)), chart.theme,
        spacing: hatchSpacing, onto: hatching)
    }
  }

  private var theme: Theme { chart.theme }
  private var side: Double { chart.layout.cell }

  func draw() {
    let numbers = numberFormat()
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        let place = row * map.columns + column
        let rect = chart.layout.rect(row: row, column: column)
        switch map.cells[place] {
        case .wall: canvas.fill(rect, theme.wall)
        case .hole: drawHole(rect)
        case .goal where map.values[place].isNaN: drawGoal(rect)
        case .floor, .goal: drawFloor(rect, row, column, numbers)
        }
      }
    }
    if hasLines {
      drawLines()
      // Walls are one mass: grid lines end at them.
      for place in map.cells.indices where map.cells[place] == .wall {
        canvas.fill(
          chart.layout.rect(row: place / map.columns, column: place % map.columns), theme.wall)
      }
    }
    if let start = map.start, side >= Self.leastMarked { drawStart(start) }
  }

  /// Grey with hatching: neither high nor low.
  static func drawUnknown(_ rect: Rect, _ theme: Theme, spacing: Double, onto canvas: Canvas) {
    canvas.fill(rect, theme.unknown)
    guard rect.width >= 8 else { return }
    let ink = theme.unknown.mixed(with: theme.axis, 0.45)
    canvas.isolated {
      canvas.clip(to: .rect(rect))
      for offset in stride(from: spacing, to: rect.width + rect.height, by: spacing) {
        canvas.stroke(
          .line(Point(rect.x + offset, rect.y), Point(rect.x, rect.y + offset)), ink, width: 1)
      }
    }
  }

  /// A cell without a number.
  func fillUnknown(_ rect: Rect) {
    if let hatching {
      canvas.copy(
        hatching, Rect(x: 0, y: 0, width: rect.width, height: rect.height),
        to: Point(rect.x, rect.y))
    } else {
      Self.drawUnknown(rect, theme, spacing: hatchSpacing, onto: canvas)
    }
  }

  private var hatchSpacing: Double { max(5, (side / 7).rounded()) }

  private func drawFloor(_ rect: Rect, _ row: Int, _ column: Int, _ numbers: NumberFormat?) {
    let place = row * map.columns + column
    let value = map.values[place]
    guard !value.isNaN else {
      return fillUnknown(rect)
    }
    if hasTriangles {
      return HeatMapTriangles(cells: self, numbers: numbers)
        .draw(rect, row, column)
    }
    let color = chart.palette.color(at: chart.scale.share(of: value))
    canvas.fill(rect, color)
    let ink = Self.ink(on: color)
    let greedy = map.greedyActions(row, column)
    let hasArrows = hasArrows && chart.style == .arrows && !greedy.isEmpty
    let text = numbers?.text(value)
    if hasArrows { drawArrows(greedy, in: rect, ink, aboveNumber: text != nil) }
    if let text, let numbers {
      let y = chart.style == .arrows ? rect.bottom - side * Self.numberLine : rect.center.y
      canvas.text(
        text, at: Point(rect.center.x, y), numbers.font, ink, align: .center, anchor: .middle)
    }
  }

  /// The distance from the middle of a number below an arrow to the cell's lower edge, in sides.
  static var numberLine: Double { 0.15 }

  /// Draws the greedy actions; without a number below them they fill the cell.
  func drawArrows(_ greedy: [Int], in rect: Rect, _ ink: Color, aboveNumber: Bool) {
    drawArrows(
      greedy, at: rect.center.moved(0, aboveNumber ? side * -0.10 : 0), ink,
      length: side * (aboveNumber ? 0.46 : 0.64))
  }

  /// One arrow through the middle, or several short ones from the middle for a tie.
  private func drawArrows(_ greedy: [Int], at center: Point, _ ink: Color, length: Double) {
    for action in greedy {
      let meaning = map.actions[action]
      let (dx, dy) = (Double(meaning.dx), Double(meaning.dy))
      if dx == 0, dy == 0 {
        // An action without a direction, such as leaving through an exit.
        let side = length * 0.4
        canvas.fill(.rounded(Rect(center: center, width: side, height: side), radius: 2), ink)
      } else if greedy.count == 1 {
        canvas.fill(
          .arrow(center: center, dx: dx, dy: dy, length: length, thickness: length * 0.165), ink)
      } else {
        canvas.fill(
          .arrow(
            from: center.moved(dx * length * 0.1, dy * length * 0.1),
            to: center.moved(dx * length * 0.62, dy * length * 0.62), thickness: length * 0.12), ink
        )
      }
    }
  }

  private func drawGoal(_ rect: Rect) {
    guard side >= 12 else { return canvas.fill(rect, theme.goal) }
    canvas.fill(rect, theme.goal.mixed(with: theme.surface, 0.82))
    canvas.drawGoalFlag(in: rect, theme)
  }

  private func drawHole(_ rect: Rect) {
    canvas.fill(rect, theme.ice)
    canvas.fill(.circle(rect.center, radius: side * 0.33), theme.hole)
  }

  /// The cell side from which on the start cell is marked.
  static let leastMarked = 26.0
  /// Whether cells are large enough for arrows.
  var hasArrows: Bool { side >= 9 }
  /// Whether cells are large enough for lines between them.
  var hasLines: Bool { side >= 12 }

  private func drawLines() {
    let board = chart.layout.board
    let color = theme.background.opacity(0.55)
    for column in 1..<max(1, map.columns) {
      let x = chart.layout.rect(row: 0, column: column).x
      canvas.fill(Rect(x: x, y: board.y, width: 1, height: board.height), color)
    }
    for row in 1..<max(1, map.rows) {
      let y = chart.layout.rect(row: row, column: 0).y
      canvas.fill(Rect(x: board.x, y: y, width: board.width, height: 1), color)
    }
  }

  /// An S in the corner of the start cell.
  private func drawStart(_ place: Int) {
    let (row, column) = (place / map.columns, place % map.columns)
    var color = map.values[place].isNaN ? theme.unknown : chart.color(of: map, at: place)
    // The corner belongs to the triangle of the action that points up.
    if hasTriangles, let up = map.actions.firstIndex(where: { $0.dy < 0 }),
      let value = map.value(row, column, action: up)
    {
      color = chart.palette.color(at: chart.scale.share(of: value))
    }
    drawStart(in: chart.layout.rect(row: row, column: column), Self.ink(on: color))
  }

  func drawStart(in rect: Rect, _ ink: Color) {
    canvas.text(
      "S", at: rect.center.moved(-side * 0.36, -side * 0.36), .sans(max(8, side * 0.17), .bold),
      ink, align: .center, anchor: .middle)
  }

  /// The format of all numbers in cells.
  struct NumberFormat {
    var decimals: Int
    var font: Font
    /// Counts are shortened to K and M.
    var areCounts: Bool

    func text(_ value: Double) -> String {
      areCounts && value >= 10_000
        ? NumberText.count(value) : NumberText.fixed(value, decimals: decimals)
    }
  }

  private var hasTriangles: Bool {
    chart.style == .triangles && side >= 12 && HeatMapTriangles.fits(map.actions)
  }

  /// As many decimals as tell values apart and fit; nil if cells are too small to read.
  func numberFormat() -> NumberFormat? {
    let share = hasTriangles ? 0.128 : chart.style == .arrows ? 0.185 : 0.24
    let size = max(7.5, min(side * share, 22))
    let room = side * (hasTriangles ? 0.36 : 0.88)
    guard side >= (hasTriangles ? 50 : 26) else { return nil }
    let areCounts = chart.areCounts
    let bounds = chart.scale.range
    for decimals in Self.decimals(for: bounds, counts: areCounts) {
      var format = NumberFormat(decimals: decimals, font: .sans(size), areCounts: areCounts)
      // The best value in triangles is bold, which is wider.
      let font = Font.sans(size, hasTriangles ? .bold : .regular)
      let widest =
        [bounds.lowerBound, bounds.upperBound, areCounts ? 99_900 : 0].map {
          canvas.measure(format.text($0), font).width
        }.max() ?? 0
      // Slightly smaller letters are better than a lost decimal.
      let fitting = widest <= room ? size : size * room / widest
      if fitting >= max(7.5, size * 0.75) {
        format.font = .sans(fitting)
        return format
      }
    }
    return nil
  }

  /// The numbers of decimals worth trying, the best first.
  static func decimals(for bounds: ClosedRange<Double>, counts: Bool) -> [Int] {
    if counts { return [0] }
    let greatest = max(abs(bounds.lowerBound), abs(bounds.upperBound))
    // A number written as 10.00 counts as ten.
    return greatest >= 9.995 ? [1, 0] : greatest >= 0.0995 ? [2, 1] : [3, 2]
  }

  /// The ink that is most legible on a colour.
  static func ink(on color: Color) -> Color { color.moreLegible(of: inks[0], or: inks[1]) }

  /// The inks for bright and for dark colours.
  static let inks = [Color(0x14171E), Color(0xFFFFFF)]
}
