import Experiments
import Film
import Pictures
import Raster
import Recordings
import Replay
import TestSupport
import Testing

/// The pictures of single moments, in any order.
struct StageTests {
  @Test(arguments: SmallRecording.allCases.filter { $0 != .text })
  func `every moment is as the film of its episode shows it, whatever was shown before`(
    small: SmallRecording
  ) throws {
    try withTemporaryFolder { folder in
      let path = try small.made(in: folder)
      var options = PictureOptions(size: 200, showsCaption: false)
      for theme in [Theme.light, .dark] {
        options.theme = theme
        let stage = try Stage(path)
        let episodes = try stage.recording.episodes().prefix(4)
        for episode in episodes.reversed() + episodes {
          var request = EpisodePictureOptions()
          request.filter = EpisodeFilter(.numbers(episode.number...episode.number))
          (request.size, request.picture) = (200, options)
          var film = try EpisodePictures(path, request).film()
          for t in [episode.steps, 0, episode.steps / 2] {
            let canvas = try Canvas(width: film.width, height: film.height)
            try film.draw(t, onto: canvas)
            let png = try stage.png(episode: episode.number, t: t, options)
            let shown = try PNGReader.canvas(from: png, path: "shown.png")
            #expect(words(of: shown) == words(of: canvas), "episode \(episode.number), t \(t)")
          }
        }
      }
    }
  }

  @Test func `a moment that an episode does not have is refused with one sentence`() throws {
    try withTemporaryFolder { folder in
      let stage = try Stage(SmallRecording.maze.made(in: folder))
      let episode = try stage.recording.episode(1)
      let error = #expect(throws: (any Error).self) {
        try stage.png(episode: 1, t: episode.steps + 1, PictureOptions())
      }
      #expect(error.map { "\($0)" } == "episode 1 has \(episode.steps) steps")
      #expect(throws: RecordingError.self) {
        try stage.png(episode: 1_000_000, t: 0, PictureOptions())
      }
    }
  }

  private func words(of canvas: Canvas) -> [UInt32] {
    canvas.withPixels { Array($0).map { $0 & 0xFF_FFFF } }
  }
}
