import Analysis
import Glibc
import Raster

/// Draws the part of CliffWalking that does not move.
struct CliffBoard {
  let layout: GridLayout
  let theme: Theme

  private var side: Double { layout.cell }
  private var isDetailed: Bool { side >= GridBoard.leastDetailed }

  func draw(onto canvas: Canvas) {
    let (rows, columns) = (CliffWalkingState.rows, CliffWalkingState.columns)
    let board = layout.board
    canvas.fill(board, theme.floor)
    if side >= 16 {
      for column in 1..<columns {
        let x = layout.rect(row: 0, column: column).left
        canvas.fill(Rect(x: x, y: board.y, width: 1, height: board.height), theme.floorLine)
      }
      for row in 1..<rows {
        let y = layout.rect(row: row, column: 0).top
        canvas.fill(Rect(x: board.x, y: y, width: board.width, height: 1), theme.floorLine)
      }
    }
    drawAbyss(onto: canvas)
    let marks = GridMarks(theme: theme, isDetailed: isDetailed)
    marks.drawStart(in: layout.rect(row: rows - 1, column: 0), onto: canvas)
    marks.drawGoal(in: layout.rect(row: rows - 1, column: columns - 1), onto: canvas)
    canvas.stroke(.rounded(board.inset(by: -0.75), radius: 1.5), theme.axis, width: 1.5)
  }

  /// Rock that breaks off into the dark.
  private func drawAbyss(onto canvas: Canvas) {
    let (rows, columns) = (CliffWalkingState.rows, CliffWalkingState.columns)
    let first = layout.rect(row: rows - 1, column: 1)
    let last = layout.rect(row: rows - 1, column: columns - 2)
    let abyss = Rect(
      x: first.left, y: first.top, width: last.right - first.left, height: first.height)
    let rock = theme.wall.mixed(with: theme.floor, theme.isDark ? 0.2 : 0.35)
    let deep = theme.hole
    guard isDetailed else { return canvas.fill(abyss, deep) }
    canvas.isolated {
      canvas.clip(to: .rect(abyss))
      canvas.fill(abyss, rock)
      canvas.fill(
        .polygon(edge(abyss, below: 0.16, every: 0.25, by: 0.06)),
        rock.mixed(with: deep, 0.55))
      canvas.fill(
        .polygon(edge(abyss, below: 0.36, every: 0.34, by: 0.09)),
        Gradient(
          from: Point(abyss.x, abyss.top + 0.3 * side), to: Point(abyss.x, abyss.bottom),
          colors: [rock.mixed(with: deep, 0.85), deep]))
    }
    // The edge catches the light.
    canvas.fill(
      Rect(x: abyss.x, y: abyss.top, width: abyss.width, height: max(1, (side * 0.05).rounded())),
      theme.wallEdge)
  }

  /// The area below a ragged line, which is the same in every picture.
  private func edge(
    _ area: Rect, below share: Double, every step: Double, by height: Double
  ) -> [Point] {
    let count = Int((area.width / (step * side)).rounded(.up))
    let line = (0...count).map { index -> Point in
      let wave = sin(Double(index) * 12.9898 + share * 78.233) * 43758.5453
      return Point(
        area.x + Double(index) * step * side,
        area.y + (share + (wave - wave.rounded(.down) - 0.5) * 2 * height) * side)
    }
    return line + [Point(area.right, area.bottom), Point(area.left, area.bottom)]
  }
}
