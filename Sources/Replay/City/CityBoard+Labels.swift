import Glibc
import Raster
import Worlds

extension CityBoard {
  /// Names, the most important first; what has no room is left out.
  func drawLabels(onto canvas: Canvas) {
    var names = CityLettering(canvas: canvas, frame: frame.inset(by: 6))
    // Pins will stand there.
    for target in map.targets {
      names.keepFree(around: place(target).moved(0, -9), radius: max(14, 26 * scale))
    }
    for label in map.labels { drawQuarter(label, &names) }
    drawStreets(&names)
    drawGrounds(&names)
  }

  /// Wide letters, so that a name reads as that of an area.
  private func drawQuarter(_ label: CityLabel, _ names: inout CityLettering) {
    let isQuarter = label.kind != "square"
    let font = Font.sans(max(9, min(26, (isQuarter ? 19 : 14) * scale)).rounded(), .bold)
    let text = isQuarter ? label.text.uppercased() : label.text
    names.write(
      text, at: place(label.at), font, colors.label,
      spacing: isQuarter ? font.size * 0.16 : 0, halo: colors.land)
  }

  /// Names of streets, each along its straightest stretch, where letters are large enough to read.
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
      for stretch in stretches.prefix(6) {
        let angle = atan2(stretch.way.y, stretch.way.x)
        // Upright: never with the heads of letters down.
        let turned = abs(angle) > .pi / 2 ? angle - (angle > 0 ? .pi : -.pi) : angle
        if names.write(
          parts[0].name, at: stretch.middle, font, colors.streetLabel, rotation: turned)
        {
          break
        }
      }
    }
  }

  private struct Stretch {
    var middle: Point
    var way: Point
    var length: Double
  }

  /// The longest stretch of a line that hardly bends; nil where none is long enough.
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
          best = Stretch(middle: a.toward(b, 0.5), way: way, length: length)
          break
        }
      }
    }
    return best
  }

  /// Names of parks and waters that have room for them.
  private func drawGrounds(_ names: inout CityLettering) {
    let font = Font.sans(max(9, min(17, 12.5 * scale)).rounded())
    guard 12.5 * scale >= 8 else { return }
    var written: Set<String> = []
    for area in map.areas where !area.name.isEmpty {
      guard area.kind == .park || area.kind == .wood || area.kind == .water || area.kind == .square,
        !written.contains(area.name), let ring = area.rings.first
      else { continue }
      let outline = CityOutline(area)
      let sum = ring.reduce(CityPoint.zero, +)
      let middle = sum / Double(ring.count)
      let room = names.width(area.name, font) / 2 / scale
      let reaches = [CityPoint(-room, 0), CityPoint(room, 0), CityPoint(0, 0)]
      guard reaches.allSatisfy({ outline.contains(middle + $0, margin: 3) }) else { continue }
      let (ink, halo) =
        area.kind == .water
        ? (colors.waterLabel, colors.water)
        : area.kind == .square ? (colors.label, colors.square) : (colors.parkLabel, colors.park)
      if names.write(area.name, at: place(middle), font, ink, halo: halo) {
        written.insert(area.name)
      }
    }
  }
}

/// Names on a map that keep out of each other's way.
private struct CityLettering {
  let canvas: Canvas
  let frame: Rect
  /// What is taken already, as circles.
  private var taken: [(center: Point, radius: Double)] = []

  init(canvas: Canvas, frame: Rect) {
    self.canvas = canvas
    self.frame = frame
  }

  mutating func keepFree(around center: Point, radius: Double) { taken.append((center, radius)) }

  func width(_ text: String, _ font: Font, spacing: Double = 0) -> Double {
    canvas.measure(text, font).width + spacing * Double(max(0, text.count - 1))
  }

  /// Writes a name around a place if there is room for it, and tells whether there was.
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
  /// Writes letters that stand apart from each other, the first at a place.
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
