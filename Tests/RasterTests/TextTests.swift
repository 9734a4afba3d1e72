import Raster
import Testing

@Suite struct TextTests {
  @Test func `mono letters are equally wide, sans ones are not`() throws {
    let canvas = try Canvas(width: 10, height: 10)
    let mono = ["i", "W", "0", "·"].map { canvas.measure($0, .mono(12)).width }
    #expect(mono.allSatisfy { $0 == mono[0] && $0 > 0 })
    #expect(canvas.measure("i", .sans(12)).width < canvas.measure("W", .sans(12)).width)
  }

  @Test func `width is proportional to the size, and the widths of texts add up`() throws {
    let canvas = try Canvas(width: 10, height: 10)
    let small = canvas.measure("episode", .sans(10)).width
    #expect(abs(canvas.measure("episode", .sans(30)).width - 3 * small) < 0.1)
    #expect(abs(canvas.measure("episodeepisode", .sans(10)).width - 2 * small) < 0.1)
    #expect(canvas.measure("", .sans(10)).width == 0)
    #expect(canvas.measure("", .sans(10)).height > 10)
  }

  @Test(arguments: [60.0, 90, 150, 1000])
  func `lines have all words in order, fit the width, and are as full as possible`(
    width: Double
  ) throws {
    let canvas = try Canvas(width: 10, height: 10)
    let font = Font.sans(12)
    let text = "the return of twelve episodes had stayed where it was"
    let lines = canvas.lines(of: text, font, width: width)
    #expect(lines.joined(separator: " ") == text)
    for line in lines { #expect(canvas.measure(line, font).width <= width) }
    for (line, next) in zip(lines, lines.dropFirst()) {
      let word = next.prefix { $0 != " " }
      #expect(canvas.measure("\(line) \(word)", font).width > width)
    }
    #expect(canvas.lines(of: "", font, width: width).isEmpty)
    let pieces = canvas.lines(of: "unbelievable", font, width: 40)
    #expect(pieces.joined() == "unbelievable" && pieces.count > 1)
    #expect(pieces.allSatisfy { canvas.measure($0, font).width <= 40 })
    let two = canvas.lines(of: text, font, width: width, most: 2)
    #expect(two == lines || two.count == 2 && two[0] == lines[0] && two[1].hasSuffix("…"))
  }

  @Test(arguments: [
    (200.0, "return after 12 episodes"), (90, "return after…"), (40, "retu…"), (12, "…"), (2, ""),
  ])
  func `a text that is too long ends in an ellipsis and fits`(width: Double, expected: String)
    throws
  {
    let canvas = try Canvas(width: 10, height: 10)
    let font = Font.sans(12)
    let text = canvas.ellipsized("return after 12 episodes", font, width: width)
    #expect(text == expected)
    #expect(canvas.measure(text, font).width <= width)
  }

  @Test(arguments: [TextAlignment.left, .center, .right])
  func `text is aligned to its place as asked for`(align: TextAlignment) throws {
    let canvas = try Canvas(width: 120, height: 30)
    canvas.text("HHH", at: Point(60, 15), .sans(14), Color(0), align: align, anchor: .middle)
    let box = try #require(ink(canvas))
    let middle = (box.left + box.right) / 2
    switch align {
    case .left: #expect(box.left >= 60 && box.left < 64)
    case .center: #expect(abs(middle - 60) <= 1)
    case .right: #expect(box.right <= 60 && box.right > 56)
    }
  }

  @Test(arguments: [TextAnchor.top, .middle, .baseline])
  func `capitals are at the height asked for`(anchor: TextAnchor) throws {
    let canvas = try Canvas(width: 60, height: 60)
    canvas.text("HH", at: Point(10, 30), .sans(20), Color(0), anchor: anchor)
    let box = try #require(ink(canvas))
    switch anchor {
    case .top: #expect(abs(box.top - 30) <= 1)
    case .middle: #expect(abs((box.top + box.bottom) / 2 - 30) <= 1)
    default: #expect(abs(box.bottom - 30) <= 1)
    }
  }

  @Test func `text turned by a quarter is as high as it was wide`() throws {
    let flat = try Canvas(width: 100, height: 100)
    flat.text("return", at: Point(50, 50), .sans(16), Color(0), align: .center, anchor: .middle)
    let turned = try Canvas(width: 100, height: 100)
    turned.text(
      "return", at: Point(50, 50), .sans(16), Color(0), align: .center, anchor: .middle,
      rotation: -.pi / 2)
    let (before, after) = (try #require(ink(flat)), try #require(ink(turned)))
    #expect(abs((before.right - before.left) - (after.bottom - after.top)) <= 2)
    #expect(abs((before.bottom - before.top) - (after.right - after.left)) <= 2)
  }

  @Test(arguments: [Font.sans(20), .sans(20, .bold), .mono(20), .sans(11)])
  func `a letter that the font lacks is a box of its own, as wide as measured`(font: Font) throws {
    let canvas = try Canvas(width: 200, height: 40)
    let known = canvas.measure("ab", font).width
    for letter in ["漢", "🚀", "👩‍🚀", "🇩🇪", "👍🏽"] {
      let width = canvas.measure(letter, font).width
      #expect(width >= font.size * 0.6 && width <= font.size)
      #expect(abs(canvas.measure("a\(letter)b", font).width - known - width) < 0.01)
      canvas.clear(Color(0xFFFFFF))
      canvas.text(letter, at: Point(50, 30), font, Color(0))
      let box = try #require(ink(canvas))
      #expect(box.left >= 50 && Double(box.right) <= 50 + width.rounded(.up))
      #expect(box.bottom - box.top > Int(font.size * 0.7))
    }
    // Hearts and the like are letters, with or without emoji style.
    #expect(canvas.measure("❤\u{FE0F}", font).width == canvas.measure("❤", font).width)
    #expect(canvas.measure("漢字", .mono(20)).width == 2 * canvas.measure("0", .mono(20)).width)
  }

  @Test func `letters that the font lacks are rotated, aligned and written to SVG like others`()
    throws
  {
    let turned = try Canvas(width: 60, height: 60)
    turned.text("漢字", at: Point(30, 50), .sans(20), Color(0), rotation: -.pi / 2)
    let box = try #require(ink(turned))
    #expect(box.top >= 9 && box.bottom <= 51 && box.bottom - box.top > 35)
    let right = try Canvas(width: 60, height: 60)
    right.text("漢字", at: Point(50, 30), .sans(20), Color(0), align: .right)
    #expect(try #require(ink(right)).right <= 51)
    let document = try Canvas(svgWidth: 60, height: 60)
    document.text("漢字", at: Point(5, 30), .sans(20), Color(0))
    #expect(try document.finishedSVG().count > 500)
  }

  @Test func `letters outside the font, and control characters, do no harm`() throws {
    let canvas = try Canvas(width: 60, height: 30)
    for text in [
      "\u{0}", "a\u{0}b", "\u{1F600}", "\n\t", "漢字", String(repeating: "x", count: 5000),
    ] {
      canvas.text(text, at: Point(2, 20), .sans(12), Color(0))
      #expect(canvas.measure(text, .sans(12)).width >= 0)
    }
  }

  /// Where anything darker than half was drawn.
  private func ink(_ canvas: Canvas) -> (left: Int, top: Int, right: Int, bottom: Int)? {
    var box: (left: Int, top: Int, right: Int, bottom: Int)?
    for y in 0..<canvas.height {
      for x in 0..<canvas.width where canvas.color(x: x, y: y).red < 128 {
        let known = box ?? (x, y, x + 1, y + 1)
        box = (
          min(known.left, x), min(known.top, y), max(known.right, x + 1), max(known.bottom, y + 1)
        )
      }
    }
    return box
  }
}
