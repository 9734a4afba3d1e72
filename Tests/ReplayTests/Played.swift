import Raster
import Recordings
import Replay
import Rollouts
import Worlds

/// An episode played in a test, and the film of it.
struct Played {
  let episode: Episode
  let transitions: [Transition]

  /// Plays a tabular world with a random policy until it ends or reaches the limit.
  init(_ world: some TabularWorld, number: Int = 1, seed: UInt64 = 7, limit: Int = 40) {
    let generator = Generator(seed: seed)
    var state = world.dynamics.start
    var transitions: [Transition] = []
    for t in 0..<limit {
      let draws = generator.draws(for: .policy, episode: number, t: t)
      let legal = (0..<world.dynamics.actions).filter { world.dynamics.isLegal($0, in: state) }
      let action = legal[draws.pick(0, below: legal.count)]
      let step = world.step(state, action, generator.draws(for: .world, episode: number, t: t))
      let isLast = t == limit - 1 && step.ending == .running
      transitions.append(
        Transition(
          episode: number, state: .index(state), action: .index(action), reward: step.reward,
          next: .index(step.next), ending: isLast ? .truncated : step.ending))
      state = step.next
      if step.ending != .running { break }
    }
    self.transitions = transitions
    episode = Episode(
      number: number, steps: transitions.count, ending: transitions.last?.ending ?? .running)
  }

  /// Returns transitions one by one.
  static func reader(of transitions: [Transition]) -> () -> Transition? {
    var rest = transitions[...]
    return { rest.popFirst() }
  }
}

extension Episode {
  /// An episode of which a test needs only this.
  init(number: Int, steps: Int, ending: Ending) {
    self.init(
      number: number, seed: 7, firstStep: 0, stride: 1, steps: steps, return: 0, ending: ending)
  }
}

/// The maps that tests draw.
enum Maps {
  static func maze() throws -> GridMap {
    try GridMap(parsing: "reel map maze\n\nS...\n.#..\n..#.\n...G\n")
  }
  static func lake() throws -> GridMap {
    try GridMap(parsing: "reel map lake\n\nSFFF\nFHFH\nFFFH\nHFFG\n")
  }
  static func book() throws -> GridMap {
    try GridMap(parsing: "reel map grid\n\n_ _ _ 1\n_ # _ -1\nS _ _ _\n")
  }
  static func all() throws -> [GridMap] { [try maze(), try lake(), try book()] }
}

extension Played {
  /// The film of some episodes.
  static func film(
    _ world: GridWorld, _ episodes: [Played], seed: UInt64 = 7, hold: Int = 0,
    options: PictureOptions = PictureOptions(size: 240)
  ) throws -> EpisodeFilm<GridScenes, GridPainter> {
    let facts = CaptionFacts(world: "test", trainer: "qtable")
    return EpisodeFilm(
      scenes: GridScenes(world, seed: seed),
      painter: try GridPainter(world, facts: facts, options: options),
      episodes: episodes.map(\.episode), hold: hold
    ) { wanted in
      reader(of: episodes.first { $0.episode == wanted }?.transitions ?? [])
    }
  }
}
