import Raster

/// The strip of text below a picture, in columns that stay in place from frame to frame.
struct CaptionStrip: Sendable {
  /// The strip's height for pictures of a size.
  static func height(size: Int) -> Double {
    let fonts = Fonts(size: size)
    return fonts.isCompact
      ? (fonts.value.size * 1.5).rounded() : (fonts.value.size * 2.5).rounded()
  }

  /// The fonts for pictures of a size.
  struct Fonts: Sendable {
    let value: Font
    let label: Font
    /// Small pictures have one line and no labels.
    let isCompact: Bool

    init(size: Int) {
      let height = max(10, (Double(size) * 0.0305 * 2).rounded() / 2)
      isCompact = size < 320
      value = .sans(min(height, 40))
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
  /// The space for the world's name before the first column; 0 if there is none.
  private let worldWidth: Double
  private let endingWidth: Double
  private let hasEpisode: Bool
  private let showsRewards: Bool
  private let spellsSlips: Bool

  /// The longest texts of each kind that a strip may show.
  struct Vocabulary {
    var actions: [String]
    var canSlip = false
    var endings: [String]
  }

  /// A strip inside an area, with columns wide enough for all these texts.
  init(
    in area: Rect, size: Int, facts: CaptionFacts, theme: Theme, vocabulary: Vocabulary,
    measuring canvas: Canvas
  ) {
    self.area = area
    self.facts = facts
    self.theme = theme
    let fonts = Fonts(size: size)
    self.fonts = fonts
    func widest(_ texts: [String], _ font: Font) -> Double {
      texts.map { canvas.measure($0, font).width }.max() ?? 0
    }
    let names = vocabulary.actions
    let slips =
      vocabulary.canSlip ? names.map { fonts.isCompact ? "→ " + $0 : "slipped " + $0 } : []
    let episode = (fonts.isCompact ? "#" : "") + String(facts.lastEpisode)
    let steps = "\(facts.mostSteps)/\(facts.mostSteps)"
    let action = max(
      widest(names, fonts.value),
      widest(fonts.isCompact ? slips + vocabulary.endings : [], fonts.value))
    var widths = [
      ("episode", widest([episode], fonts.value)), ("step", widest([steps], fonts.value)),
      ("return", widest([fonts.isCompact ? "−000" : "−000.0"], fonts.value)), ("action", action),
    ]
    if !fonts.isCompact {
      widths = widths.map { ($0.0, max($0.1, widest([$0.0], fonts.label))) }
      widths[2].1 += widest([" +000"], fonts.label)
    }
    var gap = (fonts.value.size * (fonts.isCompact ? 0.8 : 1.25)).rounded()
    var total = widths.reduce(-gap) { $0 + $1.1 + gap }
    showsRewards = !fonts.isCompact && total <= area.width
    if !fonts.isCompact, !showsRewards {
      // In a tall and narrow picture columns move closer together and single rewards are left out.
      widths[2].1 -= widest([" +000"], fonts.label)
      gap = (gap * 0.6).rounded()
      total = widths.reduce(-gap) { $0 + $1.1 + gap }
    }
    let name = widest([facts.world], fonts.value) + gap
    let spelled = max(0, widest(fonts.isCompact ? [] : slips, fonts.label) - action)
    // The action's arrow alone shows a slip if its name would displace the world's.
    spellsSlips = total + spelled + name <= area.width
    if spellsSlips {
      widths[3].1 += spelled
      total += spelled
    } else {
      let short = max(0, widest(slips.map(Self.arrowOnly), fonts.label) - action)
      widths[3].1 += short
      total += short
    }
    if fonts.isCompact, total > area.width {
      // The episode's number is dropped first: a title can name the episode.
      hasEpisode = false
      total -= widths[0].1 + gap
      widths[0].1 = -gap
    } else {
      hasEpisode = true
    }
    let bold = Font.sans(fonts.label.size, .bold)
    let ending = widest(vocabulary.endings, bold) + fonts.label.size * 1.03
    if !fonts.isCompact, area.width - total - gap < ending {
      // An ending is written below the world's name: columns move closer together rather than cut it.
      let closer = max(fonts.value.size * 0.6, gap - (ending + gap + total - area.width) / 4)
      total -= (gap - closer) * Double(widths.count - 1)
      gap = closer
    }
    let room = area.width - total
    let wide = !fonts.isCompact && room - gap >= max(fonts.value.size * 3.5, ending)
    worldWidth = wide ? room - gap : 0
    if !fonts.isCompact, !wide {
      // Or it is written above the last column.
      let longer = max(0, min(ending - widths[3].1, area.width - total))
      widths[3].1 += longer
      total += longer
    }
    // If the world's name comes first, the columns are at the right; else they take the whole width.
    let spread = wide ? 0 : min(gap * 2, max(0, (area.width - total) / 3))
    var x = wide ? area.right - total : area.left
    var columns: [Column] = []
    for (label, width) in widths {
      columns.append(Column(label: label, x: x.rounded()))
      x += width + gap + spread
    }
    // If there is no world's name, the ending replaces the last label.
    endingWidth = wide ? worldWidth : area.right - (columns.last?.x ?? area.left) + 1
    self.columns = columns
  }

  /// Draws what does not change from frame to frame.
  func drawStill(onto canvas: Canvas) {
    guard !fonts.isCompact else { return }
    for column in columns.dropLast() {
      canvas.text(column.label, at: Point(column.x, labelLine), fonts.label, theme.mutedText)
    }
    guard worldWidth > 0 else { return }
    // A name that is slightly too long is shrunk rather than cut.
    let fitting = worldWidth / max(1, canvas.measure(facts.world, fonts.value).width)
    let font = Font.sans(fonts.value.size * min(1, max(0.8, fitting)))
    let name = canvas.ellipsized(facts.world, font, width: worldWidth + 0.5)
    canvas.text(name, at: Point(area.left, valueLine), font, theme.text)
  }

  /// Draws the texts of one frame.
  func draw(_ caption: Caption, onto canvas: Canvas) {
    if fonts.isCompact { return drawCompact(caption, onto: canvas) }
    let values = [caption.episode, caption.step, caption.totalReturn, caption.action]
    for (column, value) in zip(columns, values) {
      canvas.text(value, at: Point(column.x, valueLine), fonts.value, theme.text)
    }
    if showsRewards, !caption.reward.isEmpty {
      let x = columns[2].x + canvas.measure(caption.totalReturn + " ", fonts.value).width
      canvas.text(caption.reward, at: Point(x, valueLine), fonts.label, theme.mutedText)
    }
    let action = Point(columns[3].x, labelLine)
    let place = worldWidth > 0 ? Point(area.left, labelLine) : action
    if let ending = caption.ending {
      canvas.draw(ending, at: place, size: fonts.label.size, width: endingWidth, theme)
    }
    if caption.ending == nil, worldWidth > 0 {
      let trainer = canvas.ellipsized(facts.trainer, fonts.label, width: worldWidth)
      canvas.text(trainer, at: place, fonts.label, theme.mutedText)
    }
    if caption.ending == nil || worldWidth > 0 {
      let slip = caption.slip.map { spellsSlips ? $0 : Self.arrowOnly($0) }
      canvas.text(
        slip ?? columns[3].label, at: action, fonts.label,
        caption.slip == nil ? theme.mutedText : theme.secondAccent)
    }
  }

  /// "slipped ↓ down" without its last word.
  private static func arrowOnly(_ slip: String) -> String {
    String(slip.prefix("slipped ↓".count))
  }

  private func drawCompact(_ caption: Caption, onto canvas: Canvas) {
    if hasEpisode {
      canvas.text(
        "#" + caption.episode, at: Point(columns[0].x, valueLine), fonts.value, theme.mutedText)
    }
    for (column, value) in zip(columns.dropFirst(), [caption.step, caption.totalReturn]) {
      canvas.text(value, at: Point(column.x, valueLine), fonts.value, theme.text)
    }
    var (word, ink) = (caption.action, theme.text)
    if let slip = caption.slip {
      // The chosen action's arrow is enough in front of the executed one.
      word = "\(caption.action.prefix(1)) \(slip.dropFirst("slipped ".count))"
      ink = theme.secondAccent
    }
    if let ending = caption.ending { (word, ink) = (ending.text, theme.color(of: ending.tone)) }
    let x = columns[3].x
    let fitting = canvas.ellipsized(word, fonts.value, width: area.right - x + 2)
    canvas.text(fitting, at: Point(x, valueLine), fonts.value, ink)
  }

  private var labelLine: Double { (area.top + fonts.label.size * 0.85).rounded() }
  private var valueLine: Double { (area.bottom - fonts.value.size * 0.3).rounded() }
}
