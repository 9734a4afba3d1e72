import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing

@Suite struct LearningPicturesTests {
  private let pace = LearningFilm.Pace(framesPerSecond: 20, speed: 4)

  private func pictures(
    _ path: String, _ selection: EpisodeSelection? = nil, title: String = ""
  ) throws -> EpisodePictures {
    var request = EpisodePictureOptions()
    request.filter = selection.map { EpisodeFilter($0) }
    (request.size, request.picture.title) = (640, title)
    return try EpisodePictures(path, request)
  }

  /// The columns of an area of some frames.
  private func columns(
    _ film: LearningFilm, of area: Rect, in frames: [Int]
  ) throws -> [[[UInt32]]] {
    let (width, all) = (film.width, try pixels(film, frames))
    return all.map { picture in
      (Int(area.left)..<Int(area.right)).map { x in
        (Int(area.top)..<Int(area.bottom)).map { picture[$0 * width + x] }
      }
    }
  }

  @Test func `the curve is revealed from left to right, and the map changes on the way`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let film = try LearningPictures(pictures(path), pace: pace).film()
      let layout = LearningLayout(width: 640, .beside(hasMap: true))
      #expect(film.width == layout.width && film.height == layout.height)
      let frames = (0..<6).map { (film.frameCount - 1) * $0 / 5 }
      let curve = try columns(film, of: layout.curve, in: frames)
      let known = curve.map { picture in
        zip(picture, curve[5]).prefix { $0 == $1 }.count
      }
      #expect(known == known.sorted() && Set(known).count > 3, "\(known)")
      let maps = try columns(film, of: layout.map, in: frames)
      #expect(maps[0] != maps[2] && maps[2] != maps[5])
      let facts = try columns(film, of: layout.facts[0], in: frames)
      #expect(Set(facts).count > 3)
    }
  }

  @Test func `a frame is the same whatever was drawn before it`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let film = try LearningPictures(pictures(path), pace: pace).film()
      let last = film.frameCount - 1
      let frames = [0, last / 3, last / 2, last]
      let ascending = try pixels(film, frames)
      #expect(try Array(pixels(film, frames.reversed()).reversed()) == ascending)
      #expect(Set(ascending).count == 4)
    }
  }

  @Test func `the chosen episodes are shown in the order in which they were played`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.maze.made(in: folder)
      let forward = try LearningPictures(
        pictures(path, .several([.numbers(2...2), .last])), pace: pace)
      let backward = try LearningPictures(
        pictures(path, .several([.last, .numbers(2...2)])), pace: pace)
      let (film, other) = (try forward.film(), try backward.film())
      let frames = (0..<8).map { (film.frameCount - 1) * $0 / 7 }
      #expect(film.frameCount == other.frameCount)
      #expect(try pixels(film, frames) == pixels(other, frames))
      // A film with one episode is shorter.
      let one = try LearningPictures(pictures(path, .last), pace: pace).film()
      #expect(one.frameCount < film.frameCount)
      let titled = try LearningPictures(pictures(path, .last, title: "Words"), pace: pace).film()
      #expect(try pixels(titled, [0]) != pixels(one, [0]))
    }
  }

  @Test func `a network without places, and an evaluation, have no map`() throws {
    try withTemporaryFolder { folder in
      let snake = try LearningPictures(
        pictures(SmallRecording.snake.made(in: folder)), pace: pace
      ).film()
      let bare = LearningLayout(width: 640, .beside(hasMap: false))
      #expect(snake.width == bare.width && snake.height == bare.height)
      let maze = try SmallRecording.maze.recorded(in: folder)
      let played = "\(folder)/played.sqlite"
      _ = try Evaluation(of: maze, limits: .init(episodes: 3)).play(recordingTo: played)
      let film = try LearningPictures(pictures(played), pace: pace).film()
      #expect(film.height == bare.height)
      #expect(try pixels(film, [0]) != pixels(film, [film.frameCount - 1]))
    }
  }

  /// Two runs with different settings.
  private func pair(in folder: String) throws -> (String, String) {
    (
      try SmallRecording.maze.made(in: folder, as: "a"),
      try SmallRecording.maze.made(in: folder, as: "b", seed: 6, changing: [("gamma", "0.5")])
    )
  }

  @Test func `two runs are shown on one clock`() throws {
    try withTemporaryFolder { folder in
      let (first, second) = try pair(in: folder)
      let film = try LearningPictures(
        pictures(first), comparedWith: pictures(second), pace: pace
      ).film()
      let layout = LearningLayout(width: 640, .pair(aspect: 1))
      #expect(film.width == layout.width && film.height == layout.height)
      let frames = [0, film.frameCount / 2, film.frameCount - 1]
      #expect(Set(try columns(film, of: layout.curve, in: frames)).count == 3)
      let swapped = try LearningPictures(
        pictures(second), comparedWith: pictures(first), pace: pace
      ).film()
      #expect(try pixels(swapped, [0]) != pixels(film, [0]))
    }
  }

  @Test func `halves are named after what the runs differ in, or by a given label`() throws {
    try withTemporaryFolder { folder in
      func run(_ name: String, seed: UInt64, _ gamma: String) throws -> EpisodePictures {
        try pictures(
          SmallRecording.maze.made(in: folder, as: name, seed: seed, changing: [("gamma", gamma)]))
      }
      let (low, high) = (try run("a", seed: 5, "0.5"), try run("b", seed: 6, "0.9"))
      #expect(try low.names(beside: high) == ["gamma 0.5", "gamma 0.9"])
      let other = try run("c", seed: 7, "0.5")
      #expect(try low.names(beside: other) == ["qtable, seed 5", "qtable, seed 7"])
      let same = try run("d", seed: 5, "0.5")
      #expect(try low.names(beside: same) == ["a", "d"])
      var request = EpisodePictureOptions()
      request.label = "patient"
      let named = try EpisodePictures(high.recording.path, request)
      #expect(try low.names(beside: named) == ["gamma 0.5", "patient"])
    }
  }

  @Test func `the last cards say how each run ended`() throws {
    try withTemporaryFolder { folder in
      let (first, second) = try pair(in: folder)
      let film = try LearningPictures(
        pictures(first), comparedWith: pictures(second), pace: pace
      ).film()
      let end = try columns(
        film, of: Rect(x: 0, y: 56, width: 310, height: 200), in: [film.frameCount - 1])[0]
      // Words in three lines have far more than a card's few colours.
      #expect(Set(end.joined()).count > 40)
      let other = try columns(
        film, of: Rect(x: 310, y: 56, width: 310, height: 200), in: [film.frameCount - 1])[0]
      #expect(end != other)
    }
  }

  @Test func `numbers beside a curve are kept apart and inside it`() {
    typealias Case = (places: [Double], expected: [Double])
    let cases: [Case] = [
      ([], []), ([50], [50]), ([10, 80], [10, 80]), ([40, 45], [40, 60]), ([2], [5]),
      ([90, 99], [75, 95]), ([5, 5], [5, 25]),
    ]
    for (places, expected) in cases {
      #expect(places.apart(by: 20, in: 5...95) == expected)
    }
  }

  @Test func `a run without a finished episode has no film of learning`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.snake.made(in: folder, changing: [("steps", "2")])
      let error = try #require(throws: RunError.self) {
        try LearningPictures(pictures(path), pace: pace)
      }
      #expect(error.kind == .run && error.description.hasPrefix(path))
    }
  }
}
