import Raster

extension Curve {
  /// The moving average as text, drawn in dots of braille (or stars) above its axis.
  package func text(_ style: TerminalStyle, height: Int = 10) -> String {
    guard let lastX = x.last, let firstX = x.first, !x.isEmpty else { return "" }
    let axis = Axis.covering("", [average], air: 0)
    let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
    let labels = [high, (low + high) / 2, low].map { value -> String in
      let text = NumberText.short(value)
      return style.isUnicode ? text : text.replacing("−", with: "-")
    }
    let margin = labels.map(\.count).max() ?? 0
    let width = max(10, style.width - margin - 3)
    let rows = max(3, height)
    var dots = DotGrid(width: width, height: rows, isBraille: style.isUnicode)
    var previous: (x: Int, y: Int)?
    for (x, y) in zip(x, average) {
      let share = lastX > firstX ? (x - firstX) / (lastX - firstX) : 0.5
      guard (0...1).contains(share), axis.canShow(y) else {
        previous = nil
        continue
      }
      let dot = (
        x: Int((share * Double(dots.columns - 1)).rounded()),
        y: Int(((1 - axis.share(of: y)) * Double(dots.rows - 1)).rounded())
      )
      // A step up or down is drawn through all rows between.
      let from = previous.map { abs(dot.x - $0.x) <= 1 ? $0.y : dot.y } ?? dot.y
      for row in min(from, dot.y)...max(from, dot.y) { dots.set(dot.x, row) }
      previous = dot
    }
    var text = averageName + ", \(measure == .returns ? "return per episode" : measure.label)\n"
    for row in 0..<rows {
      let label =
        row == 0 ? labels[0] : row == rows / 2 ? labels[1] : row == rows - 1 ? labels[2] : ""
      text += String(repeating: " ", count: margin - label.count) + label
      text += (style.isUnicode ? " ┤" : " |") + style.inked(dots.line(row), style.theme.accent)
      text += "\n"
    }
    let ends = (NumberText.count(firstX), NumberText.count(lastX) + " " + progressWord)
    let gap = max(1, width - ends.0.count - ends.1.count)
    text += String(repeating: " ", count: margin + 2) + ends.0
    return text + String(repeating: " ", count: gap) + ends.1 + "\n"
  }

  private var progressWord: String {
    switch progress {
    case .steps: "steps"
    case .episodes: "episodes"
    case .time: "seconds"
    }
  }
}

/// Dots as text: eight per character in braille, else one.
private struct DotGrid {
  let columns: Int
  let rows: Int
  private let width: Int
  private let isBraille: Bool
  private var cells: [UInt8]

  init(width: Int, height: Int, isBraille: Bool) {
    self.width = width
    self.isBraille = isBraille
    columns = isBraille ? width * 2 : width
    rows = isBraille ? height * 4 : height
    cells = Array(repeating: 0, count: width * height)
  }

  mutating func set(_ x: Int, _ y: Int) {
    guard (0..<columns).contains(x), (0..<rows).contains(y) else { return }
    guard isBraille else { return cells[y * width + x] = 1 }
    // Unicode numbers the dots down the left column, then down the right, the lowest row last.
    let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    cells[y / 4 * width + x / 2] |= bits[y % 4][x % 2]
  }

  func line(_ row: Int) -> String {
    var text = ""
    for cell in cells[row * width..<(row + 1) * width] {
      if isBraille {
        text.unicodeScalars.append(Unicode.Scalar(0x2800 + UInt32(cell)) ?? " ")
      } else {
        text += cell == 0 ? " " : "*"
      }
    }
    return text
  }
}
