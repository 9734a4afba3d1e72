import Raster
package import Rollouts

/// Draws a cell as triangles, one for each direction, with the value of the action that points there.
package struct HeatMapTriangles {
  let cells: HeatMapCells
  let numbers: HeatMapCells.NumberFormat?

  private var chart: HeatMapChart { cells.chart }
  private var map: HeatMap { cells.map }
  private var canvas: Canvas { cells.canvas }
  private var theme: Theme { chart.theme }

  /// Whether every action points to one side or, like leaving, nowhere.
  package static func fits(_ actions: [ActionMeaning]) -> Bool {
    let ways = actions.map { [$0.dx, $0.dy] }
    return Set(ways).count == ways.count && actions.allSatisfy { abs($0.dx) + abs($0.dy) <= 1 }
  }

  func draw(_ rect: Rect, _ row: Int, _ column: Int) {
    let greedy = map.greedyActions(row, column)
    let still = map.actions.indices.filter {
      map.actions[$0].dx == 0 && map.actions[$0].dy == 0
        && map.value(row, column, action: $0) != nil
    }
    // If leaving is the only action, its value fills the cell.
    if let action = still.first, let value = map.value(row, column, action: action) {
      let color = chart.palette.color(at: chart.scale.share(of: value))
      canvas.fill(rect, color)
      let inset = rect.inset(by: rect.width * 0.08)
      canvas.stroke(
        .rect(inset), HeatMapCells.ink(on: color).opacity(0.5), width: max(1, rect.width * 0.015))
      return write(value, at: rect.center, larger: 1.5, bold: true, on: color)
    }
    let sides = map.actions.indices.filter {
      map.actions[$0].dx != 0 || map.actions[$0].dy != 0
    }
    if sides.count < 4 || sides.contains(where: { map.value(row, column, action: $0) == nil }) {
      cells.fillUnknown(rect)
    }
    for action in sides {
      guard let value = map.value(row, column, action: action) else { continue }
      canvas.fill(
        Self.triangle(map.actions[action], rect),
        chart.palette.color(at: chart.scale.share(of: value)))
    }
    let line = theme.mutedText.opacity(0.30)
    canvas.stroke(
      .line(Point(rect.left, rect.top), Point(rect.right, rect.bottom)), line, width: 1)
    canvas.stroke(
      .line(Point(rect.right, rect.top), Point(rect.left, rect.bottom)), line, width: 1)
    for action in sides {
      guard let value = map.value(row, column, action: action) else { continue }
      let meaning = map.actions[action]
      let color = chart.palette.color(at: chart.scale.share(of: value))
      let best = greedy.contains(action)
      if best { drawPointer(meaning, rect, HeatMapCells.ink(on: color)) }
      write(value, at: Self.place(of: meaning, in: rect), bold: best, on: color)
    }
  }

  /// The position of an action's value.
  static func place(of meaning: ActionMeaning, in rect: Rect) -> Point {
    let reach = meaning.dy == 0 ? 0.255 : 0.27
    return rect.center.moved(
      Double(meaning.dx) * rect.width * reach, Double(meaning.dy) * rect.height * reach)
  }

  /// The triangle between a side of a cell and its middle.
  static func triangle(_ meaning: ActionMeaning, _ rect: Rect) -> Shape {
    let corners =
      switch (meaning.dx, meaning.dy) {
      case (1, _): (Point(rect.right, rect.top), Point(rect.right, rect.bottom))
      case (-1, _): (Point(rect.left, rect.top), Point(rect.left, rect.bottom))
      case (_, 1): (Point(rect.left, rect.bottom), Point(rect.right, rect.bottom))
      default: (Point(rect.left, rect.top), Point(rect.right, rect.top))
      }
    return .polygon([corners.0, corners.1, rect.center])
  }

  /// A small tip at the side that the best action leads to.
  private func drawPointer(_ meaning: ActionMeaning, _ rect: Rect, _ ink: Color) {
    let (dx, dy) = (Double(meaning.dx), Double(meaning.dy))
    let tip = rect.center.moved(dx * rect.width * 0.485, dy * rect.height * 0.485)
    let (long, half) = (rect.width * 0.05, rect.width * 0.06)
    canvas.fill(
      .polygon([
        tip, tip.moved(-dx * long - dy * half, -dy * long + dx * half),
        tip.moved(-dx * long + dy * half, -dy * long - dx * half),
      ]), ink)
  }

  private func write(
    _ value: Double, at place: Point, larger: Double = 1, bold: Bool, on color: Color
  ) {
    guard let numbers else { return }
    let ink = HeatMapCells.ink(on: color)
    canvas.text(
      numbers.text(value), at: place,
      .sans(numbers.font.size * larger, bold ? .bold : .regular), bold ? ink : ink.opacity(0.78),
      align: .center, anchor: .middle)
  }
}
