package import Raster

/// Heat maps of one size and colour scale taken apart, for pages that put them together again: a tile or a
/// colour for each cell, and what stands on it. Everything is drawn as a `HeatMapChart` draws it.
package struct HeatMapParts {
  /// What cells without a number are, side by side as in `kinds`; lines are at their left and upper edges.
  package let tiles: Canvas
  /// What the tiles show.
  package static let kinds: [HeatMap.Cell] = [.floor, .wall, .goal, .hole]
  /// The colours of the scale from low to high, a pixel each.
  package let colors: Canvas
  /// For each colour which of the two inks is read on it.
  package let inks: [Int]
  /// How numbers are written below arrows; nil where arrows have their cells to themselves.
  package let numbers: Numbers?

  /// How the numbers of cells are written.
  package struct Numbers: Hashable, Sendable {
    /// Digits after the point.
    package var decimals: Int
    /// The letters' size, in sides of a cell.
    package var size: Double
    /// How far a number's middle is from the cell's lower edge, in sides.
    package var line: Double
  }

  /// Which of the inks is read on the tile of a cell about which nothing is known.
  package let unknownInk: Int
  /// How numbers become colours.
  package let scale: ColorScale
  /// The side of a cell in pixels.
  package let side: Int

  private let cells: HeatMapCells
  private let hasNumbers: Bool

  /// What is written with on bright and on dark colours.
  package static var inkColors: [Color] { HeatMapCells.inks }

  /// The parts of maps like this one, whose cells have a side of `side` pixels.
  package init(
    like map: HeatMap, scale: ColorScale, side: Int, hasNumbers: Bool, theme: Theme
  ) throws(CanvasError) {
    self.scale = scale
    self.side = side
    self.hasNumbers = hasNumbers
    // Tiles have neighbours above and on the left, so that there are lines.
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

  /// The parts of the same maps, of which one is given, in another scale.
  package func like(_ map: HeatMap, in scale: ColorScale) throws(CanvasError) -> HeatMapParts {
    try HeatMapParts(
      like: map, scale: scale, side: side, hasNumbers: hasNumbers, theme: cells.chart.theme)
  }

  /// How thick the lines are, which a cell's colour leaves free.
  package var lineWidth: Int { cells.hasLines ? 1 : 0 }

  /// A cell's greedy actions, a bit each, in an ink; nil where cells are too small for arrows.
  package func arrows(_ greedy: UInt8, ink: Int) -> Canvas? {
    guard cells.hasArrows else { return nil }
    let actions = cells.map.actions.indices.filter { greedy >> $0 & 1 == 1 }
    return cell {
      $0.drawArrows(actions, in: $1, HeatMapCells.inks[ink], aboveNumber: numbers != nil)
    }
  }

  /// The mark of the cell that episodes start in; nil where cells are too small for it on a page, which
  /// shows them at about half their size.
  package func start(ink: Int) -> Canvas? {
    guard side >= 2 * Int(HeatMapCells.leastMarked) else { return nil }
    return cell { $0.drawStart(in: $1, HeatMapCells.inks[ink]) }
  }

  /// What is drawn in one cell, transparent around it.
  private func cell(_ draw: (HeatMapCells, Rect) -> Void) -> Canvas? {
    let canvas = try? Canvas(width: side, height: side, background: Color(0).opacity(0))
    guard let canvas else { return nil }
    draw(
      HeatMapCells(chart: cells.chart, map: cells.map, canvas: canvas, isWhole: false),
      Rect(x: 0, y: 0, width: Double(side), height: Double(side)))
    return canvas
  }
}
