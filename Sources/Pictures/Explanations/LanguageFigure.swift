import Experiments
import Glibc
import Raster
import Rollouts
import Trainers

/// A language model's prediction after some tokens, as a picture: its context, warm where it attended, and the
/// likeliest tokens; below them each head separately.
struct LanguageFigure: ExplanationFigure {
  let page: ExplanationPage
  private let expectation: Expectation
  private let facts: [ExplanationPage.Fact]

  var width: Int { page.width }
  var height: Int { page.height }
  var theme: Theme { page.theme }
  var seconds: Double { 6 }

  /// A token that was written.
  init(_ explanation: TokenExplanation, size: Int?, theme: Theme) {
    expectation = explanation.expectation
    page = ExplanationPage(
      size: size, theme: theme, title: "Why \(explanation.expectation.token.asToken) was written",
      subtitle: explanation.place.title)
    facts = [
      .init(
        text: Self.percent(expectation.share), caption: "chance that the model gave it",
        color: page.colors.new),
      .init(
        text: Self.percent(explanation.sampledShare),
        caption: "chance to be drawn, with temperature \(NumberText.exact(explanation.temperature))"
      ),
      .init(text: NumberText.exact(explanation.draw), caption: "the draw"),
      .init(text: NumberText.exact(explanation.logProbability), caption: "ln p"),
    ]
  }

  /// A training batch.
  init(_ explanation: BatchExplanation, size: Int?, theme: Theme) {
    expectation = explanation.expectation
    page = ExplanationPage(
      size: size, theme: theme,
      title:
        "What the model expected, and learned: \(explanation.expectation.token.asToken) followed",
      subtitle: explanation.place.title)
    facts = [
      .init(
        text: "\(Self.percent(expectation.share)) → \(Self.percent(explanation.shareAfter))",
        caption: "chance of the token, before and after", color: page.colors.new),
      .init(
        text: NumberText.exact(explanation.trace.loss),
        caption: "loss of the batch: \(explanation.trace.sequences.count) sequences"),
      .init(
        text: NumberText.exact(explanation.trace.gradientNorm), caption: "length of the gradient"),
      .init(text: NumberText.exact(explanation.trace.learningRate), caption: "learning rate"),
    ]
  }

  private static func percent(_ share: Float) -> String {
    "\(NumberText.trimmed(100 * Double(share), decimals: 2)) %"
  }

  func draw(onto canvas: Canvas, at time: Double?) {
    page.drawHeader(onto: canvas)
    let all = page.area(from: 40, to: 1240)
    let top = all.y + page.line(26)
    let left = Rect(x: all.x, y: top, width: page.length(780), height: all.bottom - top)
    page.drawHeading(
      "What it sees: warm where the last place looked", at: Point(all.x, top - page.line(13)),
      onto: canvas)
    let textBottom = drawTokens(in: left, shown: stage(time, from: 0.5, to: 1.5), onto: canvas)
    if stage(time, from: 2, to: 2.5) > 0 {
      drawHeads(
        in: Rect(
          x: left.x, y: textBottom + page.line(40), width: left.width,
          height: left.bottom - textBottom - page.line(40)), onto: canvas)
    }
    let right = Rect(x: page.length(870), y: top, width: page.length(370), height: all.bottom - top)
    guard stage(time, from: 3, to: 3.5) > 0 else { return }
    page.drawHeading("What it expects", at: Point(right.x, top - page.line(13)), onto: canvas)
    let height = right.height * 0.5
    page.drawNumbers(
      expectation.likeliest.map {
        .init(
          name: $0.name.asToken, text: Self.percent($0.share), value: Double($0.share),
          color: $0.name == expectation.token ? page.colors.new : page.colors.old,
          isMarked: $0.name == expectation.token)
      }, in: Rect(x: right.x, y: right.y, width: right.width, height: height), most: 10,
      onto: canvas)
    guard stage(time, from: 4.5, to: 5) > 0 else { return }
    page.drawFacts(
      facts,
      in: Rect(
        x: right.x, y: right.y + height + page.line(24), width: right.width,
        height: right.height - height - page.line(24)), onto: canvas)
  }

