import Glibc
import Raster
import Worlds

extension CityBoard {
  /// Draws names, the most important first; names without space are left out.
  func drawLabels(onto canvas: Canvas) {
    var names = CityLettering(canvas: canvas, frame: frame.inset(by: 6))
    // Pins will be drawn there.
    for target in map.targets {
      names.keepFree(around: place(target).moved(0, -9), radius: max(14, 26 * scale))
    }
    for label in map.labels { drawQuarter(label, &names) }
    drawStreets(&names)
    drawGrounds(&names)
  }

  /// Draws names of areas in wide letters; they are moved a little to keep off
  /// water and wide roads.
  private func drawQuarter(_ label: CityLabel, _ names: inout CityLettering) {
    let isQuarter = label.kind != "square"
    let font = Font.sans(max(9, min(22, (isQuarter ? 19 : 14) * scale)).rounded(), .bold)
    let text = isQuarter ? label.text.uppercased() : label.text
    let spacing = isQuarter ? font.size * 0.16 : 0
    let reach = names.width(text, font, spacing: spacing) / 2 / scale
    let waters = map.areas.filter { $0.kind == .water }.map(CityOutline.init)
    func cost(_ middle: CityPoint) -> Int {
      (-4...4).reduce(0) { sum, step in
        let place = middle + CityPoint(reach * Double(step) / 4, 0)
        let isWet = waters.contains { $0.contains(place, margin: -4) }
        let isRoad = map.mask.offRoadShare(x: place.x, y: place.y, side: 12) < 0.4
        return sum + (isWet ? 3 : 0) + (isRoad ? 1 : 0)
      }
    }
    let steps = isQuarter ? [0, 22, -22, 44, -44, 66, -66].map(Double.init) : [0]
    let spots = steps.flatMap { row in steps.map { label.at + CityPoint($0, row) } }
    let costs = spots.map { spot in
      let moved = spot - label.at
      return (spot, Double(cost(spot)) + (moved * moved).sum() / 3000)
    }
    for (spot, _) in costs.sorted(by: { $0.1 < $1.1 })
    where names.write(
      text, at: place(spot), font, colors.label, spacing: spacing, halo: colors.land)
    { break }
  }

  /// Draws names of streets, each along its straightest stretch, if letters are large enough to read.
  private func drawStreets(_ names: inout CityLettering) {
    let streets = Dictionary(grouping: map.roads.filter { !$0.name.isEmpty }, by: \.name)
    let byWidth = streets.values.sorted {
      ($0.map(\.width).max() ?? 0, $1[0].name) > ($1.map(\.width).max() ?? 0, $0[0].name)
    }
    for parts in byWidth {
      let width = self.width(of: parts[0])
      let font = Font.sans(min(15, (width * 0.56).rounded()))
      guard font.size >= 8 else { continue }
      let needed = names.width(parts[0].name, font)
      let stretches = parts.compactMap {
        straightest($0.points.map(place), atLeast: needed + width * 1.4)
      }.sorted { $0.length > $1.length }
      let greater = map.roads.filter {
        CityJunctions.rank($0.kind) > CityJunctions.rank(parts[0].kind)
      }
      for stretch in stretches.prefix(6) where write(parts[0].name, on: stretch) { break }

      /// Writes along a stretch that no greater road crosses, as near to the middle as possible.
      func write(_ name: String, on stretch: Stretch) -> Bool {
        let angle = atan2(stretch.way.y, stretch.way.x)
        // Upright: letters are never upside down.
        let turned = abs(angle) > .pi / 2 ? angle - (angle > 0 ? .pi : -.pi) : angle
        let room = (stretch.length - needed - width) / 2 / stretch.length
        for share in [0, 0.5, -0.5, 1, -1] {
          let middle = stretch.start.toward(stretch.end, 0.5 + share * room)
          let reach = needed / 2 / stretch.length
          let isCrossed = (-4...4).contains { step in
            let part = 0.5 + share * room + Double(step) / 4 * reach
            let point = mapPoint(stretch.start.toward(stretch.end, part))
            return greater.contains {
              $0.points.distance(to: point) < $0.width / 2 + 2
            }
          }
          if !isCrossed,
            names.write(name, at: middle, font, colors.streetLabel, rotation: turned)
          {
            return true
          }
        }
        return false
      }
    }
  }

  private func mapPoint(_ place: Point) -> CityPoint {
    CityPoint((place.x - origin.x) / scale, (place.y - origin.y) / scale)
  }

  private struct Stretch {
    var start: Point
    var end: Point
    var length: Double
    var way: Point { Point(end.x - start.x, end.y - start.y) }
  }

