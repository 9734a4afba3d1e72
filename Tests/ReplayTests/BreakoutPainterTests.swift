import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct BreakoutPainterTests {
  private static let looks: [PictureOptions.Look] = [.arcade, .ascii]

  private func painter(
    _ world: Breakout = Breakout(), _ options: PictureOptions
  ) throws -> BreakoutPainter {
    try BreakoutPainter(
      world, facts: CaptionFacts(world: "breakout", trainer: "ppo"), options: options)
  }

  private func film(
    _ game: BreakoutGame, _ options: PictureOptions, heat: FilmRequest.Heat? = nil
  ) throws -> EpisodeFilm<BreakoutScenes, BreakoutPainter> {
    EpisodeFilm(
      scenes: BreakoutScenes(game.world, heat: heat), painter: try painter(game.world, options),
      episodes: [game.episode()]
    ) { _ in Played.reader(of: game.transitions) }
  }

  private func drawn(_ scene: BreakoutScene, _ painter: BreakoutPainter) throws -> Canvas {
    let canvas = try Canvas(width: painter.width, height: painter.height)
    painter.draw(scene, onto: canvas)
    return canvas
  }

  @Test(arguments: looks)
  func `pictures have even sides, and the longer one has the size asked for`(
    look: PictureOptions.Look
  ) throws {
    var narrow = BreakoutRules()
    (narrow.columns, narrow.rows, narrow.paddle) = (14, 24, 5)
    for world in [Breakout(), try Breakout(rules: narrow)] {
      for size in [64, 200, 333, 480, 720, 1400] {
        for showsCaption in [true, false] {
          let painter = try painter(
            world, PictureOptions(size: size, showsCaption: showsCaption, look: look))
          #expect(max(painter.width, painter.height) == size & ~1)
          #expect(painter.width.isMultiple(of: 2) && painter.height.isMultiple(of: 2))
        }
      }
    }
  }

  @Test(arguments: looks, [480, 720, 1080])
  func `bricks, ball and paddle are where the state says`(
    look: PictureOptions.Look, size: Int
  ) throws {
    let game = BreakoutGame()
    let painter = try painter(game.world, PictureOptions(size: size, look: look))
    let board = game.world.board
    var empty = try game.scene(after: 0)
    empty.state.bricks = 0
    let ground = try drawn(empty, painter)
    for steps in [0, 200, 700, 1300] {
      var scene = try game.scene(after: steps)
      scene.details = BreakoutDetails()
      let canvas = try drawn(scene, painter)
      /// Whether anything near a character's middle differs from a field without bricks.
      func isPainted(_ row: Int, _ column: Int) -> Bool {
        let corner = painter.center(row: row, column: column)
        let next = painter.center(row: row, column: column + 1)
        let (reach, height) = (Int((next.x - corner.x) / 2), Int(next.x - corner.x))
        for y in -height + 1..<height {
          for x in -reach + 1..<reach {
            let (px, py) = (Int(corner.x) + x, Int(corner.y) + y)
            if canvas.color(x: px, y: py) != ground.color(x: px, y: py) { return true }
          }
        }
        return false
      }
      for brick in 0..<board.brickCount {
        let place = board.place(ofBrick: brick)
        let isBall =
          Int(scene.state.y) == place.row
          && (place.column..<place.column + 6).contains(Int(scene.state.x))
        guard !isBall else { continue }
        #expect(
          isPainted(place.row, place.column + 2) == scene.state.isStanding(brick), "\(brick)")
      }
      if scene.state != empty.state, scene.state.x != empty.state.x {
        #expect(isPainted(Int(scene.state.y), Int(scene.state.x)))
      }
    }
  }

  @Test(arguments: looks)
  func `an overlay colours the characters that it weighs, in any layout`(
    look: PictureOptions.Look
  ) throws {
    let world = Breakout()
    let painter = try painter(world, PictureOptions(size: 720, look: look))
    let plain = try drawn(try BreakoutGame().scene(after: 0), painter)
    // Cell (14, 20) in the text, row by row, and in patches of 4 × 8: the fourth row's third.
    let (row, column) = (14, 20)
    var text = [Float](repeating: 0, count: 1943)
    text[row * 81 + column] = 1
    var cells = [Float](repeating: 0, count: 24 * 80)
    cells[row * 80 + column] = 1
    var patches = [Float](repeating: 0, count: 60)
    patches[3 * 10 + 2] = 1
    for (weights, reach) in [(text, 1), (cells, 1), (patches, 8)] {
      let canvas = try drawn(
        try BreakoutGame().scene(after: 0, heat: { _ in weights }), painter)
      for (x, isWarm) in [(column, true), (column + 8, false), (column + 1, reach > 1)] {
        let place = painter.center(row: row, column: x)
        let color = canvas.color(x: Int(place.x), y: Int(place.y))
        #expect((color != plain.color(x: Int(place.x), y: Int(place.y))) == isWarm)
      }
    }
  }

  @Test(arguments: Theme.all)
  func `a layer of attention shows the bricks under it, below a scale`(theme: Theme) throws {
    let world = Breakout()
    let options = PictureOptions(size: 720, theme: theme, look: .arcade)
    let plain = try painter(world, options)
    let scaled = try BreakoutPainter(
      world, facts: CaptionFacts(world: "breakout", trainer: "ppo"), options: options,
      hasOverlay: true)
    #expect(scaled.height > plain.height && scaled.width == plain.width)
    let cells = [Float](repeating: 1, count: 24 * 80)
    let scene = try BreakoutGame().scene(after: 0, heat: { _ in cells })
    let (warm, cold) = (try drawn(scene, plain), try drawn(BreakoutGame().scene(after: 0), plain))
    func color(_ canvas: Canvas, _ brick: Int) -> Color {
      let place = world.board.place(ofBrick: brick)
      let center = plain.center(row: place.row, column: place.column + 2)
      return canvas.color(x: Int(center.x), y: Int(center.y))
    }
    let rows = stride(from: 0, to: world.board.brickCount, by: world.board.brickColumns)
    #expect(rows.allSatisfy { color(warm, $0) != color(cold, $0) })
    // As many colours as there are rows of bricks.
    #expect(Set(rows.map { color(warm, $0) }).count == Set(rows.map { color(cold, $0) }).count)
  }

  @Test(arguments: looks, Theme.all)
  func `a film's palette is as close as promised`(
    look: PictureOptions.Look, theme: Theme
  ) throws {
    let game = BreakoutGame(limit: 900)
    let world = game.world
    let glow: FilmRequest.Heat = { BreakoutGame.glow(world, $0) }
    for (size, heat) in [(240, nil), (480, nil), (720, nil), (720, glow)] {
      var film = try film(game, PictureOptions(size: size, theme: theme, look: look), heat: heat)
      try expectPaletteKeepsItsPromise(&film, every: 9, "\(look) \(theme.name) \(size)")
    }
  }

  @Test(arguments: looks, Theme.all)
  func `games of Breakout look as they did`(look: PictureOptions.Look, theme: Theme) throws {
    let game = BreakoutGame()
    let painter = try painter(game.world, PictureOptions(size: 720, theme: theme, look: look))
    let hit = try #require(
      game.transitions.indices.first { game.transitions[$0].reward > 0 && $0 > 300 })
    let canvas = try drawn(try game.scene(after: hit + 2), painter)
    let state = try game.scene(after: hit + 2).state
    for (name, row, column) in [
      ("ball", Int(state.y), Int(state.x)), ("paddle", 22, Int(state.paddle) + 3),
    ] {
      let place = painter.center(row: row, column: column)
      let part = try Canvas(width: 96, height: 96)
      part.copy(
        canvas, Rect(center: place, width: 96, height: 96).aligned, to: Point(0, 0))
      try expectSnapshot(part, "breakout-\(look)-\(name)-\(theme.name)")
    }
  }
}
