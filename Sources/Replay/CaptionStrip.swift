import Raster

/// Where the words below a picture stand: in columns that stay in place from frame to frame.
struct CaptionStrip: Sendable {
  /// The strip's height for pictures of a size.
  static func height(size: Int) -> Double {
    let fonts = Fonts(size: size)
    return fonts.isCompact
      ? (fonts.value.size * 1.5).rounded() : (fonts.value.size * 2.5).rounded()
  }

  /// The typefaces of pictures of a size.
  struct Fonts: Sendable {
    let value: Font
    let strong: Font
    let label: Font
    /// Small pictures have one line and no labels.
    let isCompact: Bool

    init(size: Int) {
      let height = max(10, (Double(size) * 0.0305 * 2).rounded() / 2)
      isCompact = size < 320
      value = .sans(min(height, 40))
      strong = .sans(value.size, .bold)
      label = .sans(max(9, (value.size * 1.44).rounded() / 2))
    }
  }

  private struct Column {
    var label: String
    var x: Double
  }

  private let area: Rect
  private let fonts: Fonts
  private let facts: CaptionFacts
  private let theme: Theme
  /// Episode, step, return, action.
  private let columns: [Column]
  /// How wide the world's name may be before the first column; 0 where it has no room.
  private let worldWidth: Double

  /// A strip inside an area; `actions` and `slips` are all that it may have to say there.
  init(
    in area: Rect, size: Int, facts: CaptionFacts, theme: Theme, actions: [String],
    canSlip: Bool, measuring canvas: Canvas
  ) {
    self.area = area
    self.facts = facts
    self.theme = theme
    let fonts = Fonts(size: size)
    self.fonts = fonts
    func width(_ text: String, _ font: Font) -> Double { canvas.measure(text, font).width }
    let names = actions.map { width($0, fonts.value) }
    let slips = actions.map { width("slipped " + $0, fonts.label) }
    let episode = String(facts.lastEpisode)
    let steps = "\(facts.mostSteps) / \(facts.mostSteps)"
    var widths: [(String, Double)]
    if fonts.isCompact {
      let widestSlip = canSlip ? (names.max() ?? 0) + width("→ ", fonts.value) : 0
      widths = [
        ("ep ", width("ep " + episode, fonts.value)), ("", width(steps, fonts.value)),
        ("", width("−000.00", fonts.value)), ("", max(names.max() ?? 0, widestSlip)),
      ]
    } else {
      widths = [
        ("episode", width(episode, fonts.value)), ("step", width(steps, fonts.value)),
        ("return", width("−000.0  +000", fonts.value)),
        ("action", max(names.max() ?? 0, canSlip ? slips.max() ?? 0 : 0)),
      ].map { ($0.0, max($0.1, width($0.0, fonts.label))) }
    }
    let gap = fonts.value.size * (fonts.isCompact ? 0.9 : 1.5)
    let total = widths.reduce(-gap) { $0 + $1.1 + gap }
    let room = area.width - total
    let wide = !fonts.isCompact && room - gap >= fonts.value.size * 4
    worldWidth = wide ? room - gap : 0
    // With the world's name in front the columns stand at the right; else they take all the room.
    let spread = wide ? 0 : max(0, room / Double(widths.count - 1))
    var x = wide ? area.right - total : area.left
    var columns: [Column] = []
    for (label, width) in widths {
      columns.append(Column(label: label, x: x.rounded()))
      x += width + gap + min(spread, gap * 2)
    }
    self.columns = columns
  }

  /// Draws what does not change from frame to frame.
  func drawStill(onto canvas: Canvas) {
    guard !fonts.isCompact else { return }
    for column in columns.dropLast() {
      canvas.text(column.label, at: Point(column.x, labelLine), fonts.label, theme.mutedText)
    }
    guard worldWidth > 0 else { return }
    let name = canvas.ellipsized(facts.world, fonts.value, width: worldWidth)
    canvas.text(name, at: Point(area.left, valueLine), fonts.value, theme.text)
  }

  /// Draws the words of one frame.
  func draw(_ caption: Caption, onto canvas: Canvas) {
    let values = [caption.episode, caption.step, caption.totalReturn]
    if fonts.isCompact { return drawCompact(caption, values, onto: canvas) }
    for (column, value) in zip(columns, values) {
      canvas.text(value, at: Point(column.x, valueLine), fonts.value, theme.text)
    }
    if !caption.reward.isEmpty {
      let x = columns[2].x + canvas.measure(caption.totalReturn + "  ", fonts.value).width
      canvas.text(caption.reward, at: Point(x, valueLine), fonts.label, theme.mutedText)
    }
    let x = columns[3].x
    let hasWorld = worldWidth > 0
    let label = caption.slip ?? (hasWorld ? nil : caption.ending) ?? columns[3].label
    let labelColor =
      caption.slip != nil
      ? theme.secondAccent : hasWorld || caption.ending == nil ? theme.mutedText : color(caption)
    canvas.text(label, at: Point(x, labelLine), fonts.label, labelColor)
    canvas.text(caption.action, at: Point(x, valueLine), fonts.value, theme.text)
    guard hasWorld else { return }
    if let ending = caption.ending {
      drawEnding(ending, color(caption), onto: canvas)
    } else {
      let trainer = canvas.ellipsized(facts.trainer, fonts.label, width: worldWidth)
      canvas.text(trainer, at: Point(area.left, labelLine), fonts.label, theme.mutedText)
    }
  }

  /// A dot and a word above the world's name.
  private func drawEnding(_ ending: String, _ color: Color, onto canvas: Canvas) {
    let radius = fonts.label.size * 0.32
    canvas.fill(
      .circle(Point(area.left + radius, labelLine - fonts.label.size * 0.365), radius: radius),
      color)
    let font = Font.sans(fonts.label.size, .bold)
    let word = canvas.ellipsized(ending, font, width: worldWidth - radius * 3.5)
    canvas.text(word, at: Point(area.left + radius * 3.5, labelLine), font, color)
  }

  private func drawCompact(_ caption: Caption, _ values: [String], onto canvas: Canvas) {
    for (column, value) in zip(columns, values) {
      canvas.text(
        column.label + value, at: Point(column.x, valueLine), fonts.value,
        column.x == columns[0].x ? theme.mutedText : theme.text)
    }
    let x = columns[3].x
    let (word, color, font) =
      if let ending = caption.ending {
        (ending, color(caption), fonts.strong)
      } else if let slip = caption.slip {
        // The chosen action's arrow is enough in front of the one that was executed.
        ("\(caption.action.prefix(1)) \(slip.dropFirst("slipped ".count))", theme.secondAccent,
          fonts.value)
      } else {
        (caption.action, theme.text, fonts.value)
      }
    let fitting = canvas.ellipsized(word, font, width: area.right - x)
    canvas.text(fitting, at: Point(x, valueLine), font, color)
  }

  private func color(_ caption: Caption) -> Color {
    switch caption.tone {
    case .good: theme.positive
    case .bad: theme.negative
    case .neutral: theme.mutedText
    }
  }

  private var labelLine: Double { (area.top + fonts.label.size * 0.85).rounded() }
  private var valueLine: Double { (area.bottom - fonts.value.size * 0.3).rounded() }
}
