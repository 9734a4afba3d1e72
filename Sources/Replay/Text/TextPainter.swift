package import Raster
import Rollouts

/// Draws a text while it grows: the newest token marked, beside it the likeliest tokens, and
/// below what the model attended to.
package struct TextPainter: Painter {
  private let theme: Theme
  private let layout: TextLayout
  private let world: String
  private let trainer: String
  private let names: [String]
  /// Everything that does not move.
  package let background: Canvas
  private let facts: FactStrip?

  /// A painter of texts whose tokens have these names.
  package init(
    names: [String], hasInsight: Bool, facts: CaptionFacts,
    options: PictureOptions = PictureOptions()
  ) throws(CanvasError) {
    theme = options.theme
    self.names = names
    world = facts.world
    trainer = facts.trainer
    layout = TextLayout(options: options, hasInsight: hasInsight)
    background = try Canvas(
      width: layout.width, height: layout.height, background: theme.background)
    let widest = names.max { $0.count < $1.count }?.prefix(12) ?? ""
    self.facts = FactStrip(
      in: layout.captionArea, options,
      columns: [
        .init(label: trainer, widest: world, rank: 4),
        .init(label: "text", widest: String(facts.lastEpisode), rank: 3, mark: "#"),
        .init(
          label: "tokens", widest: "\(facts.mostSteps)/\(facts.mostSteps)", rank: 0, mark: ""),
        .init(label: "log-probability", widest: "−00000", widestNote: "−00.00", rank: 1),
        .init(label: "token", widest: String(widest), rank: 2, mark: ""),
      ], endings: ["end of text"], measuring: background)
    options.drawTitle(in: layout.titleArea, onto: background)
    drawStill()
    self.facts?.drawStill(onto: background)
  }

  /// The colours of texts, and the shades of attention.
  package var declaredColors: [Color] {
    [theme.background, theme.surface, theme.text, theme.mutedText, theme.accent, faint, mark]
      + (0...12).map { shade(Double($0) / 12) }
  }

  private var faint: Color { theme.accent.mixed(with: theme.background, 0.62) }
  private var mark: Color { theme.secondAccent.mixed(with: theme.background, 0.62) }

  /// The colour of a share of the attention, in a few steps.
  private func shade(_ share: Double) -> Color {
    theme.secondAccent.mixed(with: theme.surface, 1 - (share * 12).rounded() / 12 * 0.9)
  }

  /// Draws a scene over the previous content of a canvas of this size.
  package func draw(_ scene: TextScene, onto canvas: Canvas) {
    canvas.copy(background)
    drawText(scene, onto: canvas)
    if let insight = scene.details.insight {
      drawBars(insight.candidates, onto: canvas)
      drawStrip(insight.glances, onto: canvas)
    }
    facts?.draw(
      words(of: scene),
      ending: scene.ending.word(
        terminated: .init("end of text", .good), truncated: .init("cut here")), onto: canvas)
  }

  private func drawStill() {
    background.fill(.rounded(layout.page, radius: 6), theme.surface)
    guard let bars = layout.bars, let strip = layout.strip else { return }
    let line = layout.labels.size
    background.text(
      "how likely each token was", at: Point(bars.left, bars.top + line), layout.labels,
      theme.mutedText)
    background.text(
      "how much the model looked at the newest tokens, all heads together",
      at: Point(strip.left, strip.top + line), layout.labels, theme.mutedText)
  }

  // MARK: The text

  private enum Ink { case prompt, added, newest }

  private func drawText(_ scene: TextScene, onto canvas: Canvas) {
    let area = layout.page.inset(by: layout.letters.size * 0.9)
    let letter = canvas.measure("0", layout.letters).width
    let columns = max(8, Int(area.width / letter))
    let leading = (layout.letters.size * 1.42).rounded()
    let rows = max(1, Int(area.height / leading))
    let newest = scene.t == 0 ? 0 : scene.state.count
    let older = scene.details.added.dropLast(newest)
    let parts: [(String, Ink)] = [
      (String(decoding: scene.details.prompt, as: UTF8.self), .prompt),
      (String(decoding: older, as: UTF8.self), .added),
      (String(decoding: scene.details.added.suffix(newest), as: UTF8.self), .newest),
    ]
    let lines = Self.lines(parts, columns: columns).suffix(rows)
    for (row, line) in lines.enumerated() {
      let baseline = area.top + Double(row) * leading + layout.letters.size
      // Neighbours in one colour are drawn together.
      var first = 0
      while first < line.count {
        let ink = line[first].ink
        let end = line[first...].firstIndex { $0.ink != ink } ?? line.count
        let place = Point(area.left + Double(first) * letter, baseline)
        if ink == .newest {
          let box = Rect(
            x: place.x - 1, y: baseline - layout.letters.size,
            width: Double(end - first) * letter + 2, height: layout.letters.size * 1.32)
          canvas.fill(.rounded(box, radius: 3), mark)
        }
        canvas.text(
          String(line[first..<end].map(\.character)), at: place, layout.letters,
          ink == .prompt ? theme.mutedText : theme.text)
        first = end
      }
    }
  }

  private typealias Letter = (character: Character, ink: Ink)

  /// Splits letters into lines of limited length, between words if possible.
  private static func lines(_ parts: [(String, Ink)], columns: Int) -> [[Letter]] {
    var lines: [[Letter]] = [[]]
    for (text, ink) in parts {
      for character in text {
        if character.isNewline {
          // A line break can be the newest token.
          if ink == .newest { lines[lines.count - 1].append(("↵", ink)) }
          lines.append([])
          continue
        }
        lines[lines.count - 1].append((character == "\t" ? " " : character, ink))
        let line = lines[lines.count - 1]
        guard line.count > columns else { continue }
        let space = line.dropLast().lastIndex { $0.character == " " }
        let end = space.map { $0 + 1 } ?? columns
        lines[lines.count - 1] = Array(line[..<end])
        lines.append(Array(line[end...]))
      }
    }
    return lines
  }

  // MARK: Probabilities and attention

  private func drawBars(_ candidates: [TextInsight.Candidate], onto canvas: Canvas) {
    guard let area = layout.bars, !candidates.isEmpty else { return }
    let top = area.top + layout.labels.size * 2
    let row = min(layout.letters.size * 2.1, (area.bottom - top) / Double(candidates.count))
    let nameWidth = (area.width * 0.3).rounded()
    let numbers = canvas.measure("100 %", layout.labels).width + 6
    let most = area.width - nameWidth - numbers
    for (index, candidate) in candidates.enumerated() {
      let y = top + Double(index) * row
      let bar = Rect(
        x: area.left + nameWidth, y: (y + row * 0.14).rounded(),
        width: max(1, candidate.share * most), height: (row * 0.68).rounded())
      let font = Font.mono(layout.letters.size, candidate.isChosen ? .bold : .regular)
      let name = canvas.ellipsized(Self.shown(candidate.name), font, width: nameWidth - 8)
      let middle = bar.top + bar.height / 2
      canvas.text(
        name, at: Point(bar.left - 8, middle), font, theme.text, align: .right, anchor: .middle)
      canvas.fill(bar, candidate.isChosen ? theme.accent : faint)
      let percent = candidate.share * 100
      canvas.text(
        percent >= 9.95
          ? "\(NumberText.fixed(percent, decimals: 0)) %"
          : "\(NumberText.fixed(percent, decimals: 1)) %",
        at: Point(bar.right + 6, middle), layout.labels, theme.mutedText, anchor: .middle)
    }
  }

  /// Makes a space visible.
  private static func shown(_ name: String) -> String {
    String(name.map { $0 == " " ? "␣" : $0 }).replacing("\\n", with: "↵")
  }

  private func drawStrip(_ glances: [TextInsight.Glance], onto canvas: Canvas) {
    guard let area = layout.strip, !glances.isEmpty else { return }
    let cell = layout.letters.size * 1.05
    let gap = 1.0
    let top = area.top + layout.labels.size * 1.7
    let height = area.bottom - top
    let padding = layout.letters.size * 0.35
    let greatest = glances.map(\.share).max() ?? 1
    canvas.drawScale(
      (0...12).map { shade(Double($0) / 12) }, of: "", from: "0",
      to: "\(NumberText.fixed(greatest * 100, decimals: 0)) %",
      endingAt: Point(area.right, area.top + layout.labels.size), layout.labels, theme,
      over: theme.surface)
    // From the newest back, as far as there is space.
    var right = area.right
    for glance in glances.reversed() {
      let name = Self.shown(glance.name)
      let width = max(cell, canvas.measure(name, layout.letters).width + 2 * padding)
      guard right - width >= area.left else { break }
      let box = Rect(x: right - width, y: top, width: width - gap, height: height)
      let color = shade((glance.share / max(greatest, 1e-9)).squareRoot())
      canvas.fill(box, color)
      canvas.text(
        name, at: Point(box.left + box.width / 2, top + height / 2), layout.letters,
        color.moreLegible(of: theme.text, or: theme.background), align: .center, anchor: .middle)
      right -= width
    }
  }

  // MARK: The caption

  private func words(of scene: TextScene) -> [FactStrip.Fact] {
    [
      .init(world), .init(String(scene.episode)), .init(scene.progress),
      .init(
        NumberText.trimmed(scene.totalReturn, decimals: 1),
        note: scene.reward.map { NumberText.signed($0, decimals: 2) } ?? ""),
      .init(
        scene.action.map { names.indices.contains($0) ? Self.shown(names[$0]) : "\($0)" } ?? "–"),
    ]
  }
}