  /// The longest almost straight stretch of a line; nil if none is long enough.
  private func straightest(_ points: [Point], atLeast least: Double) -> Stretch? {
    var best: Stretch?
    for first in points.indices {
      for last in points.indices.dropFirst(first + 1).reversed() {
        let (a, b) = (points[first], points[last])
        let way = Point(b.x - a.x, b.y - a.y)
        let length = hypot(way.x, way.y)
        guard length >= least, length > best?.length ?? 0 else { continue }
        let isStraight = points[first...last].allSatisfy {
          abs(($0.x - a.x) * way.y - ($0.y - a.y) * way.x) / length < 1.5
        }
        if isStraight {
          best = Stretch(start: a, end: b, length: length)
          break
        }
      }
    }
    return best
  }

  /// Draws names of parks and waters that fit inside them.
  private func drawGrounds(_ names: inout CityLettering) {
    let font = Font.sans(max(9, min(17, 12.5 * scale)).rounded())
    guard 12.5 * scale >= 8 else { return }
    var written: Set<String> = []
    let waters = map.areas.filter { $0.kind == .water }.map(CityOutline.init)
    for area in map.areas where !area.name.isEmpty {
      guard area.kind == .park || area.kind == .wood || area.kind == .water || area.kind == .square,
        !written.contains(area.name), let ring = area.rings.first
      else { continue }
      let outline = CityOutline(area)
      let room = names.width(area.name, font) / 2 / scale
      let others = area.kind == .water ? [] : waters
      let height = font.size / scale
      func hasRoom(_ middle: CityPoint) -> Bool {
        [-room, -room / 2, 0, room / 2, room].allSatisfy { reach in
          let place = middle + CityPoint(reach, 0)
          return outline.contains(place, margin: height * 0.7)
            && map.mask.offRoadShare(x: place.x, y: place.y, side: Int(height * 1.6)) == 1
            && !others.contains { $0.contains(place, margin: -height * 0.7) }
        }
      }
      let sum = ring.reduce(CityPoint.zero, +)
      let middle = sum / Double(ring.count)
      // From the middle outward, row by row.
      let steps = [0, 1, -1, 2, -2, 3, -3, 4, -4].map(Double.init)
      let spots = steps.flatMap { row in
        steps.map { middle + CityPoint($0 * 10, row * height) }
      }
      guard let spot = spots.first(where: hasRoom) else { continue }
      let (ink, halo) =
        area.kind == .water
        ? (colors.waterLabel, colors.water)
        : area.kind == .square ? (colors.label, colors.square) : (colors.parkLabel, colors.park)
      if names.write(area.name, at: place(spot), font, ink, halo: halo) {
        written.insert(area.name)
      }
    }
  }
}

/// Names on a map that do not overlap.
private struct CityLettering {
  let canvas: Canvas
  let frame: Rect
  /// The occupied places, as circles.
  private var taken: [(center: Point, radius: Double)] = []

  init(canvas: Canvas, frame: Rect) {
    self.canvas = canvas
    self.frame = frame
  }

  mutating func keepFree(around center: Point, radius: Double) { taken.append((center, radius)) }

  func width(_ text: String, _ font: Font, spacing: Double = 0) -> Double {
    canvas.measure(text, font).width + spacing * Double(max(0, text.count - 1))
  }

  /// Writes a name around a place if there is space, and returns whether there was.
  @discardableResult
  mutating func write(
    _ text: String, at place: Point, _ font: Font, _ ink: Color, spacing: Double = 0,
    rotation: Double = 0, halo: Color? = nil
  ) -> Bool {
    let width = width(text, font, spacing: spacing)
    let (dx, dy) = (cos(rotation), sin(rotation))
    let radius = font.size * 0.62
    let count = max(2, Int((width / radius).rounded(.up)))
    let circles = (0...count).map { step -> Point in
      let along = (Double(step) / Double(count) - 0.5) * width
      return place.moved(along * dx, along * dy)
    }
    let isFree = circles.allSatisfy { center in
      frame.contains(center)
        && taken.allSatisfy {
          hypot($0.center.x - center.x, $0.center.y - center.y) > $0.radius + radius
        }
    }
    guard isFree else { return false }
    taken += circles.map { ($0, radius) }
    if let halo {
      let reach = max(1, font.size * 0.13)
      for step in 0..<12 {
        let angle = Double(step) * .pi / 6
        canvas.text(
          text, from: place.moved(-width / 2 + reach * cos(angle), reach * sin(angle)), font,
          halo, spacing: spacing)
      }
    }
    if rotation == 0 {
      canvas.text(
        text, from: place.moved(-width / 2, 0), font, ink, spacing: spacing)
    } else {
      canvas.text(
        text, at: place, font, ink, align: .center, anchor: .middle, rotation: rotation)
    }
    return true
  }
}

extension Canvas {
  /// Writes widely spaced letters, the first at a place.
  func text(
    _ string: String, from place: Point, _ font: Font, _ color: Color, spacing: Double,
    anchor: TextAnchor = .middle
  ) {
    guard spacing > 0 else {
      return text(string, at: place, font, color, anchor: anchor)
    }
    var x = place.x
    for letter in string {
      text(String(letter), at: Point(x, place.y), font, color, anchor: anchor)
      x += measure(String(letter), font).width + spacing
    }
  }
}