  /// The attention to each place, averaged over all heads.
  private var means: [Double] {
    let heads = expectation.attention.flatMap(\.self)
    guard let count = heads.first?.count else { return [] }
    return (0..<count).map { place in
      heads.reduce(0) { $0 + Double($1[place]) } / Double(heads.count)
    }
  }

  /// Draws the newest tokens that fit, in lines; returns where they end.
  private func drawTokens(in area: Rect, shown: Double, onto canvas: Canvas) -> Double {
    let font = Font.mono(page.line(21))
    let height = font.size * 1.75
    let most = 7
    let (tokens, shares) = (expectation.seen.map(\.asPlainToken), means)
    let limit = max(shares.max() ?? 1, .leastNormalMagnitude)
    // Backwards from the end, as many lines as fit.
    var (lines, line, width) = ([[Int]](), [Int](), 0.0)
    for place in tokens.indices {
      let wide = canvas.measure(tokens[place], font).width + 2
      if width + wide > area.width, !line.isEmpty {
        lines.append(line)
        (line, width) = ([], 0)
      }
      line.append(place)
      width += wide
    }
    lines.append(line)
    var y = area.y
    for line in lines.suffix(most) {
      var x = area.x
      for place in line {
        let wide = canvas.measure(tokens[place], font).width
        let warmth = (shares[place] / limit).squareRoot() * shown
        canvas.fill(
          .rounded(Rect(x: x, y: y, width: wide + 1, height: height * 0.9), radius: 3),
          page.colors.reward.opacity(0.75 * warmth))
        canvas.text(
          tokens[place], at: Point(x, y + height * 0.45), font, theme.text, anchor: .middle)
        x += wide + 2
      }
      y += height
    }
    return y
  }

  /// Draws a strip for each layer and head: the places that it attended to.
  private func drawHeads(in area: Rect, onto canvas: Canvas) {
    let rows = expectation.attention.enumerated().flatMap { layer, heads in
      heads.enumerated().map { (layer, $0, $1) }
    }
    let font = page.font(12.5)
    let label = page.line(110)
    let most = max(1, Int(area.height / (font.size * 1.5)))
    let foot = font.size * 2
    let height = min((area.height - foot) / Double(min(rows.count, most)), page.line(46))
    page.drawHeading("Head by head", at: Point(area.x, area.y - page.line(13)), onto: canvas)
    for (index, (layer, head, shares)) in rows.prefix(most).enumerated() {
      let y = area.y + height * Double(index)
      canvas.text(
        "layer \(layer + 1), head \(head + 1)", at: Point(area.x, y + height / 2), font,
        theme.mutedText, anchor: .middle)
      let wide = (area.width - label) / Double(max(1, shares.count))
      let limit = Double(shares.max() ?? 1)
      for (place, share) in shares.enumerated() {
        canvas.fill(
          Rect(
            x: area.x + label + wide * Double(place), y: y + height * 0.06, width: wide + 0.3,
            height: height * 0.88),
          theme.sequential.color(
            at: (Double(share) / max(limit, .leastNormalMagnitude)).squareRoot()))
      }
    }
    // The column headings, if there is space.
    let tokens = expectation.seen.map(\.asPlainToken)
    let wide = (area.width - label) / Double(max(1, tokens.count))
    guard tokens.allSatisfy({ canvas.measure($0, font).width < wide }) else { return }
    for (place, token) in tokens.enumerated() {
      canvas.text(
        token,
        at: Point(
          area.x + label + wide * (Double(place) + 0.5),
          area.y + height * Double(min(rows.count, most)) + font.size * 1.2), font, theme.text,
        align: .center)
    }
  }
}

extension String {
  /// A token as it appears in running text.
  fileprivate var asPlainToken: String {
    replacing("\n", with: "⏎").replacing("\t", with: "⇥").replacing(" ", with: "\u{A0}")
  }

  /// A token in quotation marks.
  fileprivate var asToken: String { "“\(asPlainToken)”" }
}
