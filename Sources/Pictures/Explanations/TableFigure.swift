import Analysis
import Experiments
import Raster
import Rollouts

/// An update of a Q-table as a picture: at the left the state and its neighbours with their action values, at
/// the right the arithmetic, and the numbers moving from one to the other.
struct TableFigure: ExplanationFigure {
  let page: ExplanationPage
  let explanation: TableExplanation
  /// The map around the state; nil if its states have no places on a map.
  let neighbourhood: Neighbourhood?
  /// The usual picture of the world, if there is no map.
  let frame: Canvas?

  var width: Int { page.width }
  var height: Int { page.height }
  var theme: Theme { page.theme }
  var seconds: Double { 10 }

  // The times of the stages, in seconds.
  private static let choosing = 0.2...1.0
  private static let moving = 1.6...2.8
  private static let earning = 2.8...3.8
  private static let foreseeing = 4.2...5.2
  private static let remembering = 5.6...6.6
  private static let learning = 7.0...8.0
  private static let writing = 8.2...9.4

  init(
    _ explanation: TableExplanation, _ neighbourhood: Neighbourhood?, frame: Canvas?, size: Int?,
    theme: Theme
  ) {
    self.explanation = explanation
    (self.neighbourhood, self.frame) = (neighbourhood, frame)
    let names = explanation.names
    let cell = "Q(\(names.typed(explanation.state)) · \(names.action(explanation.action)))"
    page = ExplanationPage(
      size: size, theme: theme,
      title: explanation.update.map {
        $0.before == $0.after
          ? "Why \(cell) stays \(Self.text($0.after))"
          : "Why \(cell) goes from \(Self.text($0.before)) to \(Self.text($0.after))"
      } ?? "What \(names.action(explanation.action)) does in \(names.state(explanation.state))",
      subtitle: explanation.place.title)
  }

  static func text(_ value: Double) -> String { NumberText.exact(value) }

  private func stage(_ time: Double?, _ range: ClosedRange<Double>) -> Double {
    Pictures.stage(time, from: range.lowerBound, to: range.upperBound)
  }

  func draw(onto canvas: Canvas, at time: Double?) {
    page.drawHeader(onto: canvas)
    let board = drawWorld(onto: canvas, at: time)
    let (left, room) = (page.length(600), page.length(640))
    var y = page.line(128)
    func heading(_ text: String) {
      page.drawHeading(text, at: Point(left, y), onto: canvas)
      y += page.line(26)
    }
    func sentence(_ text: String, _ shown: Double) {
      guard shown > 0 else { return y += page.line(50) }
      y = page.drawSentence(
        text, at: Point(left, y), width: room, theme.text.opacity(shown), onto: canvas)
    }
    heading("Choose")
    sentence(explanation.choiceText, stage(time, Self.choosing))
    y += page.line(18)
    heading("Move")
    sentence(explanation.worldText, stage(time, Self.moving))
    y += page.line(18)
    heading("Learn")
    guard let update = explanation.update else {
      return sentence("Nothing: this is an evaluation.", stage(time, Self.learning))
    }
    y += page.line(22)
    let target = Equation(
      targetTerms(update), at: Point(left, y), width: room, on: page, canvas)
    y = target.bottom + page.line(34)
    let result = Equation(
      resultTerms(update), at: Point(left, y), width: room, on: page, canvas)
    y = result.bottom + page.line(30)
    target.draw(onto: canvas) { isThere($0, time) }
    result.draw(onto: canvas) { isThere($0, time) }
    let learned = stage(time, Self.learning)
    ValueLine(
      before: update.before, after: update.after, target: update.target, alpha: update.alpha,
      shown: learned
    ).draw(in: Rect(x: left, y: y, width: room, height: page.line(56)), on: page, onto: canvas)
    y += page.line(88)
    if stage(time, Self.writing) >= 1 {
      page.drawSentence(
        changeText(update), at: Point(left, y), width: room, size: 15, theme.mutedText, onto: canvas
      )
    }
    guard let board else { return }
    drawFlows(board, target, result, onto: canvas, at: time)
  }

