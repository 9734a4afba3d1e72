import Platform
import Raster
import Recordings
import Replay
import Rollouts
import Worlds

extension Benchmark {
  /// Frames that are drawn on one core and not stored; the film benchmarks measure the encoding.
  static let painters: [Benchmark] = [
    drawing("maze, 480 pixels", atLeast: 2000) { try Subject.walk(frames: 2000) },
    drawing("snake, 720 pixels", atLeast: 500) {
      let snake = Snake()
      let painter = try SnakePainter(snake, facts: facts("snake"), options: large())
      return film(of: snake, SnakeScenes(), painter) { state, draws in
        (0..<3).min {
          snake.reach(of: $0, in: state, draws) < snake.reach(of: $1, in: state, draws)
        }
          ?? 0
      }
    },
    drawing("city, 720 pixels", atLeast: 500) { try ride(.whole) },
    drawing("city, followed", atLeast: 500) { try ride(.follow) },
    drawing("reacher, 720 pixels", atLeast: 500) {
      let painter = try ReacherPainter(facts: facts("reacher"), options: large())
      return film(of: Reacher(), ReacherScenes(), painter) { _, draws in
        ReacherAction(Float(draws.pick(0, below: 3) - 1), Float(draws.pick(1, below: 3) - 1))
      }
    },
    drawing("breakout, 720 pixels", atLeast: 1000) { try game(.arcade) },
    drawing("breakout as text", atLeast: 1000) { try game(.ascii) },
  ]

  private static func drawing<Film: FrameSource & SendableMetatype>(
    _ name: String, atLeast limit: Double, _ film: @escaping @Sendable () throws -> Film
  ) -> Benchmark {
    rate("frames drawn: \(name)", "frames/s", atLeast: limit) {
      var film = try film()
      let canvas = try Canvas(width: film.width, height: film.height)
      let start = monotonicSeconds()
      for frame in 0..<film.frameCount { try film.draw(frame, onto: canvas) }
      return Double(film.frameCount) / (monotonicSeconds() - start)
    }
  }

  private static func ride(
    _ camera: PictureOptions.Camera
  ) throws -> EpisodeFilm<CityScenes, CityPainter> {
    let city = CityWorld(try CityMap(parsing: CityGenerator.geoJSON(seed: 4)))
    let painter = try CityPainter(city, facts: facts("city"), options: large(camera: camera))
    return film(of: city, CityScenes(city), painter) { _, draws in draws.pick(0, below: 3) }
  }

  private static func game(
    _ look: PictureOptions.Look
  ) throws -> EpisodeFilm<BreakoutScenes, BreakoutPainter> {
    let breakout = Breakout()
    let painter = try BreakoutPainter(
      breakout, facts: facts("breakout"), options: large(look: look))
    return film(of: breakout, BreakoutScenes(breakout), painter) { _, draws in
      draws.pick(0, below: 3)
    }
  }

  private static func facts(_ world: String) -> CaptionFacts {
    CaptionFacts(world: world, trainer: "nobody")
  }

  private static func large(
    camera: PictureOptions.Camera = .whole, look: PictureOptions.Look = .arcade
  ) -> PictureOptions {
    PictureOptions(size: 720, camera: camera, look: look)
  }

  /// The film of about a thousand steps, which a policy played beforehand.
  private static func film<W: ObservableWorld, S: SceneBuilder, P: Painter>(
    of world: W, _ scenes: S, _ painter: P, by policy: (W.State, Draws) -> W.Action
  ) -> EpisodeFilm<S, P> where S.Scene == P.Scene {
    let generator = Generator(seed: 1)
    var episodes: [[Transition]] = []
    while episodes.reduce(0, { $0 + $1.count }) < 1000 {
      let number = episodes.count + 1
      var state = world.start(generator.draws(for: .start, episode: number, t: 0))
      var transitions: [Transition] = []
      for t in 0..<1000 where transitions.last?.ending ?? .running == .running {
        let action = policy(state, generator.draws(for: .policy, episode: number, t: t))
        let step = world.step(state, action, generator.draws(for: .world, episode: number, t: t))
        transitions.append(
          Transition(
            episode: number, state: .bytes(state.bytes), action: action.recorded,
            reward: step.reward, next: .bytes(step.next.bytes), ending: step.ending))
        state = step.next
      }
      episodes.append(transitions)
    }
    return EpisodeFilm(
      scenes: scenes, painter: painter,
      episodes: episodes.enumerated().map { index, steps in
        Episode(
          number: index + 1, seed: 1, firstStep: 0, stride: 1, steps: steps.count, return: 0,
          ending: steps.last?.ending ?? .running)
      }
    ) { wanted in
      var rest = episodes[wanted.number - 1][...]
      return { rest.popFirst() }
    }
  }
}

extension Snake {
  /// The distance from the food after an action; large if the action ends the game.
  fileprivate func reach(of action: Int, in state: SnakeState, _ draws: Draws) -> Int {
    let next = step(state, action, draws).next
    guard next.end == .none, let head = next.cells.first, let food = state.foodCell else {
      return 1000
    }
    return abs(head.x - food.x) + abs(head.y - food.y)
  }
}
