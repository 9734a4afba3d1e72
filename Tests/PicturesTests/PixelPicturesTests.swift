import Experiments
import Film
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import SQLite
import TestSupport
import Testing

/// Pictures of recordings that hold pixels of some episodes.
@Suite struct PixelPicturesTests {
  private static let steps = 6

  /// The picture of an episode after some steps: a colour that nothing else has.
  private func picture(_ episode: Int, _ t: Int) throws -> Canvas {
    try Canvas(
      width: 80, height: 60,
      background: Color(red: UInt8(10 * episode), green: UInt8(30 * t), blue: 77))
  }

  /// A run of some episodes, the later the better, with pictures of every second step.
  private func recorded(
    _ world: String, episodes count: Int = 4, withPixels: [Int], in folder: String
  ) throws -> String {
    let fields = ["x", "x_velocity", "theta", "theta_velocity"].enumerated().map {
      Field("state", $1, type: "float32", offset: 4 * $0, count: 1, "")
    }
    let run = RunDescription(
      world: WorldDescription(
        name: world, actions: [ActionMeaning("left"), ActionMeaning("right")], fields: fields),
      trainer: "python", seed: 1, configuration: [:])
    let path = "\(folder)/\(world)-\(withPixels.count).sqlite"
    let header: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)
    var writer = try RecordingWriter(
      creating: path, run, initial: Checkpoint(step: 0, kind: "none", parameters: header))
    func state(_ t: Int) -> Value {
      .bytes((0..<16).map { $0 % 4 == 2 ? UInt8(t) : 0 })
    }
    for episode in 1...count {
      for t in 0..<Self.steps {
        try writer.record(
          Transition(
            episode: episode, state: state(t), action: .index(t % 2), reward: Double(episode),
            next: state(t + 1), ending: t == Self.steps - 1 ? .terminated : .running))
      }
    }
    try writer.finish()
    let database = try Database(path, .writing)
    for episode in withPixels {
      for t in stride(from: 0, through: Self.steps, by: 2) {
        try database.run(
          "INSERT INTO images VALUES (?, ?, x'00', ?)", .integer(episode), .integer(t),
          .blob(try picture(episode, t).encodedPNG()))
      }
    }
    try database.close()
    return path
  }

  private func pictures(
    _ path: String, _ episodes: String? = nil, look: PictureOptions.Look? = nil
  ) throws -> EpisodePictures {
    var request = EpisodePictureOptions()
    (request.size, request.picture.look) = (240, look)
    request.filter = try episodes.map { EpisodeFilter(try #require(EpisodeSelection($0))) }
    return try EpisodePictures(path, request)
  }

  /// Which pictures are seen in the frames of a film, as episode and step; nil for none.
  private func shown(_ film: any FrameSource) throws -> [[Int]?] {
    try pixels(film).map { pixels in
      pixels.first { $0 & 0xFF == 77 && pixels.count(of: $0) > 5000 }.map {
        [Int($0 >> 16 & 0xFF) / 10, Int($0 >> 8 & 0xFF) / 30]
      }
    }
  }

  @Test func `the pictures of a recording are read by time and by episode`() throws {
    try withTemporaryFolder { folder in
      let path = try recorded("Mystery-v0", withPixels: [2, 3], in: folder)
      let database = try Database(path, .writing)
      try database.run("UPDATE images SET png = NULL WHERE episode = 3")
      try database.run("INSERT INTO images VALUES (9, 1, x'00', NULL), (2, 4, x'00', x'0102')")
      try database.close()
      let recording = try Recording(path)
      #expect(try recording.episodesWithImages() == [2])
      var times: [Int] = []
      try recording.forEachImage(of: 2) { times.append($0.t) }
      #expect(times == [0, 2, 4, 4, 6])
      #expect(try recording.image(of: 2, at: 3)?.t == 2)
      #expect(try recording.image(of: 2, at: 5) == RecordedImage(t: 4, png: [1, 2]))
      #expect(try recording.image(of: 3, at: 5) == RecordedImage(t: 4, png: nil))
      #expect(try recording.image(of: 1, at: 5) == nil && recording.image(of: 2, at: -1) == nil)
      let old = try Recording("\(Repository.root)/Tests/RecordingsTests/Fixtures/format-1.sqlite")
      #expect(try old.episodesWithImages().isEmpty && old.image(of: 1, at: 0) == nil)
      try old.forEachImage(of: 1) { _ in Issue.record("format 1 has no pictures") }
    }
  }

  @Test func `an unknown world is drawn by its recorded pixels, or else as charts`() throws {
    try withTemporaryFolder { folder in
      let path = try recorded("Mystery-v0", withPixels: [1, 3], in: folder)
      let third = try pictures(path, "3")
      #expect(third.remark == nil)
      #expect(
        try shown(third.film()) == [[3, 0], [3, 0], [3, 2], [3, 2], [3, 4], [3, 4], [3, 6]])
      let best = try pictures(path)
      #expect(best.episodes.map(\.number) == [4])
      #expect(
        best.remark
          == "episode 4 has no pixels, and charts are shown; episodes 1 and 3 have them")
      let charts = try pictures(path, "4", look: .charts)
      #expect(try pixels(best.film()) == pixels(charts.film()) && charts.remark == nil)
      #expect(try shown(pictures(path, "3", look: .charts).film()).allSatisfy { $0 == nil })
      let all = try pictures(path, "all").film()
      #expect(all.chapters == [0..<7, 7..<14, 14..<21, 21..<28])
      let seen = try shown(all).map { $0?[0] }
      #expect(seen == [1, nil, 3, nil].flatMap { Array(repeating: $0, count: 7) })
    }
  }

  @Test(arguments: ["CartPole-v1", "FrozenLake-v1"])
  func `a world with pictures of its own keeps them, unless pixels are asked for`(
    world: String
  ) throws {
    try withTemporaryFolder { folder in
      let path = try recorded(world, withPixels: [2], in: folder)
      if world == "CartPole-v1" {
        let usual = try pictures(path, "2")
        #expect(try shown(usual.film()).allSatisfy { $0 == nil } && usual.remark == nil)
      }
      let asked = try pictures(path, "2", look: .pixels)
      #expect(try shown(asked.film())[4] == [2, 4])
    }
  }

  @Test func `if pixels are asked for, the best episode is the best that has them`() throws {
    try withTemporaryFolder { folder in
      let path = try recorded("CartPole-v1", withPixels: [1, 2], in: folder)
      for episodes in [nil, "best"] {
        let best = try pictures(path, episodes, look: .pixels)
        #expect(best.episodes.map(\.number) == [2])
        #expect(best.remark == "episode 4 has no pixels: episode 2 is shown instead")
      }
      let some = try pictures(path, "2-4", look: .pixels)
      #expect(some.episodes.map(\.number) == [2])
      #expect(
        some.remark
          == "episodes 3 and 4 have no pixels: 1 of 3 episodes is shown, from episode 2 on")
    }
  }

  @Test func `an episode without pixels is refused with a list of those that have them`() throws {
    try withTemporaryFolder { folder in
      let path = try recorded("CartPole-v1", withPixels: [1, 2], in: folder)
      let error = #expect(throws: RunError.self) { try pictures(path, "3", look: .pixels) }
      #expect(
        error?.description
          == "episode 3 has no pixels in \(path); episodes 1 and 2 have them")
      let none = try recorded("CartPole-v1", withPixels: [], in: folder)
      let lacking = #expect(throws: RunError.self) { try pictures(none, look: .pixels) }
      #expect(lacking?.description == "\(none) holds no pixels")
      #expect(throws: RunError.self) {
        try pictures(SmallRecording.maze.made(in: folder), look: .pixels)
      }
    }
  }

  @Test func `tiles and films of learning show pixels`() throws {
    try withTemporaryFolder { folder in
      let path = try recorded(
        "Mystery-v0", episodes: 12, withPixels: [2, 5, 8, 11], in: folder)
      let tiles = try pictures(path, "2,3").grid(rows: 1, columns: 2, hold: 0)
      #expect(try shown(tiles).compactMap { $0?[0] } == Array(repeating: 2, count: 7))
      for look in [nil, PictureOptions.Look.pixels] {
        var request = EpisodePictureOptions()
        (request.size, request.picture.look) = (480, look)
        let film = try LearningPictures(
          EpisodePictures(path, request), pace: .init(framesPerSecond: 10)
        ).film()
        let episodes = try shown(film).compactMap { $0?[0] }
        #expect(Set(episodes) == [2, 5, 8, 11] && episodes == episodes.sorted())
      }
    }
  }
}

extension [UInt32] {
  /// How many pixels have a colour.
  fileprivate func count(of word: UInt32) -> Int { count { $0 == word } }
}
