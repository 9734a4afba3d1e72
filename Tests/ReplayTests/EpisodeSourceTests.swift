import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct EpisodeSourceTests {
  /// Two walks whose steps alternate, one of several pages.
  @Test func `a recording returns each episode's transitions as they were recorded`() throws {
    let world = GridWorld(try Maps.lake())
    var run = RunDescription(
      world: world.description, trainer: "tester", seed: 7, configuration: .object([]))
    run.worlds = 2
    let lengths = [5000, 300, 4700]
    var told: [Int: [Transition]] = [:]
    try withTemporaryFolder { folder in
      var writer = try RecordingWriter(
        creating: "\(folder)/walks.sqlite", run,
        initial: Checkpoint(step: 0, kind: "none", parameters: []))
      var open = [1, 2]
      for step in 0..<10_000 {
        let number = open[step % 2]
        let t = told[number, default: []].count
        let isLast = t == lengths[number - 1] - 1
        let transition = Transition(
          episode: number, state: .index(t % 16), action: .index(step % 4), reward: Double(step),
          next: .index((t + 1) % 16), ending: isLast ? .truncated : .running)
        told[number, default: []].append(transition)
        try writer.record(transition)
        if isLast, step % 2 == 1 { open[1] = 3 }
      }
      try writer.finish()
      let recording = try Recording("\(folder)/walks.sqlite")
      let episodes = try recording.episodes()
      #expect(episodes.map(\.steps) == lengths)
      for episode in episodes {
        let next = recording.transitions(of: episode)
        var found: [Transition] = []
        while let transition = try next() { found.append(transition) }
        #expect(found == told[episode.number])
      }
      var film = EpisodeFilm(
        scenes: GridScenes(world, seed: 7),
        painter: try GridPainter(world, facts: CaptionFacts(world: "", trainer: "")),
        episodes: Array(episodes.suffix(2)), from: recording)
      #expect(film.frameCount == 301 + 4701)
      #expect(try film.scene(of: 301 + 4700).state == 4700 % 16)
    }
  }
}
