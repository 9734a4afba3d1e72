import Raster
import Testing

@Suite struct CanvasTests {
  @Test func `an aligned rectangle has exactly its colour, and nothing around it`() throws {
    let canvas = try Canvas(width: 20, height: 10, background: Color(0xFFFFFF))
    canvas.fill(Rect(x: 3, y: 2, width: 5, height: 4), Color(0x123456))
    for y in 0..<10 {
      for x in 0..<20 {
        let inside = (3..<8).contains(x) && (2..<6).contains(y)
        #expect(canvas.color(x: x, y: y).hex == (inside ? 0x123456 : 0xFFFFFF))
      }
    }
  }

  @Test func `drawing the same twice gives the same bytes`() throws {
    let (first, second) = (try picture(), try picture())
    #expect(words(first) == words(second))
  }

  @Test func `two threads that draw at once change nothing in each other's pictures`() async throws
  {
    let expected = words(try picture())
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<20 where words(try picture()) != expected { return false }
          return true
        }
      }
      for try await isEqual in group { #expect(isEqual) }
    }
  }

  @Test func `clips and transforms end with their block`() throws {
    let canvas = try Canvas(width: 10, height: 10)
    canvas.isolated {
      canvas.translate(5, 0)
      canvas.clip(to: .rect(Rect(x: 0, y: 0, width: 2, height: 10)))
      canvas.fill(Rect(x: 0, y: 0, width: 10, height: 10), Color(0))
    }
    #expect(
      (0..<10).map { canvas.color(x: $0, y: 5).hex == 0 } == [
        false, false, false, false, false, true, true, false, false, false,
      ])
    canvas.clear(Color(0xABCDEF))
    #expect(canvas.color(x: 0, y: 0) == Color(0xABCDEF))
  }

  @Test(arguments: [
    (Rect(x: 0, y: 0, width: 4, height: 4), Point(2, 3), 16),
    (Rect(x: 6, y: 6, width: 9, height: 9), Point(0, 0), 4),
    (Rect(x: 0, y: 0, width: 8, height: 8), Point(-5, 6), 6),
    (Rect(x: 0, y: 0, width: 8, height: 8), Point(40, 0), 0),
    (Rect(x: -9, y: -9, width: 3, height: 3), Point(0, 0), 0),
  ])
  func `a part is copied as far as it is on both canvases`(
    part: Rect, place: Point, copied: Int
  ) throws {
    let source = try Canvas(width: 8, height: 8, background: Color(0xFF0000))
    let target = try Canvas(width: 8, height: 8, background: Color(0x0000FF))
    target.copy(source, part, to: place)
    #expect(words(target).count { $0 == 0xFFFF_0000 } == copied)
  }

  @Test func `a copy of a canvas is the canvas`() throws {
    let original = try picture()
    let copy = try Canvas(width: original.width, height: original.height)
    copy.copy(original)
    #expect(words(copy) == words(original))
  }

  @Test(arguments: [(0, 5), (5, 0), (-1, 5), (40_000, 1), (20_000, 20_000)])
  func `a size that no picture can have is refused with one sentence`(width: Int, height: Int) {
    let error = #expect(throws: CanvasError.self) { try Canvas(width: width, height: height) }
    #expect(error == .size(width: width, height: height))
    #expect(error?.description.contains("\(width)×\(height)") == true)
    #expect(throws: CanvasError.self) { try Canvas(svgWidth: width, height: height) }
  }

  @Test(arguments: [(1.0, 0.0), (-1, 0), (0, 1), (0, -1)])
  func `an arrow's head is where it points`(dx: Double, dy: Double) throws {
    let canvas = try Canvas(width: 41, height: 41)
    let middle = Point(20.5, 20.5)
    canvas.fill(.arrow(center: middle, dx: dx, dy: dy, length: 32), Color(0))
    // The head is wide, the tail narrow: count what is dark across, 8 pixels to either side.
    func width(_ along: Double) -> Int {
      (-12...12).count { across in
        let x = Int(middle.x + dx * along - dy * Double(across))
        let y = Int(middle.y + dy * along + dx * Double(across))
        return canvas.color(x: x, y: y).red < 128
      }
    }
    #expect(width(8) > width(-8))
    #expect(width(-8) > 0)
    #expect(canvas.color(x: Int(20.5 + dx * 14), y: Int(20.5 + dy * 14)).red < 128)
  }

  @Test func `an arrow without direction is not drawn`() throws {
    let canvas = try Canvas(width: 9, height: 9)
    canvas.fill(.arrow(center: Point(4, 4), dx: 0, dy: 0, length: 8), Color(0))
    #expect(words(canvas).allSatisfy { $0 == 0xFFFF_FFFF })
  }

  @Test func `the same calls draw an SVG document, the same each time`() throws {
    func document() throws -> String {
      let canvas = try Canvas(svgWidth: 120, height: 80)
      draw(on: canvas)
      canvas.draw(try picture(), in: Rect(x: 80, y: 0, width: 30, height: 20))
      return String(decoding: try canvas.finishedSVG(), as: UTF8.self)
    }
    let text = try document()
    #expect(text.contains("<svg") && text.contains("</svg>"))
    #expect(text.contains("width=\"120") && text.contains("<path"))
    #expect(text == (try document()))
  }
}

private func words(_ canvas: Canvas) -> [UInt32] { canvas.withPixels { Array($0) } }

private func picture() throws -> Canvas {
  let canvas = try Canvas(width: 120, height: 80, background: Theme.light.background)
  draw(on: canvas)
  return canvas
}

private func draw(on canvas: Canvas) {
  let theme = Theme.light
  canvas.fill(.rounded(Rect(x: 4.5, y: 4, width: 60, height: 40), radius: 6), theme.surface)
  canvas.stroke(
    .polyline([Point(2, 70), Point(40, 20), Point(90, 66)]), theme.accent,
    Stroke(width: 2, cap: .round, dashes: [5, 3]))
  canvas.fill(.circle(Point(90, 30), radius: 17), theme.positive.opacity(0.5))
  canvas.fill(.arrow(from: Point(20, 60), to: Point(110, 12)), theme.text)
  canvas.fill(
    .slice(Point(100, 60), radius: 12, from: 0, to: 2),
    Gradient(from: Point(88, 60), to: Point(112, 60), colors: [theme.positive, theme.accent]))
  canvas.text("Größe 12 → ½", at: Point(8, 24), .sans(13, .bold), theme.text)
  canvas.text("return", at: Point(112, 70), .mono(9), theme.mutedText, rotation: -.pi / 2)
}
