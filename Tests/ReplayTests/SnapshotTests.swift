import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct SnapshotTests {
  private func crop(_ canvas: Canvas, x: Int, y: Int) throws -> Canvas {
    let part = try Canvas(width: min(96, canvas.width), height: min(96, canvas.height))
    part.copy(
      canvas,
      Rect(x: Double(x), y: Double(y), width: Double(part.width), height: Double(part.height)),
      to: Point(0, 0))
    return part
  }

  private func scene(
    _ state: Int, from: Int, action: Int, executed: Int? = nil, ending: Ending = .running
  ) -> GridScene {
    var trail = Trail<Int>(capacity: GridDetails.trailLength)
    for place in [0, 1, from, state] { trail.append(place) }
    return GridScene(
      episode: 7, t: 3, steps: 6, state: state, previous: from, action: action, reward: -1,
      totalReturn: -3, ending: ending,
      details: GridDetails(executed: executed ?? action, trail: trail))
  }

  @Test(arguments: Theme.all)
  func `pictures of grid worlds look as they did`(theme: Theme) throws {
    let scenes: [(name: String, map: GridMap, scene: GridScene)] = [
      ("maze-bump", try Maps.maze(), scene(2, from: 2, action: 0)),
      ("maze-goal", try Maps.maze(), scene(15, from: 11, action: 1, ending: .terminated)),
      ("lake-slip", try Maps.lake(), scene(2, from: 1, action: 1, executed: 2)),
      ("lake-fall", try Maps.lake(), scene(5, from: 1, action: 1, ending: .terminated)),
      ("grid-exit", try Maps.book(), scene(11, from: 11, action: 4, ending: .terminated)),
    ]
    for (name, map, scene) in scenes {
      let painter = try GridPainter(
        GridWorld(map), facts: CaptionFacts(world: "test", trainer: "qtable"),
        options: PictureOptions(size: 96, theme: theme))
      let canvas = try Canvas(width: painter.width, height: painter.height)
      painter.draw(scene, onto: canvas)
      try expectSnapshot(canvas, "\(name)-\(theme.name)")
    }
  }

  @Test func `a caption looks as it did`() throws {
    let map = try Maps.lake()
    let painter = try GridPainter(
      GridWorld(map), facts: CaptionFacts(world: "lake 4×4", trainer: "qtable"))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    painter.draw(scene(5, from: 1, action: 1, executed: 0, ending: .terminated), onto: canvas)
    try expectSnapshot(try crop(canvas, x: 0, y: 400), "caption-left")
    try expectSnapshot(try crop(canvas, x: canvas.width - 96, y: 400), "caption-right")
  }

  @Test(arguments: Theme.all)
  func `the crawler looks as it did`(theme: Theme) throws {
    let painter = try CrawlerPainter(
      Crawler(), facts: CaptionFacts(world: "crawler", trainer: "qtable"),
      options: PictureOptions(size: 96, theme: theme, showsCaption: false))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    painter.draw(
      CrawlerScene(
        episode: 1, t: 5, steps: 9, state: Crawler.state(arm: 1, hand: 4), totalReturn: 37,
        details: NoDetails()),
      onto: canvas)
    try expectSnapshot(canvas, "crawler-\(theme.name)")
  }

  @Test(arguments: Theme.all)
  func `cities look as they did`(theme: Theme) throws {
    let world = CityWorld(try CityRide.map("grachten"))
    let ride = CityRide(world, ticks: 40)
    for camera in [PictureOptions.Camera.whole, .follow] {
      let painter = try CityPainter(
        world, facts: CaptionFacts(world: "Grachten", trainer: "dqn"),
        options: PictureOptions(size: camera == .follow ? 480 : 720, theme: theme, camera: camera))
      let canvas = try Canvas(width: painter.width, height: painter.height)
      var stage = try ScenePlayer(CityScenes(world), ride.episode(), ride.transitions.first)
      for transition in ride.transitions { try stage.advance(transition) }
      painter.draw(stage.scene, onto: canvas)
      let car = painter.position(of: stage.scene.state.position, in: stage.scene.state)
      try expectSnapshot(
        try crop(canvas, x: Int(car.x) - 48, y: Int(car.y) - 48), "city-\(camera)-\(theme.name)")
    }
  }

  @Test(arguments: Theme.all)
  func `games of Snake look as they did`(theme: Theme) throws {
    let game = SnakeGame()
    let painter = try SnakePainter(
      Snake(), facts: CaptionFacts(world: "snake", trainer: "dqn"),
      options: PictureOptions(size: 480, theme: theme))
    let canvas = try Canvas(width: painter.width, height: painter.height)
    for (name, steps) in [("start", 0), ("death", game.transitions.count)] {
      let scene = try game.scene(after: steps)
      painter.draw(scene, onto: canvas)
      let head = painter.center(of: try #require(scene.state.cells.first))
      try expectSnapshot(
        try crop(canvas, x: Int(head.x) - 48, y: Int(head.y) - 48),
        "snake-\(name)-\(theme.name)")
    }
  }
}
