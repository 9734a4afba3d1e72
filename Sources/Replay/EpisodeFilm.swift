package import Raster
package import Rollouts

/// The frames of one or more recorded episodes, drawn while their transitions are read.
///
/// An episode of N steps has N + 1 frames; the first shows its initial state, and none shows a
/// neighbour's. Memory does not grow with the number of frames.
package struct EpisodeFilm<Scenes: Stage, Drawing: Painter>: FrameSource
where Scenes.Scene == Drawing.Scene {
  /// Hands over an episode's transitions one by one, then nil.
  package typealias Transitions = () throws -> Transition?

  /// The frames of each episode.
  package let chapters: [Range<Int>]

  private let painter: Drawing
  private let episodes: [ReplayEpisode]
  private let transitions: (ReplayEpisode) throws -> Transitions
  private let holdAfterEpisodes: Int

  private var stage: Scenes
  private var reading: Reading?

  /// Where in the recording the stage stands.
  private struct Reading {
    var episode: Int
    var t: Int
    /// The transition that leads on from here, read ahead; nil at the end.
    var ahead: Transition?
    var next: Transitions
  }

  /// A film of episodes in the order given; `hold` is how much longer each one's last frame stays,
  /// in hundredths of a second.
  package init(
    stage: Scenes, painter: Drawing, episodes: [ReplayEpisode], hold: Int = 0,
    transitions: @escaping (ReplayEpisode) throws -> Transitions
  ) {
    self.stage = stage
    self.painter = painter
    self.episodes = episodes
    self.transitions = transitions
    holdAfterEpisodes = hold
    var count = 0
    chapters = episodes.map { episode in
      let first = count
      count += episode.steps + 1
      return first..<count
    }
  }

  /// How many frames there are.
  package var frameCount: Int { chapters.last?.upperBound ?? 0 }
  /// Pixels from left to right.
  package var width: Int { painter.width }
  /// Pixels from top to bottom.
  package var height: Int { painter.height }
  /// The painter's colours.
  package var declaredColors: [Color] { painter.declaredColors }

  /// How much longer an episode's last frame stays.
  package func hold(after frame: Int) -> Int {
    let (episode, t) = place(of: frame)
    return t == episodes[episode].steps ? holdAfterEpisodes : 0
  }

  /// Draws a frame; frames are best asked for in ascending order.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    painter.draw(try scene(of: frame), onto: canvas)
  }

  /// What a frame shows.
  package mutating func scene(of frame: Int) throws -> Scenes.Scene {
    let (episode, t) = place(of: frame)
    let known = reading
    // Given up while something may fail, so that a film starts afresh after a failure.
    reading = nil
    var reading =
      try known.flatMap { $0.episode == episode && $0.t <= t ? $0 : nil }
      ?? begin(episode)
    while reading.t < t {
      guard let transition = reading.ahead else {
        throw ReplayError.short(
          episode: episodes[episode].number, found: reading.t, expected: episodes[episode].steps)
      }
      try stage.advance(transition)
      reading.ahead = try reading.next()
      reading.t += 1
    }
    self.reading = reading
    return stage.scene
  }

  private mutating func begin(_ episode: Int) throws -> Reading {
    let next = try transitions(episodes[episode])
    let first = try next()
    try stage.begin(episodes[episode], first: first)
    return Reading(episode: episode, t: 0, ahead: first, next: next)
  }

  private func place(of frame: Int) -> (episode: Int, t: Int) {
    precondition((0..<frameCount).contains(frame), "the film has no such frame")
    let episode = chapters.place(of: frame)
    return (episode, frame - chapters[episode].lowerBound)
  }
}
