import Experiments
import Raster
import Rollouts
import Trainers

/// A step of a DQN as a picture: above from the observation to the choice, below from the replayed transitions to
/// how far the network moved.
struct DQNFigure: ExplanationFigure {
  let page: ExplanationPage
  let explanation: DQNExplanation
  let frame: Canvas?
  /// Small pictures of the replayed states, by step.
  let thumbnails: [Int: Canvas]

  var width: Int { page.width }
  var height: Int { page.height }
  var theme: Theme { page.theme }
  var seconds: Double { 8 }

  /// How many rows of a batch are shown: those with the largest errors.
  static let shownRows = 5

  init(
    _ explanation: DQNExplanation, frame: Canvas?, thumbnails: [Int: Canvas], size: Int?,
    theme: Theme
  ) {
    (self.explanation, self.frame, self.thumbnails) = (explanation, frame, thumbnails)
    page = ExplanationPage(
      size: size, theme: theme,
      title: "Why \(explanation.actions[explanation.action]), and what the network learned from it",
      subtitle: explanation.place.title)
  }

  /// The shown rows of an explanation's updates.
  static func rows(of explanation: DQNExplanation) -> [ReplayTrace.Row] {
    let rows = explanation.updates.flatMap(\.rows)
    return Array(
      rows.sorted {
        (abs(explanation.error(of: $0)), $0.step) > (abs(explanation.error(of: $1)), $1.step)
      }.prefix(shownRows))
  }

  func draw(onto canvas: Canvas, at time: Double?) {
    page.drawHeader(onto: canvas)
    let world = page.drawPart("State", from: 40, to: 280, onto: canvas)
    if let frame { page.drawPicture(frame, in: world, onto: canvas) }
    if stage(time, from: 0.5, to: 1) > 0 {
      let area = page.drawPart(
        "Observation", from: 310, to: 560, onto: canvas)
      page.drawNumbers(
        explanation.observation.map {
          .init(name: $0.name, text: NumberText.exact(Double($0.value)), value: Double($0.value))
        }, in: area, most: 14, onto: canvas)
    }
    if stage(time, from: 1.5, to: 2) > 0 {
      let area = page.drawPart(
        "Network", from: 590, to: 890, onto: canvas)
      page.drawLayers(Array(explanation.units.dropLast()), in: area, onto: canvas)
    }
    if stage(time, from: 2.5, to: 3) > 0 {
      let area = page.drawPart("Value and choice", from: 920, to: 1240, onto: canvas)
      drawChoice(in: area, onto: canvas)
    }
    if stage(time, from: 4, to: 4.5) > 0 {
      let area = page.drawPart(batchHeading, from: 40, to: 890, isLower: true, onto: canvas)
      drawBatch(in: area, time, onto: canvas)
    }
    if stage(time, from: 6.5, to: 7) > 0 {
      let area = page.drawPart(
        "What changed", from: 920, to: 1240, isLower: true, onto: canvas)
      page.drawFacts(facts, in: area, onto: canvas)
    }
  }

  private func drawChoice(in area: Rect, onto canvas: Canvas) {
    let height = min(area.height * 0.5, page.line(34) * Double(explanation.actions.count))
    page.drawNumbers(
      explanation.actions.indices.map { action in
        .init(
          name: explanation.actions[action]
            + " · \(NumberText.trimmed(100 * explanation.chances[action], decimals: 1)) %",
          text: NumberText.exact(Double(explanation.values[action])),
          value: Double(explanation.values[action]),
          color: action == explanation.action ? page.colors.new : page.colors.old,
          isMarked: action == explanation.action)
      }, in: Rect(x: area.x, y: area.y, width: area.width, height: height), most: 8, onto: canvas)
    page.drawSentence(
      explanation.choiceText,
      at: Point(area.x, area.y + height + page.line(30)), width: area.width, size: 15, onto: canvas)
  }

  private var batchHeading: String {
    let count = explanation.updates.reduce(0) { $0 + $1.rows.count }
    return switch count {
    case 0: "Memory"
    case 1: "The newest transition"
    default:
      "\(Self.rows(of: explanation).count) of \(count) remembered transitions: the most surprising"
    }
  }

