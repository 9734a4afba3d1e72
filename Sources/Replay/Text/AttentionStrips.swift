package import Raster

/// The attention from one token to each, one row per layer, with the tokens' names below.
package struct AttentionStrips: Drawing, Sendable {
  private let rows: [[Float]]
  private let tokens: [String]
  /// Its colours.
  package let theme: Theme
  private let words: AttentionWords
  private static let (cell, rowHeight, left) = (34.0, 30.0, 84.0)

  /// Shares by layer and token.
  package init(
    rows: [[Float]], tokens: [String], title: String, subtitle: String, theme: Theme
  ) {
    self.rows = rows
    // The space is limited: the first tokens are shown.
    self.tokens = Array(tokens.prefix(120))
    width = max(520, Int(Self.left + Double(self.tokens.count) * Self.cell + 28))
    words = AttentionWords(title, subtitle, width: Double(width))
    self.theme = theme
  }

  /// Pixels from left to right.
  package let width: Int
  /// Pixels from top to bottom.
  package var height: Int { Int(top + Double(rows.count) * Self.rowHeight + bottom) }

  private var top: Double { words.height - 12 }
  /// The space for the longest name, written vertically.
  private var bottom: Double { 52 + min(96, Double(tokens.map(\.count).max() ?? 0) * 8) }

  /// Draws everything.
  package func draw(onto canvas: Canvas) {
    words.draw(theme, onto: canvas)
    for (row, shares) in rows.enumerated() {
      let y = top + Double(row) * Self.rowHeight
      canvas.text(
        "layer \(row + 1)", at: Point(Self.left - 10, y + Self.rowHeight / 2), .sans(13),
        theme.mutedText, align: .right, anchor: .middle)
      for (column, share) in shares.prefix(tokens.count).enumerated() {
        let color = theme.sequential.color(at: Double(share).squareRoot())
        let box = Rect(
          x: Self.left + Double(column) * Self.cell, y: y, width: Self.cell - 1,
          height: Self.rowHeight - 1)
        canvas.fill(box, color)
        canvas.text(
          "\(Int((share * 100).rounded()))", at: Point(box.left + box.width / 2, y + 14.5),
          .sans(11), color.moreLegible(of: theme.text, or: theme.background), align: .center,
          anchor: .middle)
      }
    }
    let below = top + Double(rows.count) * Self.rowHeight + 10
    for (column, token) in tokens.enumerated() {
      let name = canvas.ellipsized(token, .mono(13), width: 96)
      canvas.text(
        name, at: Point(Self.left + (Double(column) + 0.5) * Self.cell, below), .mono(13),
        theme.text, align: .right, anchor: .middle, rotation: -.pi / 2)
    }
    canvas.text(
      "numbers are hundredths of the attention", at: Point(28, Double(height) - 14), .sans(12),
      theme.mutedText)
  }
}
