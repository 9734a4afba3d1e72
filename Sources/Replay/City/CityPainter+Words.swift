import Raster
import Rollouts
import Worlds

extension CityPainter {
  /// The columns that the strip can show, the most important last.
  static func columns(_ facts: CaptionFacts) -> [FactStrip.Column] {
    let steps = String(facts.mostSteps)
    return [
      .init(label: "episode", widest: String(facts.lastEpisode), rank: 6, mark: "#"),
      .init(label: "tick", widest: "\(steps)/\(steps)", rank: 0, mark: ""),
      .init(label: "laps", widest: String(facts.lastEpisode), rank: 3),
      .init(label: "target", widest: "A3", rank: 1, mark: ""),
      .init(label: "off road", widest: "100 %", rank: 4),
      .init(label: "return", widest: "−0000.0", widestNote: "−0.0", rank: 2, mark: ""),
      .init(label: "action", widest: "→ straight", rank: 5, mark: ""),
    ]
  }

  /// One frame's texts, one per column.
  static func facts(of scene: CityScene) -> [FactStrip.Fact] {
    let share = scene.offRoadShare.map { "\(Int(($0 * 100).rounded())) %" } ?? "–"
    return [
      .init(String(scene.episode)),
      .init(scene.progress),
      .init(String(scene.details.laps)),
      .init(CityMap.targetNames[Int(scene.state.target)]),
      .init(share),
      .init(
        NumberText.trimmed(scene.totalReturn, decimals: 1),
        note: scene.reward.map { NumberText.signed($0, decimals: 1) } ?? ""),
      .init(scene.name(among: CityWorld.actions)),
    ]
  }

  /// How an episode ended, as text.
  static func ending(of scene: CityScene) -> EndingWord? {
    scene.ending.word(
      truncated: scene.details.endsLap ? EndingWord("lap done", .good) : .timeLimit)
  }
}

/// The line above a map: the city's name, the driver, a legend of the marks, and a scale.
struct CityHeading {
  let area: Rect
  let theme: Theme
  /// The font size in picture pixels.
  let metresPerPixel: Double
  let title: String
  let city: String
  let trainer: String
  let hasSatnav: Bool

  func draw(onto canvas: Canvas) {
    guard area.height > 0 else { return }
    let font = Font.sans((area.height / 1.75).rounded(), .bold)
    let small = Font.sans(max(9, (font.size * 0.62 * 2).rounded() / 2))
    let line = (area.top + font.size * 0.8).rounded()
    var right = drawScale(small, line, onto: canvas) - font.size
    if hasSatnav { right = drawLegend(small, line, endingAt: right, onto: canvas) - font.size }

    // The city's name in wide capitals, unless the picture has its own title.
    let spacing = title.isEmpty ? font.size * 0.18 : 0
    let words = title.isEmpty ? city.uppercased() : title
    let gaps = spacing * Double(max(0, words.count - 1))
    let fitting = canvas.ellipsized(words, font, width: right - area.left - gaps)
    canvas.text(
      fitting, from: Point(area.left, line), font, theme.text, spacing: spacing, anchor: .baseline)
    let end =
      area.left + canvas.measure(fitting, font).width
      + spacing * Double(fitting.count) + font.size * 0.6
    let rest = title.isEmpty || city.isEmpty ? trainer : "\(city), \(trainer)"
    if canvas.measure(rest, small).width <= right - end {
      canvas.text(rest, at: Point(end, line), small, theme.mutedText)
    }
  }

  /// Draws a scale bar of a round length; returns where it begins.
  private func drawScale(_ font: Font, _ line: Double, onto canvas: Canvas) -> Double {
    let most = area.width * 0.16
    let lengths = [5.0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000]
    guard let metres = lengths.last(where: { $0 / metresPerPixel <= most }) else {
      return area.right
    }
    let text = metres < 1000 ? "\(Int(metres)) m" : "\(Int(metres / 1000)) km"
    let start = area.right - canvas.measure(text, font).width
    canvas.text(text, at: Point(start, line), font, theme.mutedText)
    let right = (start - font.size * 0.5).rounded()
    let left = right - (metres / metresPerPixel).rounded()
    let middle = (line - font.size * 0.36).rounded()
    let tick = (font.size * 0.3).rounded()
    canvas.fill(Rect(x: left, y: middle, width: right - left, height: 1), theme.mutedText)
    for x in [left, right - 1] {
      canvas.fill(Rect(x: x, y: middle - tick, width: 1, height: 2 * tick + 1), theme.mutedText)
    }
    return left
  }

  /// Draws the legend of the ring ahead of the car; returns where it begins.
  private func drawLegend(
    _ font: Font, _ line: Double, endingAt right: Double, onto canvas: Canvas
  ) -> Double {
    let text = "satnav"
    let start = right - canvas.measure(text, font).width
    let radius = font.size * 0.3
    let center = Point(start - font.size * 0.7, line - font.size * 0.36)
    canvas.text(text, at: Point(start, line), font, theme.mutedText)
    canvas.stroke(.circle(center, radius: radius), theme.city.target, width: font.size * 0.17)
    return center.x - radius
  }
}
