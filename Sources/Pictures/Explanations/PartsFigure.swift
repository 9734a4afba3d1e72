import Experiments
import Raster
import Rollouts

/// An explanation of a recorded transition: the world, and beside it the recorded numbers.
struct PartsFigure: ExplanationFigure {
  let page: ExplanationPage
  private let explanation: TransitionExplanation
  private let frame: Canvas?

  var width: Int { page.width }
  var height: Int { page.height }
  var theme: Theme { page.theme }
  var seconds: Double { 4 }

  init(_ explanation: TransitionExplanation, frame: Canvas?, size: Int?, theme: Theme) {
    (self.explanation, self.frame) = (explanation, frame)
    page = ExplanationPage(
      size: size, theme: theme, title: "What was recorded of step \(explanation.place.step)",
      subtitle: explanation.place.title)
  }

  func draw(onto canvas: Canvas, at time: Double?) {
    page.drawHeader(onto: canvas)
    let left = page.area(from: 40, to: 540)
    if let frame { page.drawPicture(frame, in: left, onto: canvas) }
    let right = page.area(from: 600, to: 1240)
    var y = right.y + page.line(13)
    func heading(_ text: String) {
      page.drawHeading(text, at: Point(right.x, y), onto: canvas)
      y += page.line(14)
    }
    guard stage(time, from: 0.5, to: 1) > 0 else { return }
    heading("From this state")
    let height = min(page.line(26) * Double(min(explanation.state.count, 8)), right.height * 0.34)
    page.drawNumbers(
      zip(explanation.state, explanation.next).map { before, after in
        .init(
          name: before.name,
          text: before.value == after.value
            ? NumberText.exact(before.value)
            : "\(NumberText.short(before.value)) → \(NumberText.short(after.value))",
          value: before.value)
      }, in: Rect(x: right.x, y: y, width: right.width, height: height), most: 8, onto: canvas)
    y += height + page.line(30)
    guard stage(time, from: 1.5, to: 2) > 0 else { return }
    heading("The action, and what it earned")
    let action =
      explanation.actionName
      ?? explanation.action.prefix(4).map { "\($0.name) \(NumberText.short($0.value))" }
      .joined(separator: ", ")
    y = page.drawSentence(
      "\(action), for a reward of \(NumberText.exact(explanation.reward))"
        + (explanation.ending == .running ? "." : "; the episode is \(explanation.ending.name)."),
      at: Point(right.x, y + page.line(12)), width: right.width, onto: canvas)
    y += page.line(22)
    guard stage(time, from: 2.5, to: 3) > 0 else { return }
    let metrics = explanation.metrics.filter { $0.before != nil }.prefix(4)
    if !metrics.isEmpty {
      heading("Metrics by then")
      let height = page.line(24) * Double(metrics.count)
      page.drawNumbers(
        metrics.map {
          .init(
            name: $0.name, text: NumberText.short($0.before?.value ?? 0),
            value: $0.before?.value ?? 0)
        }, in: Rect(x: right.x, y: y, width: right.width, height: height), most: 4, onto: canvas)
      y += height + page.line(30)
    }
    page.drawSentence(
      explanation.missing, at: Point(right.x, y), width: right.width, size: 14, theme.mutedText,
      onto: canvas)
  }
}
