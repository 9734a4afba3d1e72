import Raster
import Rollouts

extension HeatMap {
  /// The map as text: arrows and values on their colours, or plain without colours.
  ///
  /// Cells shrink from arrow and value to a single character; a map that is still wider than the terminal
  /// is cut, with a note.
  package func text(_ style: TerminalStyle, scale: ColorScale) -> String {
    let decimals = HeatMapCells.decimals(
      for: scale.range, counts: scale.kind == .logarithmic)[0]
    let widest = values.reduce(3) {
      $1.isNaN ? $0 : max($0, NumberText.fixed($1, decimals: decimals).count)
    }
    let wide = widest + 4
    let side = columns * wide <= style.width ? wide : columns * 2 <= style.width ? 2 : 1
    let shown = min(columns, style.width / side)
    var text = ""
    for row in 0..<rows {
      for column in 0..<shown {
        text += cell(row, column, side: side, decimals: decimals, style, scale)
      }
      text += "\n"
    }
    if shown < columns { text += "columns 1 to \(shown) of \(columns)\n" }
    return text + key(style, scale)
  }

  private func cell(
    _ row: Int, _ column: Int, side: Int, decimals: Int, _ style: TerminalStyle,
    _ scale: ColorScale
  ) -> String {
    let place = row * columns + column
    let value = values[place]
    switch cells[place] {
    case .wall: return blank(style.isUnicode ? "█" : "#", side, style.theme.wall, style)
    case .hole: return marked(style.isUnicode ? "○" : "O", side, style.theme.hole, style)
    case .goal where value.isNaN: return marked("G", side, style.theme.goal, style)
    case .floor, .goal: break
    }
    guard !value.isNaN else {
      return marked(style.isUnicode ? "·" : ".", side, style.theme.unknown, style)
    }
    let arrow = arrow(greedyActions(row, column), style)
    let color = scale.color(of: value, in: style.theme)
    if side == 1 { return style.painted(arrow, on: color) }
    if side == 2 { return style.painted(arrow + " ", on: color) }
    var number = NumberText.fixed(value, decimals: decimals)
    if !style.isUnicode { number = number.replacing("−", with: "-") }
    let filled = String(repeating: " ", count: max(0, side - 3 - number.count)) + number
    return style.painted(" \(arrow)\(filled) ", on: color)
  }

  /// One character for the greedy actions: an arrow, `+` for a tie, or a space.
  private func arrow(_ greedy: [Int], _ style: TerminalStyle) -> String {
    guard let first = greedy.first else { return " " }
    guard greedy.count == 1 else { return "+" }
    let arrows = style.isUnicode ? ["↑", "→", "↓", "←", "•"] : ["^", ">", "v", "<", "x"]
    switch (actions[first].dx, actions[first].dy) {
    case (0, -1): return arrows[0]
    case (1, 0): return arrows[1]
    case (0, 1): return arrows[2]
    case (-1, 0): return arrows[3]
    default: return arrows[4]
    }
  }

  private func blank(_ letter: String, _ side: Int, _ color: Color, _ style: TerminalStyle)
    -> String
  {
    style.colors == .none
      ? String(repeating: letter, count: side)
      : style.painted(String(repeating: " ", count: side), on: color)
  }

  private func marked(
    _ letter: String, _ side: Int, _ color: Color, _ style: TerminalStyle
  ) -> String {
    let before = (side - 1) / 2
    let after = side - 1 - before
    return style.painted(
      String(repeating: " ", count: before) + letter + String(repeating: " ", count: after),
      on: color)
  }

  /// The legend of colours and letters.
  private func key(_ style: TerminalStyle, _ scale: ColorScale) -> String {
    var parts: [String] = []
    if style.colors != .none {
      let bar = (0..<16).map { step in
        style.painted(" ", on: scale.map(in: style.theme).color(at: Double(step) / 15))
      }
      parts.append(
        NumberText.short(scale.range.lowerBound) + " " + bar.joined() + " "
          + NumberText.short(scale.range.upperBound))
    }
    if hasUnknown { parts.append("\(style.isUnicode ? "·" : ".") nothing learned yet") }
    if cells.contains(.hole) { parts.append("\(style.isUnicode ? "○" : "O") hole") }
    if cells.contains(.goal) { parts.append("G goal") }
    let text = parts.joined(separator: "   ")
    return text.isEmpty ? "" : (style.isUnicode ? text : text.replacing("−", with: "-")) + "\n"
  }
}
