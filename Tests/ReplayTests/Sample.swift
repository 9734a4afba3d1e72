import Recordings
import Replay
import Rollouts
import Testing
import Worlds

/// A played episode of one of the worlds, in memory.
struct Sample: EpisodeSource {
  let world: any World
  let steps: [Transition]

  /// The episode of a world by its name; a test fails if a world has none.
  init(_ name: String) throws {
    switch name {
    case "maze": self.init(GridWorld(try Maps.maze()))
    case "lake": self.init(GridWorld(try Maps.lake()))
    case "grid": self.init(GridWorld(try Maps.book()))
    case "crawler": self.init(Crawler())
    case "snake": self.init(world: Snake(), steps: SnakeGame().transitions)
    case "city":
      let city = CityWorld(try CityRide.map("grachten"))
      self.init(world: city, steps: CityRide(city, ticks: 60).transitions)
    case "breakout": self.init(world: Breakout(), steps: BreakoutGame(limit: 400).transitions)
    case "reacher": self.init(world: Reacher(), steps: ReacherRide().transitions)
    default: throw Missing(world: name)
    }
  }

  struct Missing: Error { let world: String }

  private init(_ world: some TabularWorld) {
    self.init(world: world, steps: Played(world, limit: 12).transitions)
  }

  private init(world: any World, steps: [Transition]) {
    self.world = world
    self.steps = steps
  }

  var episode: Episode {
    Episode(number: 1, steps: steps.count, ending: steps.last?.ending ?? .running)
  }
  func forEachEpisodes(_ body: ([Episode]) throws -> Void) rethrows { try body([episode]) }
  func transitions(of episode: Episode) -> () throws -> Transition? { Played.reader(of: steps) }

  /// The request to a painter to draw it.
  func request(
    _ options: PictureOptions = PictureOptions(size: 240), heat: FilmRequest.Heat? = nil
  ) -> FilmRequest {
    FilmRequest(
      [episode],
      of: RunDescription(
        world: world.description, trainer: "tester", seed: 7, configuration: .object([])),
      from: self, options: options, hold: 30, heat: heat)
  }
}
