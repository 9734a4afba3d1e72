import Raster
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct GridPainterTests {
  private func painter(
    _ map: GridMap, _ options: PictureOptions = PictureOptions()
  ) throws -> GridPainter {
    try GridPainter(
      GridWorld(map), facts: CaptionFacts(world: "test", trainer: "qtable"), options: options)
  }

  private func scene(_ map: GridMap, state: Int) -> GridScene {
    GridScene(episode: 1, steps: 1, state: state, details: GridDetails())
  }

  /// The middle of all pixels of a colour.
  private func middle(of color: Color, _ canvas: Canvas) -> (x: Double, y: Double, count: Int) {
    var (x, y, count) = (0, 0, 0)
    canvas.withPixels { pixels in
      for (index, word) in pixels.enumerated() where word & 0xFF_FFFF == color.hex {
        x += index % canvas.width
        y += index / canvas.width
        count += 1
      }
    }
    return (Double(x) / Double(max(1, count)), Double(y) / Double(max(1, count)), count)
  }

  @Test(arguments: [
    (1, 2), (2, 1), (4, 4), (3, 60), (60, 3), (41, 41), (150, 150), (400, 400), (1000, 1000),
  ])
  func `every map has an even picture of the size asked for, with an agent on it`(
    rows: Int, columns: Int
  ) throws {
    var cells = [Cell](repeating: .floor, count: rows * columns)
    cells[cells.count - 1] = .goal
    let map = GridMap(kind: .maze, title: "", columns: columns, cells: cells, start: 0)
    for size in [96, 240, 481] {
      let painter = try painter(map, PictureOptions(size: size))
      #expect(painter.width.isMultiple(of: 2) && painter.height.isMultiple(of: 2))
      #expect(max(painter.width, painter.height) == size & ~1)
      let canvas = try Canvas(width: painter.width, height: painter.height)
      painter.draw(scene(map, state: (rows / 2) * columns + columns / 2), onto: canvas)
      #expect(middle(of: Theme.light.agent, canvas).count >= 9)
    }
  }

  @Test func `an action moves the agent on the picture the way it points`() throws {
    for map in try Maps.all() {
      let world = GridWorld(map)
      let painter = try painter(map, PictureOptions(showsCaption: false))
      let canvas = try Canvas(width: painter.width, height: painter.height)
      var moved = 0
      for state in 0..<world.dynamics.states where map.cell(of: state) == .floor {
        painter.draw(scene(map, state: state), onto: canvas)
        let before = middle(of: Theme.light.agent, canvas)
        for (number, action) in map.kind.actions.enumerated() {
          let next = Int(world.dynamics.outcome(state, executing: number).next)
          guard next != state, map.cell(of: next) == .floor else { continue }
          painter.draw(scene(map, state: next), onto: canvas)
          let after = middle(of: Theme.light.agent, canvas)
          let (dx, dy) = (after.x - before.x, after.y - before.y)
          #expect(abs(dx) > 50 ? dx * Double(action.dx) > 0 : action.dx == 0)
          #expect(abs(dy) > 50 ? dy * Double(action.dy) > 0 : action.dy == 0)
          moved += 1
        }
      }
      #expect(moved > 10)
    }
  }

  @Test func `a bump moves the agent towards what stopped it`() throws {
    let map = try Maps.maze()
    let painter = try painter(map, PictureOptions(showsCaption: false))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    var still = scene(map, state: 1)
    painter.draw(still, onto: canvas)
    let before = middle(of: Theme.light.agent, canvas)
    #expect(middle(of: Theme.light.secondAccent, canvas).count == 0)
    // Up from the upper row: the edge of the board.
    (still.previous, still.action, still.details.executed) = (1, 0, 0)
    painter.draw(still, onto: canvas)
    #expect(middle(of: Theme.light.agent, canvas).y < before.y - 5)
    #expect(middle(of: Theme.light.secondAccent, canvas).count > 10)
  }

  @Test func `a slip shows a solid arrow along the move that was executed`() throws {
    let map = try Maps.lake()
    let painter = try painter(map, PictureOptions(showsCaption: false))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    var slipped = scene(map, state: 8)
    // From the cell above, right was chosen and down was executed.
    (slipped.previous, slipped.action, slipped.details.executed) = (4, 2, 1)
    painter.draw(slipped, onto: canvas)
    let arrow = middle(of: Theme.light.secondAccent, canvas)
    let agent = middle(of: Theme.light.agent, canvas)
    #expect(arrow.count > 200)
    #expect(abs(arrow.x - agent.x) < 3 && arrow.y < agent.y - 30)
    slipped.action = 1
    painter.draw(slipped, onto: canvas)
    #expect(middle(of: Theme.light.secondAccent, canvas).count == 0)
  }

  @Test(arguments: [(4, 4), (12, 3), (3, 12)], [240, 480])
  func `a long title takes the lines that it needs, and the picture keeps its size`(
    side: (rows: Int, columns: Int), size: Int
  ) throws {
    let map = GridMap(
      kind: .maze, title: "", columns: side.columns,
      cells: Array(repeating: .floor, count: side.rows * side.columns), start: 0)
    let words = "A title of far more words than one line above a picture could ever have room for"
    let short = try painter(map, PictureOptions(size: size, title: "Title"))
    let long = try painter(map, PictureOptions(size: size, title: words))
    #expect(long.board.top > short.board.top)
    #expect(max(long.width, long.height) == size)
    // No word reaches the edge, and the last one is there: its line is not that of another title.
    let other = try painter(map, PictureOptions(size: size, title: words + "!"))
    #expect(try PictureComparison(long.background, other.background).greatest > 100)
    for y in 0..<Int(long.board.top) - 4 {
      for x in [0, long.width - 1] {
        #expect(long.background.color(x: x, y: y) == Theme.light.background)
      }
    }
  }

  @Test(arguments: [(1, 2), (2, 2), (4, 4), (12, 12)], [96, 240, 720])
  func `the arrow of a slip at the edge is complete, and covers no text`(
    side: (rows: Int, columns: Int), size: Int
  ) throws {
    let map = GridMap(
      kind: .lake, title: "", columns: side.columns,
      cells: Array(repeating: .floor, count: side.rows * side.columns), start: 0)
    let painter = try painter(map, PictureOptions(size: size, title: "Title"))
    let (canvas, still) = (
      try Canvas(width: painter.width, height: painter.height),
      try Canvas(width: painter.width, height: painter.height)
    )
    let board = painter.board.inset(by: -max(5.5, Double(size) / 40))
    for state in [0, map.cells.count - 1] {
      for action in 0..<4 {
        for executed in 0..<4 where executed != action {
          var slipped = scene(map, state: state)
          painter.draw(slipped, onto: still)
          (slipped.previous, slipped.action, slipped.details.executed) = (state, action, executed)
          painter.draw(slipped, onto: canvas)
          // The strip's text differs; everything else is near the board.
          let limit = min(canvas.height, Int(painter.board.bottom + Double(size) / 42))
          for y in 0..<limit {
            for x in 0..<canvas.width where !board.contains(Point(Double(x) + 0.5, Double(y) + 0.5))
            {
              #expect(
                canvas.color(x: x, y: y) == still.color(x: x, y: y), "\(action) at \(x), \(y)")
            }
          }
        }
      }
    }
  }

  @Test func `a film's palette is exact up to 256 colours and close beyond`() throws {
    for theme in Theme.all {
      for map in try Maps.all() {
        for size in [240, 480] {
          let world = GridWorld(map)
          var film = try Played.film(
            world, (1...4).map { Played(world, number: $0) },
            options: PictureOptions(size: size, theme: theme, title: "A film"))
          try expectPaletteKeepsItsPromise(&film, "\(map.kind) \(theme.name) \(size)")
        }
      }
    }
  }

  @Test func `a crawler's hand is drawn nearer to the cart after it has pulled`()
    throws
  {
    let crawler = Crawler()
    let painter = try CrawlerPainter(crawler, facts: CaptionFacts(world: "", trainer: ""))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    #expect(painter.width == 480 && painter.height.isMultiple(of: 2))
    func hand(_ state: Int, distance: Double) -> Double {
      painter.draw(
        CrawlerScene(
          episode: 1, t: 1, steps: 2, state: state, totalReturn: distance, details: NoDetails()),
        onto: canvas)
      return middle(of: Theme.light.secondAccent, canvas).x
    }
    // Reached far and reached near: the hand is drawn nearer to the cart.
    let far = hand(Crawler.state(arm: 0, hand: 6), distance: 0)
    let near = hand(Crawler.state(arm: 0, hand: 2), distance: 20)
    #expect(near < far - 10)
  }
}
