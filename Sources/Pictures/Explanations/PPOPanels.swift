import Glibc
import Raster
import Trainers

/// Draws the bell curve that an action's number was drawn from.
struct BellCurve {
  var name: String
  var mean: Double
  var deviation: Double
  var drawn: Double

  func draw(in area: Rect, _ page: ExplanationPage, onto canvas: Canvas) {
    let (theme, colors, font) = (page.theme, page.colors, page.font(12.5))
    let floor = area.bottom - font.size * 1.5
    let reach = max(3.2, abs(drawn - mean) / deviation + 0.5)
    func x(_ sigmas: Double) -> Double {
      area.center.x + sigmas / reach * area.width / 2
    }
    let points = (0...80).map { index in
      let sigmas = (Double(index) / 40 - 1) * reach
      return Point(x(sigmas), floor - (floor - area.top) * exp(-sigmas * sigmas / 2))
    }
    canvas.fill(
      .polygon([Point(area.left, floor)] + points + [Point(area.right, floor)]),
      colors.old.opacity(0.15))
    canvas.stroke(.polyline(points), colors.old, width: page.length(2))
    canvas.fill(Rect(x: area.x, y: floor, width: area.width, height: 1), theme.axis)
    let place = x((drawn - mean) / deviation)
    canvas.stroke(
      .line(Point(place, area.top), Point(place, floor)), colors.new, width: page.length(2.5))
    canvas.fill(.circle(Point(place, floor), radius: page.length(5)), colors.new)
    let result = "drew \(NumberText.exact(drawn))"
    let words = "\(name): mean \(NumberText.short(mean)), σ \(NumberText.short(deviation))"
    let room = area.width - canvas.measure(result, font).width - font.size
    canvas.text(
      canvas.measure(words, font).width <= room
        ? words : canvas.ellipsized(name, font, width: room),
      at: Point(area.x, area.bottom), font, theme.mutedText)
    canvas.text(
      result, at: Point(area.right, area.bottom), font, colors.new, align: .right)
  }
}

/// Draws the advantage as a sum over the following steps: each term, and the total.
struct AdvantageBars {
  private let update: RolloutTrace

  /// How many steps are shown individually.
  private static let most = 10

  init(_ update: RolloutTrace) { self.update = update }

  func draw(in area: Rect, shown: Double, _ page: ExplanationPage, onto canvas: Canvas) {
    let (theme, colors) = (page.theme, page.colors)
    let (font, small) = (page.font(12.5), page.font(11.5))
    let terms = update.following
    let products = terms.map { $0.weight * $0.surprise }
    var bars: [(name: String, value: Double)] = products.prefix(Self.most).enumerated().map {
      ("\($0)", $1)
    }
    if terms.count > Self.most {
      bars.append(("rest", products.dropFirst(Self.most).reduce(0, +)))
    }
    let sum = Double(update.advantage)
    // The sum so far.
    var (totals, total) = ([Double](), 0.0)
    for bar in bars {
      total += bar.value
      totals.append(total)
    }
    let all = totals + [0, sum]
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let plot = Rect(
      x: area.x, y: area.y + font.size * 1.2, width: area.width,
      height: area.height - font.size * 5.2)
    func y(_ value: Double) -> Double {
      plot.bottom - (value - low) / max(high - low, .leastNormalMagnitude) * plot.height
    }
    canvas.fill(Rect(x: plot.x, y: y(0), width: plot.width, height: 1), theme.axis)
    let step = plot.width / Double(bars.count + 1)
    let count = Int((Double(bars.count) * shown).rounded(.up))
    for (index, bar) in bars.prefix(count).enumerated() {
      let (from, to) = (index == 0 ? 0 : totals[index - 1], totals[index])
      canvas.fill(
        Rect(
          x: plot.x + step * Double(index) + step * 0.12, y: min(y(from), y(to)),
          width: step * 0.76, height: max(1, abs(y(from) - y(to)))),
        bar.value >= 0 ? colors.next : theme.negative)
      canvas.text(
        bar.name, at: Point(plot.x + step * (Double(index) + 0.5), plot.bottom + font.size * 1.3),
        small, theme.mutedText, align: .center)
    }
    if shown >= 1 {
      let x = plot.x + step * Double(bars.count)
      canvas.fill(
        Rect(
          x: x + step * 0.12, y: min(y(0), y(sum)), width: step * 0.76,
          height: max(1, abs(y(0) - y(sum)))), colors.reward)
      canvas.text(
        "sum", at: Point(x + step / 2, plot.bottom + font.size * 1.3), small, theme.text,
        align: .center)
    }
    let first = terms[0]
    let arithmetic =
      "now: \(NumberText.exact(Double(first.reward) * update.rewardScale)) + "
      + "\(NumberText.exact(update.gamma)) · (\(NumberText.exact(Double(first.nextValue)))) − "
      + "(\(NumberText.exact(Double(first.value)))) = \(NumberText.exact(first.surprise))"
    let meaning = arithmetic + ", its r + γ V′ − V"
    for (row, words) in [
      canvas.measure(meaning, font).width <= area.width ? meaning : arithmetic,
      "steps ahead, each counts γλ = \(NumberText.exact(update.gamma * update.lambda)) of the one before",
    ].enumerated() {
      canvas.text(
        canvas.ellipsized(words, font, width: area.width),
        at: Point(area.x, area.bottom - font.size * 1.4 * Double(1 - row)), font, theme.mutedText)
    }
  }
}

