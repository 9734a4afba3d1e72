import Raster
import Recordings
import Replay
import Rollouts
import Testing
import Worlds

@Suite struct EpisodeFilmTests {
  @Test func `an episode of n steps has n + 1 frames, the initial state first`() throws {
    for map in try Maps.all() {
      let world = GridWorld(map)
      let played = Played(world)
      var film = try Played.film(world, [played])
      #expect(film.frameCount == played.transitions.count + 1)
      let first = try film.scene(of: 0)
      #expect(first.state == world.dynamics.start)
      #expect(first.t == 0 && first.action == nil && first.totalReturn == 0)
      for (t, transition) in played.transitions.enumerated() {
        let scene = try film.scene(of: t + 1)
        #expect(transition.next == .index(scene.state))
        #expect(scene.t == t + 1 && scene.ending == transition.ending)
      }
      let sum = played.transitions.reduce(0) { $0 + $1.reward }
      #expect(try film.scene(of: film.frameCount - 1).totalReturn == sum)
    }
  }

  @Test func `no frame shows a neighbour's episode, and only last frames are held`() throws {
    let world = GridWorld(try Maps.maze())
    let episodes = (1...3).map { Played(world, number: $0, limit: 5 * $0) }
    var film = try Played.film(world, episodes, hold: 100)
    var frame = 0
    for played in episodes {
      for t in 0...played.episode.steps {
        let scene = try film.scene(of: frame)
        #expect(scene.episode == played.episode.number && scene.t == t)
        #expect(scene.steps == played.episode.steps)
        #expect(film.hold(after: frame) == (t == played.episode.steps ? 100 : 0))
        frame += 1
      }
    }
    #expect(frame == film.frameCount)
  }

  @Test func `a frame looks the same however it was reached`() throws {
    let world = GridWorld(try Maps.lake())
    let episodes = (1...3).map { Played(world, number: $0) }
    var forward = try Played.film(world, episodes)
    var backward = forward
    let canvas = try Canvas(width: forward.width, height: forward.height)
    let other = try Canvas(width: forward.width, height: forward.height)
    var seen: [Int: [UInt32]] = [:]
    for frame in 0..<forward.frameCount {
      try forward.draw(frame, onto: canvas)
      seen[frame] = canvas.withPixels { Array($0) }
    }
    for frame in (0..<backward.frameCount).reversed() {
      try backward.draw(frame, onto: other)
      #expect(other.withPixels { Array($0) } == seen[frame])
    }
  }

  @Test func `an episode is read once while its frames ascend`() throws {
    let world = GridWorld(try Maps.maze())
    let played = Played(world)
    var opened = 0
    var film = EpisodeFilm(
      scenes: GridScenes(world, seed: 7),
      painter: try GridPainter(world, facts: CaptionFacts(world: "", trainer: "")),
      episodes: [played.episode]
    ) { _ in
      opened += 1
      return Played.reader(of: played.transitions)
    }
    for frame in 0..<film.frameCount { _ = try film.scene(of: frame) }
    #expect(opened == 1)
  }

  @Test func `an episode shorter than the recording says is an error that names it`() throws {
    let world = GridWorld(try Maps.maze())
    let played = Played(world, number: 12, limit: 9)
    var film = EpisodeFilm(
      scenes: GridScenes(world, seed: 7),
      painter: try GridPainter(world, facts: CaptionFacts(world: "", trainer: "")),
      episodes: [played.episode]
    ) { _ in Played.reader(of: Array(played.transitions.prefix(4))) }
    let error = #expect(throws: ReplayError.self) { try film.scene(of: 9) }
    #expect(error == .short(episode: 12, found: 4, expected: 9))
    #expect(error?.description.contains("episode 12") == true)
    #expect(try film.scene(of: 2).t == 2, "the film continues after a failure")
  }

  @Test func `a missing episode is an error`() throws {
    let world = GridWorld(try Maps.maze())
    var film = EpisodeFilm(
      scenes: GridScenes(world, seed: 7),
      painter: try GridPainter(world, facts: CaptionFacts(world: "", trainer: "")),
      episodes: [Episode(number: 3, steps: 5, ending: .interrupted)]
    ) { _ in { nil } }
    #expect(film.frameCount == 6)
    #expect(throws: ReplayError.short(episode: 3, found: 0, expected: 5)) {
      try film.scene(of: 0)
    }
  }
}
