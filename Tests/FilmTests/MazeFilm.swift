import Raster

/// A film as painters make them: flat cells, an agent that moves, a trail, a caption that changes.
struct MazeFilm: FrameSource {
  let frameCount: Int
  let width: Int
  let height: Int
  let theme: Theme
  private let cell: Double
  private let background: Canvas
  private let columns: Int
  private let rows: Int

  init(frames: Int, size: Int = 480, theme: Theme = .light) throws {
    frameCount = frames
    width = size
    height = size
    self.theme = theme
    cell = Double(size) / 20
    columns = 20
    rows = 18
    background = try Canvas(width: size, height: size, background: theme.background)
    for y in 0..<rows {
      for x in 0..<columns {
        let place = Rect(x: Double(x) * cell, y: Double(y) * cell, width: cell, height: cell)
        let isWall = (x * 7 + y * 13 + x * y) % 5 == 0
        background.fill(place, isWall ? theme.mutedText : theme.grid)
        if !isWall { background.fill(place.inset(by: 1), theme.surface) }
      }
    }
    let goal = Point(cell * 18.5, cell * 16.5)
    background.fill(.star(goal, radius: cell * 0.4), theme.positive)
  }

  var declaredColors: [Color] { theme.declaredColors }

  func draw(_ frame: Int, onto canvas: Canvas) {
    canvas.copy(background)
    for step in max(0, frame - 12)..<max(1, frame) {
      canvas.fill(
        .circle(place(step), radius: cell * 0.14), theme.accent.mixed(with: theme.surface, 0.6))
    }
    let agent = place(frame)
    canvas.fill(.circle(agent, radius: cell * 0.36), theme.surface)
    canvas.fill(.circle(agent, radius: cell * 0.30), theme.accent)
    let strip = Rect(
      x: 0, y: Double(rows) * cell, width: Double(width),
      height: Double(height) - Double(rows) * cell)
    canvas.fill(strip, theme.surface)
    canvas.text(
      "maze · episode 12", at: Point(12, strip.center.y), .sans(13, .bold), theme.text,
      anchor: .middle)
    canvas.text(
      "step \(frame)   return \(-frame % 211)   right",
      at: Point(Double(width) - 12, strip.center.y), .mono(13), theme.mutedText, align: .right,
      anchor: .middle)
  }

  private func place(_ step: Int) -> Point {
    let index = step % (columns * rows)
    let row = index / columns
    let column = row.isMultiple(of: 2) ? index % columns : columns - 1 - index % columns
    return Point((Double(column) + 0.5) * cell, (Double(row) + 0.5) * cell)
  }
}
