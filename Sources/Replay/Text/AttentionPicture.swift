package import Raster

/// The attention between all places of a sequence, one map per layer and head: queries from top to bottom, keys
/// from left to right.
package struct AttentionPicture: Drawing, Sendable {
  /// One map: the shares by query and place.
  package typealias Map = [[Float]]

  private let layers: [[Map]]
  private let tokens: [String]
  private let words: AttentionWords
  /// Its colours.
  package let theme: Theme
  private let rowName: String
  private let columnNames: [String]?
  private let names: Font
  private let side: Double
  private let labelWidth: Double
  private let top: Double
  private let isNamed: Bool
  /// The share with the last colour.
  private let limit: Double

  /// A picture of maps by layer and head, over tokens with names; `rowName` is the name of a row of maps,
  /// empty if there is only one, and `columnNames` are the names of the columns if they are not heads.
  package init(
    layers: [[Map]], tokens: [String], title: String, subtitle: String,
    columnNames: [String]? = nil, rowName: String = "layer", size: Int, theme: Theme
  ) {
    self.layers = layers
    self.tokens = tokens
    self.rowName = rowName
    self.columnNames = columnNames
    self.theme = theme
    let columns = Double(layers.map(\.count).max() ?? 1)
    // Tokens are named if there is one map with space for their names.
    let isNamed = layers.count == 1 && columns == 1 && tokens.count <= 40
    labelWidth = isNamed ? Double(size) * 0.14 : rowName.isEmpty ? 28 : Double(size) * 0.08
    words = AttentionWords(title, subtitle, width: Double(size))
    self.isNamed = isNamed
    top = words.height + (isNamed ? Double(size) * 0.1 : 0)
    side = ((Double(size) - labelWidth - 28 - (columns - 1) * 10) / columns).rounded(.down)
    let greatest = layers.joined().joined().joined().max() ?? 1
    limit = min(1, max(0.05, (Double(greatest) * 20).rounded(.up) / 20))
    names = .mono(min(15, max(7, side / Double(max(1, tokens.count)) * 0.62)))
  }

  /// Pixels from left to right.
  package var width: Int {
    let columns = Double(layers.map(\.count).max() ?? 1)
    return Int(labelWidth + columns * side + (columns - 1) * 10 + 28)
  }

  /// Pixels from top to bottom.
  package var height: Int { Int(top + Double(layers.count) * (side + 10) + 64) }

  /// Draws everything.
  package func draw(onto canvas: Canvas) {
    words.draw(theme, onto: canvas)
    for (row, heads) in layers.enumerated() {
      let y = top + Double(row) * (side + 10)
      if !isNamed, !rowName.isEmpty {
        canvas.text(
          "\(rowName) \(row + 1)", at: Point(labelWidth - 10, y + side / 2), .sans(13),
          theme.mutedText, align: .right, anchor: .middle)
      }
      for (column, map) in heads.enumerated() {
        let x = labelWidth + Double(column) * (side + 10)
        if row == 0, !isNamed {
          canvas.text(
            columnNames?[column] ?? "head \(column + 1)", at: Point(x + side / 2, top - 8),
            .sans(13), theme.mutedText,
            align: .center)
        }
        draw(map, in: Rect(x: x, y: y, width: side, height: side), onto: canvas)
      }
    }
    if isNamed { drawNames(onto: canvas) }
    drawLegend(onto: canvas)
  }

  /// More places than pixels would only blur: then the greatest of each group represents it.
  private func draw(_ map: Map, in area: Rect, onto canvas: Canvas) {
    let count = max(1, map.count)
    let cells = min(count, max(1, Int(area.width / 2)))
    let cell = area.width / Double(cells)
    canvas.fill(area, color(0))
    for row in 0..<cells {
      let queries = map[
        row * count / cells..<max(row * count / cells + 1, (row + 1) * count / cells)]
      for column in 0..<cells {
        let (first, end) = (column * count / cells, (column + 1) * count / cells)
        var greatest: Float = 0
        for query in queries {
          for place in first..<max(first + 1, end) where place < query.count {
            greatest = max(greatest, query[place])
          }
        }
        guard greatest > 0.002 else { continue }
        canvas.fill(
          Rect(
            x: area.left + Double(column) * cell, y: area.top + Double(row) * cell,
            width: cell, height: cell), color(Double(greatest)))
      }
    }
    canvas.stroke(.rect(area.inset(by: -0.5)), theme.axis, width: 1)
  }

  /// The colour depends on the square root, so that small shares are visible.
  private func color(_ share: Double) -> Color {
    theme.sequential.color(at: (share / limit).squareRoot())
  }

  private func drawNames(onto canvas: Canvas) {
    let cell = side / Double(max(1, tokens.count))
    for (index, token) in tokens.enumerated() {
      let place = (Double(index) + 0.5) * cell
      let name = canvas.ellipsized(token, names, width: labelWidth - 34)
      canvas.text(
        name, at: Point(labelWidth - 8, top + place), names, theme.text, align: .right,
        anchor: .middle)
      canvas.text(
        name, at: Point(labelWidth + place, top - 8), names, theme.text, anchor: .middle,
        rotation: -.pi / 2)
    }
  }

  private func drawLegend(onto canvas: Canvas) {
    let y = top + Double(layers.count) * (side + 10) + 12
    let width = min(220, Double(self.width) - labelWidth - 160)
    canvas.fill(
      Rect(x: labelWidth, y: y, width: width, height: 10), steps: theme.sequential.colors)
    for part in [0.0, 0.1, 0.5, 1] {
      canvas.text(
        NumberText.trimmed(part * limit, decimals: 3),
        at: Point(labelWidth + part.squareRoot() * width, y + 25), .sans(11), theme.mutedText,
        align: .center)
    }
    canvas.text(
      "share of the attention", at: Point(labelWidth + width + 18, y + 9.5), .sans(12),
      theme.mutedText)
  }
}

/// The title above pictures of attention, in as many lines as it needs.
struct AttentionWords {
  private let title: [String]
  private let subtitle: [String]
  private static let (titleFont, titleLeading) = (Font.sans(20, .bold), 26.0)
  private static let (textFont, textLeading) = (Font.sans(13), 18.0)
  private static let margin = 28.0

  init(_ title: String, _ subtitle: String, width: Double) {
    self.title = Self.titleFont.lines(of: title, width: width - 2 * Self.margin)
    self.subtitle = Self.textFont.lines(of: subtitle, width: width - 2 * Self.margin)
  }

  /// Its height, including space for names below it.
  var height: Double {
    58 + Self.titleLeading * Double(max(0, title.count - 1))
      + Self.textLeading * Double(max(1, subtitle.count)) + 20
  }

  func draw(_ theme: Theme, onto canvas: Canvas) {
    let first = Point(Self.margin, 38)
    canvas.text(title, at: first, Self.titleFont, theme.text, leading: Self.titleLeading)
    canvas.text(
      subtitle, at: first.moved(0, Self.titleLeading * Double(max(0, title.count - 1)) + 21),
      Self.textFont, theme.mutedText, leading: Self.textLeading)
  }
}
