import Raster

/// The places of an episode's strips, one below the other, and of what is beside them.
struct ChartsLayout: Sendable {
  /// The picture with its title and caption.
  let frame: GridLayout
  /// The font of names and numbers.
  let font: Font
  /// The plot areas of the strips, from the top: states, actions, rewards, the return.
  let strips: [Rect]
  /// The area of the strips' names.
  let names: Rect
  /// Whether strips are too low for a value below its name.
  let isLow: Bool
  /// The area of their bounds; of width 0 in small pictures.
  let bounds: Rect
  /// The area of the step counter.
  let axis: Rect
  /// The area of the portrait: two numbers against one another.
  let portrait: Rect?
  /// The area of action counts, or of an action's numbers.
  let tally: Rect?

  /// The number of strips that fit into pictures with some options.
  static func room(_ options: PictureOptions) -> Int {
    let frame = GridLayout(rows: tallest, columns: across, options: options)
    let font = letters(options.evenSize)
    return max(4, Int(frame.board.height / (font * 2.35)) - 1)
  }

  /// The sides of pictures with the most strips; pictures with few strips are lower.
  private static let (tallest, across) = (9, 12)

  private static func letters(_ size: Int) -> Double {
    max(7.5, (Double(size) / 62 * 2).rounded() / 2)
  }

  /// A layout for some number of strips; `lines` is the number of choices to count, or of an action's numbers.
  init(strips count: Int, hasPortrait: Bool, lines choices: Int, options: PictureOptions) {
    let isLarge = options.evenSize >= 320
    let rows = isLarge ? max(6, min(Self.tallest, count + 1)) : Self.tallest
    frame = GridLayout(rows: rows, columns: Self.across, options: options)
    let board = frame.board
    let letters = Self.letters(options.evenSize)
    font = .sans(letters)
    let padding = (board.width / 42).rounded()
    let area = board.inset(by: padding)
    let isWide = hasPortrait || choices > 0
    let side = isWide ? (area.width * 0.31).rounded() : 0
    let left = area.inset(0, 0, isWide ? side + padding * 1.6 : 0, 0)
    let boundWidth = isLarge ? (letters * 3.6).rounded() : 0
    let axisHeight = (letters * 1.5).rounded()
    let height = (left.height - axisHeight) / Double(max(1, count))
    isLow = height - min(height * 0.22, letters) < letters * 2.3
    // In low strips names and values are side by side.
    let nameWidth = (letters * (isLow ? 10 : 7)).rounded()
    let gap = min(height * 0.22, letters)
    let plot = Rect(
      x: left.x + nameWidth, y: left.y, width: left.width - nameWidth - boundWidth,
      height: left.height - axisHeight)
    strips = (0..<count).map { index in
      Rect(
        x: plot.x.rounded(), y: (plot.y + Double(index) * height + gap / 2).rounded(),
        width: plot.width.rounded(), height: (height - gap).rounded())
    }
    names = Rect(x: left.x, y: left.y, width: nameWidth - letters * 0.7, height: plot.height)
    bounds = Rect(x: plot.right + letters * 0.4, y: left.y, width: boundWidth, height: plot.height)
    axis = Rect(
      x: plot.x.rounded(), y: plot.bottom, width: plot.width.rounded(), height: axisHeight)
    let right = Rect(x: area.right - side, y: area.y, width: side, height: area.height)
    let lines = choices > 0 ? min(Double(choices), 8) * letters * 1.75 + letters * 2.2 : 0
    let most = right.height - lines - letters * 3
    portrait =
      hasPortrait
      ? Rect(
        x: right.x, y: right.y + letters * 1.6, width: right.width,
        height: max(letters * 4, min(right.width, most))) : nil
    let top = portrait.map { $0.bottom + letters * 3 } ?? right.y
    tally =
      choices > 0 && right.bottom - top > letters * 4
      ? Rect(x: right.x, y: top, width: right.width, height: right.bottom - top) : nil
  }
}
