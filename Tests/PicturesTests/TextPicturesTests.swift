import Experiments
import Pictures
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing

@Suite struct TextPicturesTests {
  private func request(_ selection: EpisodeSelection = .first) -> EpisodePictureOptions {
    var request = EpisodePictureOptions()
    (request.filter, request.size) = (EpisodeFilter(selection), 320)
    return request
  }

  @Test func `a text grows by one token per frame`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.written(in: folder)
      let film = try #require(try TextPictures(path, request(.all))).film(hold: 0.5)
      #expect(film.chapters.map(\.count) == [13, 13] && max(film.width, film.height) == 320)
      #expect(film.hold(after: 12) == 50 && film.hold(after: 3) == 0)
      #expect(Set(try pixels(film, [0, 1, 6, 12, 13, 25])).count == 6)
      var few = request()
      (few.every, few.caption) = (6, "a small model")
      let other = try #require(try TextPictures(path, few)).film()
      #expect(other.frameCount == 3 && other.height > film.height)
    }
  }

  @Test func `the model's predictions are drawn if the model is known`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.written(in: folder)
      let film = try #require(try TextPictures(path, request())).film()
      let recording = try Recording(path)
      let bare = try TextPainter.film(
        FilmRequest(
          [recording.episode(1)], of: recording.description(), from: recording,
          options: PictureOptions(size: 320)), reader: nil)
      #expect(bare.frameCount == film.frameCount)
      #expect(try pixels(film, [5]) != pixels(bare, [5]))
    }
  }

  @Test func `recordings of worlds and of training have no generated text, and a text no camera`()
    throws
  {
    try withTemporaryFolder { folder in
      #expect(try TextPictures(SmallRecording.maze.made(in: folder), request()) == nil)
      let path = try SmallRecording.written(in: folder)
      #expect(try TextPictures("\(folder)/text.sqlite", request()) == nil)
      let changes: [(inout EpisodePictureOptions) -> Void] = [
        { $0.picture.camera = .init(rawValue: "follow") },
        { $0.picture.look = .init(rawValue: "ascii") }, { $0.overlay = .init() },
      ]
      for change in changes {
        var asked = request()
        change(&asked)
        let error = #expect(throws: RunError.self) { try TextPictures(path, asked) }
        #expect(error?.kind == .request)
      }
    }
  }

  @Test func `every token attends to itself and earlier tokens, and to nothing else`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.written(in: folder, tokens: 5)
      let maps = try AttentionMaps(of: Recording(path))
      // Seven letters of the prompt and five tokens; two layers of two heads.
      let rows = maps.csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
      #expect(rows.count == 4 * 12 * 13 / 2)
      var sums: [String: Double] = [:]
      for row in rows {
        #expect((Int(row[3]) ?? 99) <= (Int(row[2]) ?? 0))
        sums[row[0...2].joined(separator: ","), default: 0] += Double(row[4]) ?? .nan
      }
      #expect(sums.count == 4 * 12 && sums.values.allSatisfy { abs($0 - 1) < 1e-5 })
      // Later tokens do not change what was seen before.
      let early = try AttentionMaps(of: Recording(path), after: 2).csv.split(separator: "\n")
      #expect(early.count == 1 + 4 * 9 * 10 / 2)
      let shares = Dictionary(
        uniqueKeysWithValues: rows.map { ($0[0...3].joined(separator: ","), Double($0[4]) ?? .nan) }
      )
      for line in early.dropFirst() {
        let row = line.split(separator: ",")
        let known = shares[row[0...3].joined(separator: ",")] ?? .nan
        #expect(abs(known - (Double(row[4]) ?? .nan)) < 1e-5)
      }
      let picture = maps.picture(title: nil, size: 300, theme: .light)
      let titled = maps.picture(title: "words", size: 300, theme: .light)
      #expect(try pixels(of: picture) != pixels(of: titled))
    }
  }

  @Test func `there is attention only of texts, and only of tokens that exist`() throws {
    try withTemporaryFolder { folder in
      let path = try SmallRecording.written(in: folder, tokens: 5)
      #expect(throws: RunError.self) { try AttentionMaps(of: Recording(path), after: 6) }
      #expect(throws: RecordingError.self) { try AttentionMaps(of: Recording(path), episode: 3) }
      let other = try AttentionMaps(of: Recording(path), episode: 2)
      #expect(try other.csv != AttentionMaps(of: Recording(path)).csv)
      let maze = try SmallRecording.maze.recorded(in: folder)
      for recording in [maze, try Recording("\(folder)/text.sqlite")] {
        let error = try #require(throws: RunError.self) { try AttentionMaps(of: recording) }
        guard case .generateText? = error.remedy else {
          Issue.record("a text can be generated: \(error)")
          return
        }
      }
    }
  }

  @Test func `a transformer's parts agree with their definitions`() throws {
    let demo = TransformerDemo(seed: 1)
    guard case .array(let single)? = demo.json["single_head"],
      case .array(let heads)? = demo.json["block_heads"]
    else {
      Issue.record("it has maps")
      return
    }
    #expect(demo.json["input_shape"] == [2, 10, 64] && heads.count == 4)
    var rows = single
    for head in heads { if case .array(let more) = head { rows += more } }
    #expect(rows.count == 50)
    for row in rows {
      guard case .array(let shares) = row else { continue }
      #expect(shares.count == 10)
      #expect(abs(shares.reduce(0) { $0 + ($1.double ?? .nan) } - 1) < 1e-5)
    }
    // Layer norm: a mean of zero and a deviation of one.
    #expect(abs(demo.json["output_mean"]?.double ?? 1) < 1e-4)
    #expect(abs((demo.json["output_deviation"]?.double ?? 0) - 1) < 1e-2)
    #expect(
      demo.json == TransformerDemo(seed: 1).json && demo.json != TransformerDemo(seed: 2).json)
    #expect(try pixels(of: demo.picture) != pixels(of: TransformerDemo(seed: 2).picture))
  }
}
