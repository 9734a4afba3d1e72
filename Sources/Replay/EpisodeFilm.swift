package import Raster
package import Recordings
package import Rollouts

/// The frames of one or more recorded episodes, drawn while their transitions are read.
///
/// An episode of N steps has N + 1 frames; the first shows its initial state, and frames of different
/// episodes never mix. Memory does not grow with the number of frames.
package struct EpisodeFilm<Scenes: SceneBuilder, Drawing: Painter>: FrameSource
where Scenes.Scene == Drawing.Scene {
  /// Returns an episode's transitions one by one, then nil.
  package typealias Transitions = () throws -> Transition?

  /// The frames of each episode.
  package private(set) var chapters: [Range<Int>]

  private let scenes: Scenes
  let painter: Drawing
  private var episodes: [Episode]
  private let transitions: (Episode) throws -> Transitions
  private let holdAfterEpisodes: Int
  private var reading: Reading?

  /// The film's position in the recording.
  private struct Reading {
    /// The episode's index in the film.
    var episode: Int
    var scene: Scenes.Scene
    /// The next transition, read ahead; nil at the end.
    var ahead: Transition?
    var next: Transitions
  }

  /// A film of episodes in the given order; `hold` is how much longer each one's last frame stays,
  /// in hundredths of a second.
  package init(
    scenes: Scenes, painter: Drawing, episodes: [Episode], hold: Int = 0,
    transitions: @escaping (Episode) throws -> Transitions
  ) {
    self.scenes = scenes
    self.painter = painter
    self.episodes = episodes
    self.transitions = transitions
    holdAfterEpisodes = hold
    chapters = Self.chapters(of: episodes)
  }

  private static func chapters(of episodes: [Episode]) -> [Range<Int>] {
    var count = 0
    return episodes.map { episode in
      let first = count
      count += episode.steps + 1
      return first..<count
    }
  }

  /// A film of episodes of a recording.
  package init(
    scenes: Scenes, painter: Drawing, episodes: [Episode], hold: Int = 0,
    from source: any EpisodeSource
  ) {
    self.init(scenes: scenes, painter: painter, episodes: episodes, hold: hold) {
      try source.transitions(of: $0)
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

  /// Draws a frame; drawing frames in ascending order is fastest.
  package mutating func draw(_ frame: Int, onto canvas: Canvas) throws {
    painter.draw(try scene(of: frame), onto: canvas)
  }

  /// The scene of a frame.
  package mutating func scene(of frame: Int) throws -> Scenes.Scene {
    let (episode, t) = place(of: frame)
    // Cleared while something may fail, so that the film starts afresh after a failure.
    var reading =
      try self.reading.take().flatMap { $0.episode == episode && $0.scene.t <= t ? $0 : nil }
      ?? begin(episode)
    while reading.scene.t < t {
      guard let transition = reading.ahead else {
        throw short(episodes[episode], found: reading.scene.t)
      }
      try scenes.advance(&reading.scene, by: transition)
      reading.ahead = try reading.next()
    }
    self.reading = reading
    return reading.scene
  }

  private func begin(_ episode: Int) throws -> Reading {
    let known = episodes[episode]
    let next = try transitions(known)
    guard let first = try next() else { throw short(known, found: 0) }
    return Reading(
      episode: episode, scene: try scenes.first(of: known, in: first.state), ahead: first,
      next: next)
  }

  private func short(_ episode: Episode, found: Int) -> ReplayError {
    .short(episode: episode.number, found: found, expected: episode.steps)
  }

  private func place(of frame: Int) -> (episode: Int, t: Int) {
    precondition((0..<frameCount).contains(frame), "the film has no such frame")
    let episode = chapters.place(of: frame)
    return (episode, frame - chapters[episode].lowerBound)
  }
}

/// A film whose painter can draw other episodes of its run too, and has drawn the static parts already.
package protocol PaintedFilm: FrameSource {
  /// A film of another episode with the same painter; its captions have the same columns.
  func film(of episode: Episode) -> Self
}

extension EpisodeFilm: PaintedFilm {
  package func film(of episode: Episode) -> EpisodeFilm {
    var film = self
    (film.episodes, film.chapters) = ([episode], Self.chapters(of: [episode]))
    film.reading = nil
    return film
  }
}