/// Draws the ratio of each epoch, beside the range that the clip allows.
struct RatioDots {
  private let update: RolloutTrace

  init(_ update: RolloutTrace) { self.update = update }

  func draw(in area: Rect, shown: Double, _ page: ExplanationPage, onto canvas: Canvas) {
    let (theme, colors, font) = (page.theme, page.colors, page.font(12.5))
    let epochs = update.epochs
    guard !epochs.isEmpty else { return }
    let ratios = epochs.map { Double($0.ratio) }
    let clip = update.clipRange
    let low = min(ratios.min() ?? 1, 1 - clip) - 0.05
    let high = max(ratios.max() ?? 1, 1 + clip) + 0.05
    let plot = Rect(
      x: area.x + page.line(34), y: area.y, width: area.width - page.line(34),
      height: area.height - font.size * 2.6)
    func y(_ ratio: Double) -> Double { plot.bottom - (ratio - low) / (high - low) * plot.height }
    canvas.fill(
      Rect(x: plot.x, y: y(1 + clip), width: plot.width, height: y(1 - clip) - y(1 + clip)),
      colors.next.opacity(0.13))
    for ratio in [1 - clip, 1, 1 + clip] {
      canvas.fill(
        Rect(x: plot.x, y: y(ratio), width: plot.width, height: 1),
        ratio == 1 ? theme.axis : colors.next)
      canvas.text(
        NumberText.trimmed(ratio, decimals: 2), at: Point(plot.x - page.line(6), y(ratio)), font,
        theme.mutedText, align: .right, anchor: .middle)
    }
    let step = plot.width / Double(epochs.count)
    let count = Int((Double(epochs.count) * shown).rounded(.up))
    for (index, epoch) in epochs.prefix(count).enumerated() {
      let place = Point(plot.x + step * (Double(index) + 0.5), y(Double(epoch.ratio)))
      let color = epoch.policySlope == 0 ? theme.negative : colors.new
      canvas.fill(.circle(place, radius: page.line(5.5)), color)
      if step > font.size * 1.2 {
        canvas.text(
          "\(epoch.epoch)", at: Point(place.x, plot.bottom + font.size * 1.2), font,
          theme.mutedText, align: .center)
      }
    }
    canvas.text(
      "red: held by the clip", at: Point(plot.x, area.bottom), font, theme.mutedText)
  }
}

/// Draws what the last place of a frame attended to: a small page for each layer and head.
struct AttentionGrid {
  /// Shares by layer, head and place.
  let maps: [[[Float]]]
  /// How many places are in a row.
  let across: Int
  let theme: Theme

  func draw(in area: Rect, _ page: ExplanationPage, onto canvas: Canvas) {
    guard let heads = maps.first?.count, let places = maps.first?.first?.count, heads > 0 else {
      return
    }
    let font = page.font(12)
    let down = (places + across - 1) / across
    let (gap, label) = (page.line(12), font.size * 1.5)
    let side = min(
      (area.width - gap * Double(heads - 1)) / Double(heads * across),
      ((area.height - (gap + label) * Double(maps.count)) / Double(maps.count)) / Double(down))
    let most = Double(maps.joined().joined().max() ?? 1)
    for (layer, row) in maps.enumerated() {
      for (head, shares) in row.enumerated() {
        let origin = Point(
          area.x + (side * Double(across) + gap) * Double(head),
          area.y + (side * Double(down) + gap + label) * Double(layer))
        for (place, share) in shares.enumerated() {
          canvas.fill(
            Rect(
              x: origin.x + side * Double(place % across),
              y: origin.y + side * Double(place / across),
              width: side, height: side
            ).inset(by: min(0.5, side * 0.05)),
            theme.sequential.color(at: (Double(share) / most).squareRoot()))
        }
        canvas.text(
          "layer \(layer + 1), head \(head + 1)",
          at: Point(origin.x, origin.y + side * Double(down) + label * 0.85), font,
          theme.mutedText)
      }
    }
  }
}