  private func drawBatch(in area: Rect, _ time: Double?, onto canvas: Canvas) {
    let rows = Self.rows(of: explanation)
    guard !rows.isEmpty else {
      page.drawSentence(
        "Nothing is learned yet: \(explanation.settings.warmUp) transitions must be remembered first.",
        at: Point(area.x, area.y + page.line(10)), width: area.width, onto: canvas)
      return
    }
    let height = min(area.height / Double(rows.count), page.line(rows.count == 1 ? 150 : 76))
    let side = height - page.line(8)
    let (font, small) = (page.font(17, .bold), page.font(12.5))
    let columns = columns(rows)
    let gap = page.length(18)
    let widths = columns.map { column in
      column.map {
        max(canvas.measure($0.text, font).width, canvas.measure($0.caption, small).width)
      }.max() ?? 0
    }
    let bars = area.x + side + gap + widths.reduce(0) { $0 + $1 + gap }
    let errors = rows.map { Double(explanation.error(of: $0)) }
    let room = area.right - bars - page.line(64)
    let limit = max(errors.map(abs).max() ?? 1, .leastNormalMagnitude)
    for (place, row) in rows.enumerated() {
      guard stage(time, from: 4.2 + 0.4 * Double(place), to: 4.6 + 0.4 * Double(place)) > 0 else {
        break
      }
      let top = area.y + height * Double(place)
      let (line, captionLine) = (top + side / 2 - page.line(4), top + side / 2 + page.line(14))
      if let picture = thumbnails[row.step] {
        page.drawPicture(
          picture, in: Rect(x: area.x, y: top, width: side, height: side), onto: canvas)
      }
      var x = area.x + side + gap
      for (column, width) in zip(columns, widths) {
        canvas.text(column[place].text, at: Point(x, line), font, column[place].color ?? theme.text)
        canvas.text(column[place].caption, at: Point(x, captionLine), small, theme.mutedText)
        x += width + gap
      }
      let length = max(1, room * abs(errors[place]) / limit)
      canvas.fill(
        Rect(x: bars, y: line - page.line(12), width: length, height: page.line(15)),
        page.colors.new.opacity(0.7))
      canvas.text(
        NumberText.trimmed(errors[place], decimals: 3),
        at: Point(bars + length + page.line(6), line - page.line(5)), page.font(14), theme.text,
        anchor: .middle)
      canvas.text("error", at: Point(bars, captionLine), small, theme.mutedText)
    }
  }

  /// The text of each row: its action, the sum that is its target, and its value.
  private func columns(_ rows: [ReplayTrace.Row]) -> [[ExplanationPage.Fact]] {
    let colors = page.colors
    func text(_ value: Float) -> String { NumberText.trimmed(Double(value), decimals: 3) }
    return [
      rows.map { .init(text: explanation.actions[$0.action], caption: "step \($0.step)") },
      rows.map { .init(text: text($0.reward), caption: "reward", color: colors.reward) },
      rows.map { row in
        row.discount == 0
          ? .init(text: "+ 0", caption: "the end", color: colors.next)
          : .init(
            text: "+ \(text(row.discount)) · \(text(row.nextValue))", caption: "γ · best of next",
            color: colors.next)
      },
      rows.map { .init(text: "= \(text($0.target))", caption: "target") },
      rows.map { .init(text: text($0.value), caption: "value", color: colors.old) },
    ]
  }

  private var facts: [ExplanationPage.Fact] {
    let updates = explanation.updates
    guard let last = updates.last else { return [] }
    let (before, after) = (
      explanation.values[explanation.action], explanation.valuesAfter[explanation.action]
    )
    let clip = explanation.settings.clip
    return [
      .init(
        text: NumberText.exact(last.loss),
        caption: "mean loss of the rows"),
      .init(
        text: NumberText.exact(last.gradientNorm),
        caption: clip > 0 && last.gradientNorm > clip
          ? "gradient's length, clipped to \(NumberText.exact(clip))" : "gradient's length"),
      .init(
        text: NumberText.exact(explanation.parameterMove),
        caption: "the parameters moved, of \(NumberText.short(explanation.parameterNorm))"),
      .init(
        text: "\(NumberText.exact(Double(before))) → \(NumberText.exact(Double(after)))",
        caption: "value of \(explanation.actions[explanation.action]) in this state",
        color: page.colors.new),
    ]
  }
}
