import Analysis
import Experiments
import Raster
import Rollouts

/// The cells around a state, before and after an update.
struct Neighbourhood {
  private let before: HeatMap
  private let after: HeatMap
  private let scale: ColorScale
  private let layout: StateLayout
  private let rows: Range<Int>
  private let columns: Range<Int>

  /// How many cells are shown down and across.
  private static let most = 5

  /// The part of two maps around a state, including the next state if it is near. Nil if their actions
  /// do not point to the sides of a cell.
  init?(before: HeatMap, after: HeatMap, _ layout: StateLayout, state: Int, next: Int) {
    guard HeatMapTriangles.fits(before.actions) else { return nil }
    self.layout = layout
    let (here, there) = (layout.cell(of: state), layout.cell(of: next))
    rows = Self.window(here.row, there.row, of: layout.rows)
    columns = Self.window(here.column, there.column, of: layout.columns)
    self.before = before.part(rows: rows, columns: columns)
    self.after = after.part(rows: rows, columns: columns)
    scale = ColorScale(fitting: [self.before, self.after], actions: true)
  }

  /// The shown range of a row or column: the places around the middle of two.
  private static func window(_ one: Int, _ other: Int, of count: Int) -> Range<Int> {
    guard count > most else { return 0..<count }
    let middle = abs(one - other) < most ? (one + other) / 2 : one
    let first = max(0, min(count - most, middle - most / 2))
    return first..<first + most
  }

  /// The cells on a page.
  struct Board {
    let cells: HeatMapBoard
    fileprivate let around: Neighbourhood

    /// The pixels of a state's cell; nil if it is not shown.
    func rect(of state: Int) -> Rect? {
      let cell = around.layout.cell(of: state)
      guard around.rows.contains(cell.row), around.columns.contains(cell.column) else { return nil }
      return cells.rect(
        row: cell.row - around.rows.lowerBound, column: cell.column - around.columns.lowerBound)
    }

    /// The position of an action's value.
    func place(of state: Int, action: Int) -> Point? {
      guard rect(of: state) != nil else { return nil }
      let cell = around.layout.cell(of: state)
      return cells.place(
        of: action, row: cell.row - around.rows.lowerBound,
        column: cell.column - around.columns.lowerBound)
    }

    /// Draws a ring around an action of a state.
    func mark(
      _ state: Int, _ action: Int, _ color: Color, _ shown: Double, _ page: ExplanationPage,
      onto canvas: Canvas
    ) {
      guard shown > 0, rect(of: state) != nil else { return }
      let cell = around.layout.cell(of: state)
      let shape = cells.shape(
        of: action, row: cell.row - around.rows.lowerBound,
        column: cell.column - around.columns.lowerBound)
      canvas.stroke(
        shape, color.opacity(shown), Stroke(width: page.length(4.5), join: .round))
    }

    /// The agent's way, beside the numbers between the cells' middles; nil if it is
    /// not shown, or the agent stayed.
    func way(_ explanation: TableExplanation) -> Bow? {
      guard let start = rect(of: explanation.state), let end = rect(of: explanation.next) else {
        return nil
      }
      return Bow(from: start.center, to: end.center)
    }

    /// Where the reward is written: on the way, or at the top of the cell that the agent stayed in.
    func placeOfReward(_ explanation: TableExplanation) -> Point? {
      guard explanation.state != explanation.next else {
        return rect(of: explanation.state).map { Point($0.center.x, $0.top + $0.height * 0.04) }
      }
      return way(explanation)?.place(0.5)
    }

    /// The agent in its cell, or on its way to the next.
    func drawAgent(
      _ explanation: TableExplanation, moved: Double, _ page: ExplanationPage, onto canvas: Canvas
    ) {
      let theme = page.theme
      guard let here = rect(of: explanation.state) else { return }
      canvas.stroke(
        .rounded(here.inset(by: page.length(2)), radius: page.length(6)), theme.text,
        width: page.length(3))
      guard let way = way(explanation) else { return }
      let side = here.width
      if explanation.state != explanation.next, moved > 0 {
        canvas.stroke(
          .polyline(way.points(to: moved)), theme.background.opacity(0.9),
          Stroke(width: side * 0.05, cap: .round))
        canvas.stroke(
          .polyline(way.points(to: moved)), theme.text,
          Stroke(width: side * 0.025, cap: .round, dashes: [side * 0.05, side * 0.05]))
      }
      let end = way.place(moved)
      canvas.fill(.circle(end, radius: side * 0.09), theme.background)
      canvas.fill(.circle(end, radius: side * 0.07), theme.text)
    }
  }

  /// The cells as large as they fit, centred in an area.
  func board(in area: Rect, isAfter: Bool, _ theme: Theme) -> Board {
    let side = Int(
      min(area.width / Double(columns.count), area.height / Double(rows.count)))
    return Board(
      cells: HeatMapBoard(
        isAfter ? after : before, scale: scale, side: side,
        at: Point(
          area.x + (area.width - Double(side * columns.count)) / 2,
          area.y), theme: theme),
      around: self)
  }
}
