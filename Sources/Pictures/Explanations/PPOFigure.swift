import Experiments
import Raster
import Rollouts
import Trainers

/// A step of PPO as a picture: above from the observation to the action, below its advantage as a sum, and what
/// each epoch did with it.
struct PPOFigure: ExplanationFigure {
  let page: ExplanationPage
  let explanation: PPOExplanation
  let frame: Canvas?

  var width: Int { page.width }
  var height: Int { page.height }
  var theme: Theme { page.theme }
  var seconds: Double { 8 }

  init(_ explanation: PPOExplanation, frame: Canvas?, size: Int?, theme: Theme) {
    (self.explanation, self.frame) = (explanation, frame)
    page = ExplanationPage(
      size: size, theme: theme,
      title: explanation.isChoice
        ? "Why \(explanation.actions[Int(explanation.action[0])]), and what the policy learned from it"
        : "How the policy acted, and what it learned from that",
      subtitle: explanation.place.title)
  }

  func draw(onto canvas: Canvas, at time: Double?) {
    page.drawHeader(onto: canvas)
    let world = page.drawPart("State", from: 40, to: 280, onto: canvas)
    if let frame { page.drawPicture(frame, in: world, onto: canvas) }
    if explanation.letters == nil {
      if stage(time, from: 0.5, to: 1) > 0 {
        let area = page.drawPart(
          "Seen as", from: 310, to: 560, onto: canvas)
        page.drawNumbers(
          explanation.observation.map {
            .init(name: $0.name, text: NumberText.exact(Double($0.seen)), value: Double($0.seen))
          }, in: area, most: 14, onto: canvas)
      }
      if stage(time, from: 1.5, to: 2) > 0 {
        let area = page.drawPart(
          "Policy network", from: 590, to: 890, onto: canvas)
        page.drawLayers(Array(explanation.decision.units.dropLast()), in: area, onto: canvas)
      }
    } else if stage(time, from: 0.5, to: 1) > 0 {
      let area = page.drawPart(
        "Where the last place looked, by layer and head", from: 310, to: 890, onto: canvas)
      AttentionGrid(
        maps: explanation.decision.attention, across: explanation.letters?.across ?? 1, theme: theme
      ).draw(in: area, page, onto: canvas)
    }
    if stage(time, from: 2.5, to: 3) > 0 {
      let area = page.drawPart(
        explanation.isChoice ? "Chances and choice" : "Bell curves and draws", from: 920, to: 1240,
        onto: canvas)
      drawChoice(in: area, onto: canvas)
    }
    guard let update = explanation.update else {
      let area = page.drawPart(
        "Update", from: 40, to: 890, isLower: true, onto: canvas)
      page.drawSentence(
        "Nothing was learned from this step: the recording ends before its rollout does.",
        at: Point(area.x, area.y + page.line(12)), width: area.width, onto: canvas)
      return
    }
    if stage(time, from: 4, to: 4.5) > 0 {
      let area = page.drawPart(
        "Advantage: better than expected?", from: 40, to: 560, isLower: true, onto: canvas)
      AdvantageBars(update).draw(
        in: area, shown: stage(time, from: 4, to: 5.5), page, onto: canvas)
    }
    if stage(time, from: 5.5, to: 6) > 0 {
      let area = page.drawPart(
        "Ratio in each epoch", from: 610, to: 890, isLower: true, onto: canvas)
      RatioDots(update).draw(in: area, shown: stage(time, from: 5.5, to: 7), page, onto: canvas)
    }
    if stage(time, from: 7, to: 7.5) > 0 {
      let area = page.drawPart(
        "What changed", from: 920, to: 1240, isLower: true, onto: canvas)
      page.drawFacts(facts(update), in: area, onto: canvas)
    }
  }

  private func drawChoice(in area: Rect, onto canvas: Canvas) {
    guard let deviations = explanation.decision.deviations else {
      let chances = explanation.chances
      let height = min(area.height * 0.55, page.line(34) * Double(chances.count))
      page.drawNumbers(
        chances.indices.map { action in
          let isTaken = action == Int(explanation.action[0])
          return .init(
            name: explanation.actions[action],
            text: "\(NumberText.trimmed(100 * chances[action], decimals: 1)) %",
            value: chances[action], color: isTaken ? page.colors.new : page.colors.old,
            isMarked: isTaken)
        }, in: Rect(x: area.x, y: area.y, width: area.width, height: height), most: 8,
        onto: canvas)
      page.drawSentence(
        "The draw \(NumberText.exact(explanation.draw ?? 0)) fell into its share; ln p = "
          + "\(NumberText.exact(Double(explanation.log))).",
        at: Point(area.x, area.y + height + page.line(30)), width: area.width, size: 15,
        onto: canvas)
      return
    }
    let height = min((area.height - page.line(30)) / Double(deviations.count), page.line(110))
    for index in deviations.indices {
      BellCurve(
        name: explanation.actions[index], mean: Double(explanation.decision.outputs[index]),
        deviation: Double(deviations[index]), drawn: Double(explanation.action[index])
      ).draw(
        in: Rect(
          x: area.x, y: area.y + height * Double(index), width: area.width,
          height: height - page.line(8)), page, onto: canvas)
    }
    canvas.text(
      "ln p = \(NumberText.exact(Double(explanation.log)))",
      at: Point(area.x, area.y + height * Double(deviations.count) + page.line(16)),
      page.font(15), theme.text)
  }

  private func facts(_ update: RolloutTrace) -> [ExplanationPage.Fact] {
    let colors = page.colors
    var facts: [ExplanationPage.Fact] = [
      .init(
        text: NumberText.signed(Double(update.advantage), decimals: 4), caption: "advantage",
        color: colors.reward)
    ]
    if let after = explanation.after, let logAfter = explanation.logAfter {
      facts += [
        .init(
          text:
            "\(NumberText.exact(Double(explanation.log))) → \(NumberText.exact(Double(logAfter)))",
          caption: "ln p of the action", color: colors.new),
        .init(
          text:
            "\(NumberText.exact(Double(update.following[0].value))) → \(NumberText.exact(Double(after.value)))",
          caption: "value of the state; return \(NumberText.short(Double(update.return)))",
          color: colors.old),
      ]
    }
    let clipped = update.epochs.count { $0.policySlope == 0 }
    facts.append(
      .init(
        text: "\(update.epochs.count - clipped) of \(update.epochs.count)",
        caption: "epochs that moved the policy"))
    return facts
  }
}
