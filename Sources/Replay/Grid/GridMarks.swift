import Analysis
import Raster

/// Draws the marks of single cells: start, goal, exits.
struct GridMarks {
  let theme: Theme
  let isDetailed: Bool

  /// A tile with an S if it is legible.
  func drawStart(in cell: Rect, onto canvas: Canvas) {
    guard isDetailed else { return canvas.fill(cell, theme.start) }
    let tile = cell.inset(by: (cell.width * 0.12).rounded())
    canvas.stroke(
      .rounded(tile, radius: tile.width * 0.16), theme.start,
      width: max(1.5, cell.width * 0.03))
    let letter = cell.width * 0.26
    guard letter >= 8 else { return }
    canvas.text(
      "S", at: cell.center, .sans(letter, .bold), theme.start, align: .center, anchor: .middle)
  }

  /// A tinted cell with a flag.
  func drawGoal(in cell: Rect, onto canvas: Canvas) {
    guard isDetailed else { return canvas.fill(cell, theme.goal) }
    drawGoalTile(in: cell, onto: canvas)
    canvas.drawGoalFlag(in: cell, theme)
  }

  /// The tinted cell alone.
  func drawGoalTile(in cell: Rect, onto canvas: Canvas) {
    let tile = cell.inset(by: (cell.width * 0.07).rounded())
    canvas.fill(
      .rounded(tile, radius: tile.width * 0.14), theme.goal.mixed(with: theme.floor, 0.82))
  }

  /// A tinted cell with its value, framed like the exit squares of CS188.
  func drawExit(_ value: Double, in cell: Rect, onto canvas: Canvas) {
    let color = value < 0 ? theme.negative : theme.positive
    guard isDetailed else { return canvas.fill(cell, color) }
    let tile = cell.inset(by: (cell.width * 0.07).rounded())
    let radius = tile.width * 0.12
    canvas.fill(.rounded(tile, radius: radius), color.mixed(with: theme.floor, 0.80))
    canvas.stroke(.rounded(tile, radius: radius), color, width: max(1, cell.width * 0.022))
    let text = NumberText.signed(value, decimals: 2)
    let room = tile.width * 0.86
    var size = min(cell.width * 0.30, 40)
    let width = canvas.measure(text, .sans(size, .bold)).width
    if width > room { size *= room / width }
    guard size >= 6 else { return }
    canvas.text(
      text, at: cell.center, .sans(size, .bold), color.mixed(with: theme.text, 0.25),
      align: .center, anchor: .middle)
  }

  /// A dot that is visible however small its cell is.
  func drawDot(in cell: Rect, _ color: Color, onto canvas: Canvas) {
    canvas.fill(.circle(cell.center, radius: max(3, cell.width / 2)), color)
  }
}
