import Film
import Raster
import Replay
import TestSupport
import Testing

/// A film whose frames are each of one colour, in chapters.
private struct ColorFilm: FrameSource {
  let colors: [[UInt32]]
  var width = 40
  var height = 30
  var holds = 0

  var chapters: [Range<Int>] {
    var start = 0
    return colors.map { chapter in
      defer { start += chapter.count }
      return start..<start + chapter.count
    }
  }
  var frameCount: Int { colors.reduce(0) { $0 + $1.count } }

  func draw(_ frame: Int, onto canvas: Canvas) {
    canvas.clear(Color(colors.flatMap(\.self)[frame]))
  }

  func hold(after frame: Int) -> Int {
    chapters.contains { $0.upperBound == frame + 1 } ? holds : 0
  }
}

extension FrameSource {
  /// The colours at a place, frame by frame.
  fileprivate mutating func colors(at x: Int, _ y: Int) throws -> [UInt32] {
    let canvas = try Canvas(width: width, height: height)
    return try (0..<frameCount).map {
      try draw($0, onto: canvas)
      return canvas.color(x: x, y: y).hex
    }
  }
}

@Suite struct CompositionTests {
  @Test func `tiles play on one clock, and a tile that is over waits at its end`() throws {
    let long = ColorFilm(colors: [[1, 2, 3], [4]], holds: 70)
    let short = ColorFilm(colors: [[11], [12, 13]], holds: 90)
    var film = try TiledFilm(
      [.init(long, label: "long"), .init(short, color: Theme.light.accent)], columns: 2,
      theme: .light)
    #expect(film.chapters == [0..<3, 3..<5] && film.frameCount == 5)
    #expect((0..<5).map { film.hold(after: $0) } == [0, 0, 90, 0, 90])
    #expect(film.width.isMultiple(of: 2) && film.height.isMultiple(of: 2))
    #expect(film.width > 80 && film.height > 30)
    #expect(try film.colors(at: 20, film.height - 18) == [1, 2, 3, 4, 4])
    #expect(try film.colors(at: film.width - 20, film.height - 18) == [11, 11, 11, 12, 13])
  }

  @Test func `a film with fewer chapters shows its last frame`() throws {
    var film = try TiledFilm(
      [.init(ColorFilm(colors: [[1], [2]])), .init(ColorFilm(colors: [[5, 6]]))], columns: 1,
      theme: .dark)
    #expect(film.chapters == [0..<2, 2..<3])
    #expect(try film.colors(at: 20, film.height - 15) == [5, 6, 6])
  }

  @Test func `title and caption are around a film, not over it`() throws {
    let inner = ColorFilm(colors: [[0xFF0000, 0xFF]], width: 200, height: 100, holds: 30)
    var film = try FramedFilm(inner, title: "A title", caption: "a caption", theme: .light)
    #expect(film.width == 200 && film.height > 130 && film.hold(after: 1) == 30)
    #expect(try film.colors(at: 0, film.height / 2) == [0xFF0000, 0xFF])
    #expect(try film.colors(at: 0, 0) == [Theme.light.background.hex, Theme.light.background.hex])
    let bare = try FramedFilm(inner, theme: .light)
    #expect(bare.width == 200 && bare.height == 100)
  }
}

@Suite struct LearningFilmTests {
  /// Three episodes of 3, 41 and 1 frames, at 0, 1000 and 5000 of 9000 steps.
  private func film(
    rate: Double = 10, speed: Double = 1, seen: @escaping (Int) -> Void = { _ in }
  ) throws -> LearningFilm {
    let board = ColorFilm(
      colors: [[1, 2, 3], (0..<41).map { 100 + UInt32($0) }, [9]], width: 60, height: 60)
    let scenes = zip(["First", "Second", "Third"], [0, 1000, 5000]).map {
      LearningFilm.Scene($0, cards: [.init($0, ["at \($1)"])], firstStep: $1, stride: 2)
    }
    return try LearningFilm(
      board: board, scenes: scenes, opening: [.init("Opening")], closing: [.init("Closing")],
      lastStep: 9000, layout: LearningLayout(width: 640, .beside(hasMap: false)),
      panels: [{ step, _ in seen(step) }], title: "A run", subtitle: "of words",
      pace: .init(framesPerSecond: rate, speed: speed, hold: 0.5), theme: .light)
  }

