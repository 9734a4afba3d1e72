import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct SnakePainterTests {
  private func painter(_ options: PictureOptions = PictureOptions()) throws -> SnakePainter {
    try SnakePainter(
      Snake(), facts: CaptionFacts(world: "snake", trainer: "dqn"), options: options)
  }

  private func film(
    _ game: SnakeGame, _ options: PictureOptions = PictureOptions()
  ) throws -> EpisodeFilm<SnakeScenes, SnakePainter> {
    EpisodeFilm(
      scenes: SnakeScenes(), painter: try painter(options), episodes: [game.episode()]
    ) { _ in Played.reader(of: game.transitions) }
  }

  @Test func `a game's scenes follow its states, steps and rewards`() throws {
    let game = SnakeGame()
    var stage = try ScenePlayer(SnakeScenes(), game.episode(), game.transitions.first)
    #expect(stage.scene.t == 0 && stage.scene.action == nil)
    var total = 0.0
    for (t, transition) in game.transitions.enumerated() {
      try stage.advance(transition)
      total += transition.reward
      #expect(Value.bytes(stage.scene.state.bytes) == transition.next)
      #expect(stage.scene.t == t + 1 && stage.scene.totalReturn == total)
    }
    #expect(stage.scene.ending == .terminated && stage.scene.state.end != .none)
    #expect(stage.scene.state.score > 5, "the game has food in it")
  }

  @Test func `a state or action of another world is an error that names the step`() throws {
    let game = SnakeGame()
    var stage = try ScenePlayer(SnakeScenes(), game.episode(), game.transitions.first)
    try stage.advance(game.transitions[0])
    var foreign = game.transitions[1]
    foreign.next = .bytes([1, 2, 3])
    #expect(throws: ReplayError.foreignState(episode: 1, step: 1)) { try stage.advance(foreign) }
    foreign.next = .index(4)
    #expect(throws: ReplayError.foreignState(episode: 1, step: 1)) { try stage.advance(foreign) }
    foreign = game.transitions[1]
    foreign.action = .index(3)
    #expect(throws: ReplayError.foreignAction(episode: 1, step: 1)) { try stage.advance(foreign) }
  }

  @Test func `every cell of the snake is painted, and the food is where the state has it`() throws {
    let game = SnakeGame()
    let painter = try painter(PictureOptions(size: 720, showsCaption: false))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    for steps in [0, 40, game.transitions.count / 2, game.transitions.count - 1] {
      let scene = try game.scene(after: steps)
      painter.draw(scene, onto: canvas)
      let side = Double(canvas.width) / 34
      #expect(side > 20)
      let food = try #require(scene.state.foodCell)
      let place = painter.center(of: food)
      #expect(canvas.color(x: Int(place.x), y: Int(place.y + side * 0.1)) == Theme.light.negative)
      for cell in scene.state.cells.dropLast() {
        let place = painter.center(of: cell)
        let color = canvas.color(x: Int(place.x), y: Int(place.y))
        #expect(color != Theme.light.floor && color.green > color.red, "\(cell) in \(steps)")
      }
    }
  }

  @Test func `a film's palette is as close as promised`() throws {
    let game = SnakeGame()
    for theme in Theme.all {
      for size in [240, 480, 720] {
        var film = try film(game, PictureOptions(size: size, theme: theme, title: "A game"))
        try expectPaletteKeepsItsPromise(&film, every: 5, "\(theme.name) \(size)")
      }
    }
  }
}