  private func isThere(_ key: Equation.Key, _ time: Double?) -> Bool {
    switch key {
    case .reward: stage(time, Self.earning) >= 1
    case .next: stage(time, Self.foreseeing) >= 1
    case .old: stage(time, Self.remembering) >= 1
    case .target: stage(time, Self.foreseeing) >= 1
    case .new: stage(time, Self.learning) >= 1
    }
  }

  // MARK: The world

  /// Draws the map, if there is one.
  private func drawWorld(onto canvas: Canvas, at time: Double?) -> Neighbourhood.Board? {
    let area = page.area(from: 40, to: 540)
    guard let neighbourhood else {
      if let frame { page.drawPicture(frame, in: area, onto: canvas) }
      return nil
    }
    let isWritten = stage(time, Self.writing) >= 1
    let board = neighbourhood.board(in: area, isAfter: isWritten, theme)
    board.cells.draw(onto: canvas)
    board.drawAgent(
      explanation, moved: stage(time, Self.moving), page, onto: canvas)
    return board
  }

  /// Draws the numbers moving between the map and the equations.
  private func drawFlows(
    _ board: Neighbourhood.Board, _ target: Equation, _ result: Equation, onto canvas: Canvas,
    at time: Double?
  ) {
    guard let update = explanation.update else { return }
    let colors = page.colors
    let cell = board.place(of: explanation.state, action: explanation.action)
    func flow(
      _ value: Double, from start: Point?, to end: Rect?, _ color: Color,
      _ range: ClosedRange<Double>
    ) {
      guard let start, let end else { return }
      NumberFlow(
        text: Self.text(value), start: start, end: Point(end.left, end.center.y), color: color
      ).draw(stage(time, range), page, onto: canvas)
    }
    if !isTerminal, let action = update.nextActions.first,
      let place = board.place(of: explanation.next, action: action)
    {
      board.mark(
        explanation.next, action, colors.next, stage(time, Self.foreseeing), page, onto: canvas)
      flow(update.nextBest, from: place, to: target.rect(of: .next), colors.next, Self.foreseeing)
    }
    if let cell {
      let isNew = stage(time, Self.writing) >= 1
      board.mark(
        explanation.state, explanation.action, isNew ? colors.new : colors.old,
        stage(time, Self.remembering), page, onto: canvas)
      if stage(time, Self.writing) > 0, !isNew, let end = result.rect(of: .new) {
        NumberFlow(
          text: Self.text(update.after), start: Point(end.left, end.center.y), end: cell,
          color: colors.new
        ).draw(stage(time, Self.writing), page, onto: canvas)
      } else if stage(time, Self.learning) < 1 {
        flow(update.before, from: cell, to: result.rect(of: .old), colors.old, Self.remembering)
      }
    }
    guard let middle = board.placeOfReward(explanation) else { return }
    flow(
      explanation.reward, from: middle, to: target.rect(of: .reward), colors.reward, Self.earning)
    if stage(time, Self.moving) >= 1 {
      drawReward(at: middle, board.cells.rect, onto: canvas)
    }
  }

  /// Draws the reward on the agent's way.
  private func drawReward(at place: Point, _ board: Rect, onto canvas: Canvas) {
    let font = page.font(14, .bold)
    let text = "r = \(Self.text(explanation.reward))"
    let width = canvas.measure(text, font).width + font.size * 0.9
    let chip = Rect(
      center: place, width: width, height: font.size * 1.6)
    canvas.fill(.rounded(chip, radius: font.size * 0.4), page.colors.reward)
    canvas.text(
      text, at: chip.center, font,
      page.colors.reward.moreLegible(of: theme.text, or: theme.surface),
      align: .center, anchor: .middle)
  }
}
