package import Raster

/// Heat maps of one size and colour scale in parts, for pages that assemble them: a tile or a
/// colour for each cell, and its contents. Everything looks as a `HeatMapChart` draws it.
package struct HeatMapParts {
  /// The tiles of cells without a number, side by side as in `kinds`; grid lines are at their left and upper edges.
  package let tiles: Canvas
  /// The kinds of the tiles.
  package static let kinds: [HeatMap.Cell] = [.floor, .wall, .goal, .hole]
  /// The colours of the scale from low to high, one pixel each.
  package let colors: Canvas
  /// The more legible ink for each colour.
  package let inks: [Int]
  /// The format of numbers below arrows; nil if cells show only arrows.
  package let numbers: Numbers?

  /// The format of numbers in cells.
  package struct Numbers: Hashable, Sendable {
    /// Digits after the point.
    package var decimals: Int
    /// The font size, in sides of a cell.
    package var size: Double
    /// The distance from a number's middle to the cell's lower edge, in sides.
    package var line: Double
  }

  /// The ink for cells without a number.
  package let unknownInk: Int
  /// How numbers become colours.
  package let scale: ColorScale
  /// The side of a cell in pixels.
  package let side: Int

  private let cells: HeatMapCells
  private let hasNumbers: Bool

  /// The inks for bright and for dark colours.
  package static var inkColors: [Color] { HeatMapCells.inks }

  /// The parts of maps like this one, whose cells are `side` pixels wide.
  package init(
    like map: HeatMap, scale: ColorScale, side: Int, hasNumbers: Bool, theme: Theme
  ) throws(CanvasError) {
    self.scale = scale
    self.side = side
    self.hasNumbers = hasNumbers
    // Tiles have neighbours above and on the left, so that grid lines are drawn.
    let kinds = [.wall] + Self.kinds
    let sample = HeatMap(rows: 2, columns: kinds.count, actions: map.actions, cells: kinds + kinds)
    let chart = HeatMapChart(like: sample, scale: scale, side: side, theme: theme)
    let drawn = try Canvas(width: chart.width, height: chart.height, background: theme.unknown)
    cells = HeatMapCells(chart: chart, map: sample, canvas: drawn)
    cells.draw()
    tiles = try Canvas(width: Self.kinds.count * side, height: side)
    tiles.copy(
      drawn,
      chart.layout.rect(row: 1, column: 1).inset(0, 0, Double(side * (1 - Self.kinds.count)), 0),
      to: Point(0, 0))
    let palette = chart.palette.colors
    colors = try Canvas(width: palette.count, height: 1)
    for (index, color) in palette.enumerated() {
      colors.fill(Rect(x: Double(index), y: 0, width: 1, height: 1), color)
    }
    func ink(on color: Color) -> Int {
      HeatMapCells.inks.firstIndex(of: HeatMapCells.ink(on: color)) ?? 0
    }
    inks = palette.map(ink)
    unknownInk = ink(on: theme.unknown)
    numbers =
      hasNumbers
      ? cells.numberFormat().map {
        Numbers(
          decimals: $0.decimals, size: $0.font.size / Double(side), line: HeatMapCells.numberLine)
      } : nil
  }

  /// The parts of the same maps in another scale, made from the given ones.
  package func like(_ map: HeatMap, in scale: ColorScale) throws(CanvasError) -> HeatMapParts {
    try HeatMapParts(
      like: map, scale: scale, side: side, hasNumbers: hasNumbers, theme: cells.chart.theme)
  }

  /// The thickness of the grid lines, which a cell's colour does not cover.
  package var lineWidth: Int { cells.hasLines ? 1 : 0 }

  /// A cell's greedy actions, one bit each, in an ink; nil if cells are too small for arrows.
  package func arrows(_ greedy: UInt8, ink: Int) -> Canvas? {
    guard cells.hasArrows else { return nil }
    let actions = cells.map.actions.indices.filter { greedy >> $0 & 1 == 1 }
    return cell {
      $0.drawArrows(actions, in: $1, HeatMapCells.inks[ink], aboveNumber: numbers != nil)
    }
  }

  /// The mark of the start cell; nil if cells are too small for it on a page, which
  /// shows them at about half their size.
  package func start(ink: Int) -> Canvas? {
    guard side >= 2 * Int(HeatMapCells.leastMarked) else { return nil }
    return cell { $0.drawStart(in: $1, HeatMapCells.inks[ink]) }
  }

  /// The contents of one cell, on a transparent background.
  private func cell(_ draw: (HeatMapCells, Rect) -> Void) -> Canvas? {
    let canvas = try? Canvas(width: side, height: side, background: Color(0).opacity(0))
    guard let canvas else { return nil }
    draw(
      HeatMapCells(chart: cells.chart, map: cells.map, canvas: canvas, isWhole: false),
      Rect(x: 0, y: 0, width: Double(side), height: Double(side)))
    return canvas
  }
}
