import Analysis
import Recordings
import Rollouts
import Worlds

extension PainterTable {
  /// The painters of Reel's own worlds.
  package static let builtIn = PainterTable(
    GridKind.allCases.map(PainterEntry.grid) + [.crawler, .snake, .city, .breakout, .reacher],
    foreign: [
      .cartPole, .mountainCar, .mountainCarContinuous, .pendulum, .acrobot, .recordedReacher, .taxi,
      .cliffWalking,
    ])
}

extension PainterEntry {
  /// Mazes, lakes and CS188 grids.
  fileprivate static func grid(_ kind: GridKind) -> PainterEntry {
    PainterEntry(
      kind.rawValue,
      name: { (world: GridWorld) in
        // Long titles do not fit into the strip.
        let map = world.map
        return map.title.isEmpty || map.title.count > 11
          ? "\(kind.rawValue) \(map.rows)×\(map.columns)" : map.title
      }, cells: { $0.map.cells.map(HeatMap.Cell.init) }
    ) { world, context in
      (
        // Other programs have other random numbers.
        GridScenes(
          world, seed: context.request.run.world.name == kind.rawValue ? context.seed : nil),
        try GridPainter(world, facts: context.facts, options: context.options)
      )
    }
  }

  fileprivate static let crawler = PainterEntry("crawler") { (world: Crawler, context) in
    (
      CrawlerScenes(world),
      try CrawlerPainter(world, facts: context.facts, options: context.options)
    )
  }

  fileprivate static let snake = PainterEntry("snake", usualSize: 720, map: SnakePlaces.view) {
    (world: Snake, context) in
    (SnakeScenes(), try SnakePainter(world, facts: context.facts, options: context.options))
  }

  fileprivate static let city = PainterEntry(
    "city", usualSize: 720, cameras: [.whole, .follow],
    // A city's name is written above its map if there is space.
    name: { $0.map.name.isEmpty ? "city" : $0.map.name }, map: CityPlaces.view
  ) { (world: CityWorld, context) in
    var scenes = CityScenes(world)
    try context.forEachEpisodes { scenes.countLaps(of: $0) }
    return (scenes, try CityPainter(world, facts: context.facts, options: context.options))
  }

  fileprivate static let breakout = PainterEntry(
    "breakout", usualSize: 720, looks: [.arcade, .ascii], hasOverlay: true
  ) { (world: Breakout, context) in
    (
      BreakoutScenes(world, heat: context.heat),
      try BreakoutPainter(
        world, facts: context.facts, options: context.options, hasOverlay: context.heat != nil)
    )
  }

  fileprivate static let reacher = PainterEntry("reacher") { (world: Reacher, context) in
    (ReacherScenes(), try ReacherPainter(facts: context.facts, options: context.options))
  }
}

extension HeatMap.Cell {
  /// The kind of a grid's cell in a heat map.
  fileprivate init(_ cell: Cell) {
    self =
      switch cell {
      case .wall: .wall
      case .goal: .goal
      case .hole: .hole
      case .floor, .exit: .floor
      }
  }
}
