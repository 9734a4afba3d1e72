import Raster

/// Panels for explanations of networks.
extension ExplanationPage {
  // MARK: Numbers by name

  /// A number with its name, and the value of its bar.
  struct NamedNumber {
    var name: String
    var text: String
    var value: Double
    var color: Color?
    var isMarked = false
  }

  /// Draws names, bars around zero and numbers, one per row; if not all fit, the last row says so.
  func drawNumbers(_ numbers: [NamedNumber], in area: Rect, most: Int, onto canvas: Canvas) {
    let shown = numbers.count > most ? Array(numbers.prefix(most - 1)) : numbers
    let height = min(area.height / Double(max(1, min(numbers.count, most))), line(26))
    let font = font(min(14, height / line(1) * 0.66))
    let limit = numbers.map { abs($0.value) }.filter(\.isFinite).max() ?? 1
    let hasNegative = shown.contains { $0.value < 0 }
    // Names and numbers get the space that they need, if some is left for bars.
    func widest(_ texts: [String]) -> Double {
      line(10) + (texts.map { canvas.measure($0, font).width }.max() ?? 0)
    }
    let texts = min(widest(shown.map(\.text)), area.width * 0.3)
    let (wanted, room) = (widest(shown.map(\.name)), area.width * 0.92 - texts)
    let names = min(wanted, room)
    // Names that are too long are shrunk before they are cut.
    var nameFont = font
    nameFont.size *= max(0.7, min(1, room / wanted))
    let bars = Rect(
      x: area.x + names, y: area.y, width: area.width - names - texts, height: area.height)
    let zero = hasNegative ? bars.center.x : bars.left
    for (row, number) in shown.enumerated() {
      let y = area.y + (Double(row) + 0.5) * height
      let color = number.color ?? colors.old
      if number.isMarked {
        canvas.fill(
          .rounded(
            Rect(
              x: area.x - line(6), y: y - height / 2, width: area.width + line(12), height: height),
            radius: line(5)), color.opacity(0.14))
      }
      canvas.text(
        canvas.ellipsized(number.name, nameFont, width: names - line(6)), at: Point(area.x, y),
        nameFont, theme.text, anchor: .middle)
      let length =
        (hasNegative ? bars.width / 2 : bars.width) * number.value
        / max(limit, .leastNormalMagnitude)
      if length.isFinite {
        canvas.fill(
          Rect(
            x: min(zero, zero + length), y: y - height * 0.28, width: max(abs(length), 1),
            height: height * 0.56), color.opacity(0.75))
      }
      canvas.text(
        number.text, at: Point(area.right, y), font, number.isMarked ? theme.text : theme.mutedText,
        align: .right, anchor: .middle)
    }
    if hasNegative {
      canvas.fill(
        Rect(x: zero, y: area.y, width: 1, height: height * Double(shown.count)), theme.axis)
    }
    guard shown.count < numbers.count else { return }
    canvas.text(
      "and \(numbers.count - shown.count) more",
      at: Point(area.x, area.y + (Double(shown.count) + 0.5) * height), font, theme.mutedText,
      anchor: .middle)
  }

  // MARK: Layers

  /// Draws the units of each layer as squares, warm above zero and cool below, from left to right.
  func drawLayers(_ layers: [[Float]], in area: Rect, onto canvas: Canvas) {
    guard !layers.isEmpty else { return }
    let gap = line(30)
    let width = (area.width - gap * Double(layers.count - 1)) / Double(layers.count)
    let font = font(12.5)
    let height = area.height - font.size * 2
    for (index, layer) in layers.enumerated() {
      let left = area.x + (width + gap) * Double(index)
      // As square as the number of units allows.
      var columns = 1
      while columns < layer.count,
        height / (Double(layer.count) / Double(columns)).rounded(.up) < width / Double(columns)
      {
        columns += 1
      }
      let rows = (layer.count + columns - 1) / columns
      let side = min(width / Double(columns), height / Double(rows), line(22))
      let (wide, high) = (side * Double(columns), side * Double(rows))
      let origin = Point(left + (width - wide) / 2, area.y + (height - high) / 2)
      let limit = Double(layer.map(abs).max() ?? 1)
      for (unit, value) in layer.enumerated() {
        let square = Rect(
          x: origin.x + side * Double(unit % columns), y: origin.y + side * Double(unit / columns),
          width: side, height: side)
        canvas.fill(
          square.inset(by: max(0.4, side * 0.05)),
          theme.diverging.color(for: Double(value), limit: max(limit, .leastNormalMagnitude)))
      }
      let active = layer.count { $0 != 0 }
      let words =
        active < layer.count ? "\(active) of \(layer.count) active" : "\(layer.count) units"
      canvas.text(
        words, at: Point(left + width / 2, area.bottom), font, theme.mutedText, align: .center)
      guard index > 0 else { continue }
      canvas.fill(
        .arrow(
          center: Point(left - gap / 2, area.y + height / 2), dx: 1, dy: 0, length: gap * 0.5,
          thickness: line(2)), theme.axis)
    }
  }

  // MARK: Facts

  /// A number with its caption.
  struct Fact {
    var text: String
    var caption: String
    var color: Color?
  }

  /// Draws facts below each other.
  func drawFacts(_ facts: [Fact], in area: Rect, onto canvas: Canvas) {
    let step = min(line(58), area.height / Double(max(1, facts.count)))
    for (row, fact) in facts.enumerated() {
      let y = area.y + step * Double(row)
      canvas.text(
        canvas.ellipsized(fact.text, font(22, .bold), width: area.width),
        at: Point(area.x, y + line(20)), font(22, .bold), fact.color ?? theme.text)
      canvas.text(
        canvas.ellipsized(fact.caption, font(13), width: area.width),
        at: Point(area.x, y + line(38)), font(13), theme.mutedText)
    }
  }

  /// Draws a picture as large as it fits, centred in an area; returns its place.
  @discardableResult
  func drawPicture(_ picture: Canvas, in area: Rect, onto canvas: Canvas) -> Rect {
    let scale = min(area.width / Double(picture.width), area.height / Double(picture.height))
    let (width, height) = (Double(picture.width) * scale, Double(picture.height) * scale)
    let rect = Rect(
      x: area.x + (area.width - width) / 2, y: area.y, width: width, height: height)
    canvas.draw(picture, in: rect)
    canvas.stroke(.rect(rect.inset(by: -0.5)), theme.grid, width: 1)
    return rect
  }
}
