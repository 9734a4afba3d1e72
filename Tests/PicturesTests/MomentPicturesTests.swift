import Experiments
import Pictures
import Raster
import Recordings
import TestSupport
import Testing

@Suite struct MomentPicturesTests {
  private func request(size: Int) -> EpisodePictureOptions {
    var request = EpisodePictureOptions()
    request.size = size
    return request
  }

  @Test func `each clip shows the episode's own frames around its moment`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let recording = try Recording(path)
      let moments = try recording.moments()
      let film = try MomentPictures(path, request(size: 160)).film(hold: 0.5)
      #expect(film.chapters.count == moments.count)
      for (moment, clip) in zip(moments, film.chapters) {
        let episode = try recording.episode(moment.episode)
        let numbers = EpisodeSelection.numbers(moment.episode...moment.episode)
        var asked = request(size: 160)
        asked.filter = EpisodeFilter(numbers)
        let whole = try EpisodePictures(path, asked).film()
        let first = episode.steps <= 80 ? 0 : max(0, moment.t + 1 - 60)
        let last = episode.steps <= 80 ? episode.steps : min(episode.steps, moment.t + 1 + 20)
        #expect(clip.count == last - first + 1, "\(moment)")
        // The board, above all words, is that of the episode's film.
        for (frame, t) in [(clip.lowerBound, first), (clip.upperBound - 1, last)] {
          let (words, plain) = try (pixels(film, [frame])[0], pixels(whole, [t])[0])
          let board = film.width * 100
          #expect(words.count > plain.count && words.prefix(board) == plain.prefix(board))
        }
        // Viewers read first, then look at the moment and the end.
        #expect(film.hold(after: clip.lowerBound) >= 100)
        #expect(film.hold(after: clip.lowerBound + moment.t + 1 - first) >= 50)
        #expect(film.hold(after: clip.upperBound - 1) >= 50)
      }
    }
  }

  @Test func `moments with the same picture differ in their words`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let moments = try Recording(path).moments()
      let same = try #require(
        zip(moments.indices, moments.indices.dropFirst()).first {
          moments[$0].step == moments[$1].step
        })
      let film = try MomentPictures(path, request(size: 160)).film(hold: 0)
      let frames = [same.0, same.1].map { film.chapters[$0].lowerBound }
      let drawn = try pixels(film, frames)
      #expect(drawn[0] != drawn[1])
      #expect(drawn[0].prefix(film.width * 100) == drawn[1].prefix(film.width * 100))
    }
  }
}