  @Test func `every episode is shown from its first to its last frame, in training order`()
    throws
  {
    var film = try film()
    #expect((film.width, film.height) == (640, 360))
    // The board's middle.
    let colors = try film.colors(at: 164, 200)
    let shown = colors.filter { $0 < 0x1000 }
    var order: [UInt32] = []
    for color in shown where color != order.last { order.append(color) }
    #expect(order == [1, 2, 3] + (100...140).map { UInt32($0) } + [9])
    // Cards of 18 frames before each, and one at the end.
    #expect(colors.count - shown.count == 5 * 18)
  }

  @Test func `the step only grows, and is the recorded one while an episode plays`() throws {
    var steps: [Int] = []
    var film = try film(seen: { steps.append($0) })
    let colors = try film.colors(at: 164, 200)
    #expect(steps == steps.sorted() && steps.first == 0 && steps.last == 9000)
    for (step, color) in zip(steps, colors) where (100...140).contains(color) {
      #expect(step == 1000 + 2 * Int(color - 100))
    }
    for (step, color) in zip(steps, colors) where color == 9 { #expect(step == 5000) }
  }

  @Test func `the ends of episodes are held, and the end of the film twice as long`() throws {
    let film = try film()
    let holds = (0..<film.frameCount).map { film.hold(after: $0) }.filter { $0 > 0 }
    #expect(holds == [50, 50, 50, 100])
  }

  @Test func `speed shortens the film, and a long episode lasts no longer than eight seconds`()
    throws
  {
    #expect(try film(speed: 2).frameCount < film().frameCount * 6 / 10)
    // 40 steps in 8 seconds of 10 frames, and the last.
    var film = try film()
    let long = try film.colors(at: 164, 200).filter { (100...140).contains($0) }
    #expect(long.count == 81)
  }

  @Test(arguments: [0.4, 0.9, 1, 1.29, 1.31, 1.8, 4], [320, 640, 1280, 1920])
  func `two boards use the available room, and nothing overlaps`(
    aspect: Double, width: Int
  ) {
    let layout = LearningLayout(width: width, .pair(aspect: aspect))
    let whole = Rect(x: 0, y: 0, width: Double(layout.width), height: Double(layout.height))
    let boardWidth = Double(layout.boardSize) * min(1, aspect)
    let boardHeight = boardWidth / aspect
    let pitch = boardWidth + layout.gap(boardWidth: boardWidth)
    let first = layout.board.center.x - (pitch + boardWidth) / 2
    let boards = [first, first + pitch].map {
      Rect(
        x: $0, y: layout.board.center.y - boardHeight / 2, width: boardWidth, height: boardHeight)
    }
    let parts = boards + layout.facts + [layout.curve]
    for (index, part) in parts.enumerated() {
      #expect(part.left >= whole.left && part.right <= whole.right + 1)
      #expect(part.top >= 90 * layout.unit && part.bottom <= whole.bottom + 1)
      for other in parts[..<index] {
        // Rounded edges may share a pixel.
        let (first, second) = (part.inset(by: 1), other.inset(by: 1))
        #expect(
          first.left >= second.right || second.left >= first.right || first.top >= second.bottom
            || second.top >= first.bottom, "\(part) and \(other)")
      }
    }
    // What the boards, numbers and curve take from top to bottom.
    let height = max(boards[0].height, layout.facts[0].height) + layout.curve.height
    #expect(height > 0.72 * whole.height, "\(height) of \(whole.height)")
    #expect(layout.curve.height > 130 * layout.unit)
    if (0.9...1.29).contains(aspect) { #expect(boardHeight > 0.48 * whole.height) }
  }
}
