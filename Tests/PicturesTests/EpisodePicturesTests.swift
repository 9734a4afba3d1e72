import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct EpisodePicturesTests {
  private func request(
    _ selection: EpisodeSelection, size: Int = 160
  ) -> EpisodePictureOptions {
    var request = EpisodePictureOptions()
    request.filter = EpisodeFilter(selection)
    request.size = size
    return request
  }

  /// Episodes that were read beforehand.
  private struct Memory: EpisodeSource {
    let all: [(episode: Episode, steps: [Transition])]

    init(_ recording: Recording) throws {
      all = try recording.episodes().map { episode in
        (episode, try recording.steps(of: episode).map(\.transition))
      }
    }

    func forEachEpisodes(_ body: ([Episode]) throws -> Void) rethrows {
      try body(all.map(\.episode))
    }

    func transitions(of episode: Episode) -> () throws -> Transition? {
      var rest = (all.first { $0.episode == episode }?.steps ?? [])[...]
      return { rest.popFirst() }
    }
  }

  @Test(arguments: [SmallRecording.maze, .lake, .snake, .city, .reacher])
  func `episodes are drawn as their painter draws them from memory`(kind: SmallRecording) throws {
    try withTemporaryFolder { folder in
      let path = try kind.made(in: folder)
      let pictures = try EpisodePictures(path, request(.several([.first, .last])))
      let film = try pictures.film(hold: 0.3)
      #expect(film.chapters.map(\.count) == pictures.episodes.map { $0.steps + 1 })
      #expect(max(film.width, film.height) == 160)
      let recording = try Recording(path)
      let run = try recording.description()
      let painter = try PainterTable.builtIn.entry(for: kind.rawValue)
      let other = try painter.film(
        of: Catalog.builtIn.plan(of: run).world(),
        FilmRequest(
          pictures.episodes, of: run, from: Memory(recording), options: PictureOptions(size: 160)))
      let last = film.frameCount - 1
      let frames = [0, 1, film.chapters[0].upperBound - 1, film.chapters[0].upperBound, last]
      #expect(try pixels(film, frames) == pixels(other, frames))
      #expect(film.hold(after: last) == 30 && film.hold(after: 0) == 0)
    }
  }

  @Test func `the default is the best episode in the world's usual size`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let pictures = try EpisodePictures(path, EpisodePictureOptions())
      let best = try #require(try Recording(path).episodes().map(\.return).max())
      #expect(pictures.episodes.map(\.return) == [best])
      let film = try pictures.film()
      #expect(max(film.width, film.height) == PainterTable.builtIn["maze"]?.usualSize)
    }
  }

  @Test func `fewer frames are some of all frames, and always include the last`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let all = try EpisodePictures(path, request(.first))
      var few = request(.first)
      few.every = 4
      let steps = all.episodes[0].steps
      let film = try EpisodePictures(path, few).film()
      let kept = Array(stride(from: 0, to: steps, by: 4)) + [steps]
      #expect(film.frameCount == kept.count)
      #expect(try pixels(film) == pixels(all.film(), kept))
    }
  }

  @Test func `a caption is below the picture, which does not change`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let plain = try EpisodePictures(path, request(.first)).film()
      var captioned = request(.first)
      captioned.caption = "the first try"
      let film = try EpisodePictures(path, captioned).film()
      #expect(film.width == plain.width && film.height > plain.height)
      let (above, whole) = (try pixels(plain, [3])[0], try pixels(film, [3])[0])
      #expect(Array(whole.prefix(above.count)) == above)
      #expect(Set(whole.dropFirst(above.count)).count > 1, "words, and not an empty strip")
    }
  }

  @Test func `an option that a world lacks is refused with those it has`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      func refusal(_ change: (inout EpisodePictureOptions) -> Void) -> PainterError? {
        var request = request(.first)
        change(&request)
        return #expect(throws: PainterError.self) { try EpisodePictures(path, request) }
      }
      let camera = refusal { $0.picture.camera = .init(rawValue: "follow") }
      #expect(camera == .lacks("maze", "camera", "follow", has: ["whole"]))
      let look = refusal { $0.picture.look = .init(rawValue: "ascii") }
      #expect(look == .lacks("maze", "look", "ascii", has: []))
      var tables = PictureTables.builtIn
      tables.painters.entries.removeAll { $0.world == "maze" }
      #expect(
        throws: PainterError.unknownWorld("maze", known: tables.painters.entries.map(\.world))
      ) {
        try EpisodePictures(path, request(.first), by: tables)
      }
      tables = .builtIn
      tables.catalog.worlds.entries.removeAll { $0.name == "maze" }
      #expect(throws: RunError.self) { try EpisodePictures(path, request(.first), by: tables) }
    }
  }

  @Test func `missing episodes, and recordings without episodes, are refused`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let absent = #expect(throws: RecordingError.self) {
        try EpisodePictures(path, request(.numbers(61...70)))
      }
      #expect(absent?.kind == .absent)
      let missing = #expect(throws: RecordingError.self) {
        try EpisodePictures("\(folder)/none.sqlite", request(.first))
      }
      #expect(missing?.kind == .missing)
      let text = try SmallRecording.text.made(in: folder)
      #expect(throws: RunError.self) { try EpisodePictures(text, request(.first)) }
    }
  }

  @Test func `attention is drawn over what a policy that reads letters saw, and over no other`()
    throws
  {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.breakout.made(in: folder)
      let plain = try EpisodePictures(path, request(.first))
      func film(_ overlay: AttentionOverlay.Options) throws -> EpisodePictures {
        var asked = request(.first)
        asked.overlay = overlay
        return try EpisodePictures(path, asked)
      }
      let mean = try film(.init())
      #expect(mean.options.title == "where the policy looked: the mean of 2 heads")
      #expect(try film(.init(head: 2)).options.title == "where the policy looked: head 2 of 2")
      let frames = try [plain, mean, film(.init(head: 1)), film(.init(head: 2))].map {
        try pixels($0.film(), [10])[0]
      }
      #expect(Set(frames).count == 4, "the mean is neither of the heads")
      for head in [0, 3] {
        let error = #expect(throws: RunError.self) { try film(.init(head: head)) }
        #expect(error?.kind == .request)
      }
      var asked = request(.first)
      asked.overlay = .init()
      let maze = try SmallRecording.maze.made(in: folder)
      guard
        case .trainLetterPolicy? = try #require(
          throws: RunError.self, performing: { try EpisodePictures(maze, asked) }
        ).remedy
      else {
        Issue.record("such a policy can be trained")
        return
      }
    }
  }

  @Test func `tiles show episodes from the first to the last, with their returns`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let pictures = try EpisodePictures(path, request(.all, size: 400))
      let film = try pictures.grid(rows: 2, columns: 2, hold: 0.5)
      let chosen = [1, 20, 40, 60].map { pictures.episodes[$0 - 1] }
      var options = PictureOptions(size: 192, showsCaption: false)
      options.size = 192
      let painter = try PainterTable.builtIn.entry(for: "maze")
      let tiles = try chosen.map { episode in
        let inner = try painter.film(
          of: pictures.plan.world(),
          FilmRequest([episode], of: pictures.run, from: pictures.recording, options: options))
        let words = "episode \(episode.number) · return \(NumberText.short(episode.return))"
        return TiledFilm.Tile(inner, label: words)
      }
      let other = try TiledFilm(tiles, columns: 2, theme: .light)
      #expect(film.frameCount == (chosen.map(\.steps).max() ?? 0) + 1)
      let frames = [0, 5, film.frameCount - 1]
      #expect(try pixels(film, frames) == pixels(other, frames))
      #expect(film.hold(after: film.frameCount - 1) == 50)
      // Fewer episodes than places are all shown.
      let two = try EpisodePictures(path, request(.numbers(3...4))).grid(
        rows: 3, columns: 3, hold: 0)
      let longest = pictures.episodes[2...3].map(\.steps).max() ?? 0
      #expect(two.chapters.count == 1 && two.frameCount == longest + 1)
    }
  }

  @Test func `two runs play side by side, as long as the shorter list of episodes`() throws {
    try withTemporaryFolder { folder in
      let first = try EpisodePictures(
        SmallRecording.maze.made(in: folder, as: "a"), request(.numbers(1...3), size: 320))
      let second = try EpisodePictures(
        SmallRecording.maze.made(in: folder, as: "b", seed: 6), request(.numbers(1...2)))
      let film = try first.beside(second, hold: 0)
      let longest = zip(first.episodes, second.episodes).map { max($0.steps, $1.steps) + 1 }
      #expect(film.chapters.map(\.count) == longest && longest.count == 2)
      let alone = try EpisodePictures("\(folder)/a.sqlite", request(.first)).film()
      #expect(film.width >= 2 * alone.width)
      var captioned = request(.numbers(1...3), size: 320)
      captioned.caption = "two seeds"
      let words = try EpisodePictures("\(folder)/a.sqlite", captioned).beside(second, hold: 0)
      #expect(words.height > film.height)
      // A run beside itself moves alike on both sides.
      let same = try first.beside(first, hold: 0)
      #expect(same.chapters.map(\.count) == first.episodes.map { $0.steps + 1 })
    }
  }
}
