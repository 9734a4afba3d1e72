import Experiments
import Glibc
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing

/// Pictures of recordings that another program made.
@Suite struct ForeignPicturesTests {
  private func recorded(_ world: String, in folder: String) throws -> String {
    let fields = ["x", "x_velocity", "theta", "theta_velocity"].enumerated().map {
      Field("state", $1, type: "float32", offset: 4 * $0, count: 1, "")
    }
    let run = RunDescription(
      world: WorldDescription(
        name: world, actions: [ActionMeaning("left", dx: -1), ActionMeaning("right", dx: 1)],
        fields: fields), trainer: "python", seed: 1, configuration: [:])
    let path = "\(folder)/foreign.sqlite"
    let header: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)
    var writer = try RecordingWriter(
      creating: path, run, initial: Checkpoint(step: 0, kind: "none", parameters: header))
    func state(_ t: Int) -> Value {
      let numbers = [sin(Double(t) / 9), 0, cos(Double(t) / 5) * 0.2, 0]
      return .bytes(
        numbers.flatMap { number in
          (0..<4).map { UInt8(truncatingIfNeeded: Float(number).bitPattern >> (8 * $0)) }
        })
    }
    for episode in 1...2 {
      for t in 0..<20 {
        try writer.record(
          Transition(
            episode: episode, state: state(t), action: .index(t / 4 % 2), reward: Double(episode),
            next: state(t + 1), ending: t == 19 ? .truncated : .running))
      }
    }
    try writer.finish()
    return path
  }

  private func request(_ options: PictureOptions) -> EpisodePictureOptions {
    var request = EpisodePictureOptions()
    (request.size, request.picture) = (240, options)
    return request
  }

  @Test(arguments: ["CartPole-v1", "Mystery-v0", "breakout-v3"])
  func `films, tiles and films of learning are drawn of any world`(world: String) throws {
    try withTemporaryFolder { folder in
      let path = try recorded(world, in: folder)
      let pictures = try EpisodePictures(path, request(PictureOptions()))
      #expect(pictures.episodes.map(\.number) == [2])
      let frames = try pixels(pictures.film())
      #expect(frames.count == 21 && Set(frames).count == 21)
      let tiles = try EpisodePictures(path, request(PictureOptions())).grid(
        rows: 1, columns: 2, hold: 0)
      _ = try pixels(tiles, [0, 10])
    }
  }

  @Test func `charts are drawn if they or two numbers are asked for`() throws {
    try withTemporaryFolder { folder in
      let path = try recorded("CartPole-v1", in: folder)
      let usual = try pixels(EpisodePictures(path, request(PictureOptions())).film(), [7])
      let charts = try pixels(
        EpisodePictures(path, request(PictureOptions(look: .charts))).film(), [7])
      let pair = try pixels(
        EpisodePictures(path, request(PictureOptions(fields: ["x", "theta"]))).film(), [7])
      #expect(Set([usual, charts, pair]).count == 3)
      #expect(throws: PainterError.self) {
        try EpisodePictures(path, request(PictureOptions(fields: ["x", "phi"]))).film()
      }
      #expect(throws: PainterError.self) {
        try EpisodePictures(path, request(PictureOptions(camera: .init(rawValue: "follow"))))
      }
      #expect(throws: RunError.self) {
        try PictureTables.builtIn.learnedMaps(of: Recording(path))
      }
    }
  }
}
