import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct ForeignPainterTests {
  private static let names = ForeignSample.descriptions.map(\.name)

  private func description(_ name: String) throws -> WorldDescription {
    try #require(ForeignSample.descriptions.first { $0.name == name })
  }

  /// Some frames of a film.
  private func frames(_ film: any FrameSource, _ frames: [Int]) throws -> [[UInt32]] {
    var film = film
    let canvas = try Canvas(width: film.width, height: film.height)
    return try frames.map { frame in
      try film.draw(frame, onto: canvas)
      return canvas.withPixels { Array($0) }
    }
  }

  @Test func `every entry of the table has a sample, under the name that Gymnasium gives it`() {
    let known = ForeignSample.descriptions.map { ForeignWorlds.stem(of: $0.name) }
    #expect(
      Set(PainterTable.builtIn.foreign.map(\.world)) == Set(known).subtracting(["FrozenLake"]))
    #expect(Set(ForeignWorlds.table.keys).isSubset(of: known))
  }

  @Test(arguments: names)
  func `an episode is drawn from its first to its last frame in either theme and any size`(
    name: String
  ) throws {
    let sample = ForeignSample(of: try description(name))
    let entry = try PainterTable.builtIn.entry(for: sample.world)
    #expect(entry.world != "a recorded world")
    var pictures: Set<[UInt32]> = []
    for theme in Theme.all {
      let film = try entry.film(
        of: sample.world, sample.request(PictureOptions(size: 240, theme: theme)))
      #expect(film.frameCount == 31 && max(film.width, film.height) == 240)
      let drawn = try frames(film, [0, 1, 29, 30])
      pictures.formUnion(drawn)
      // Frames depend on their scene alone.
      #expect(try frames(film, [29, 0]) == [drawn[2], drawn[0]])
    }
    #expect(pictures.count == 8, "no two frames are alike")
    for size in [64, 111, 480] {
      for showsCaption in [true, false] {
        let options = PictureOptions(size: size, title: "Title", showsCaption: showsCaption)
        let film = try entry.film(of: sample.world, sample.request(options))
        #expect(max(film.width, film.height) == size & ~1)
        #expect(film.width.isMultiple(of: 2) && film.height.isMultiple(of: 2))
        _ = try frames(film, [0, 17])
      }
    }
  }

  @Test(arguments: names)
  func `renamed numbers are found by their places, and missing ones lead to charts`(
    name: String
  ) throws {
    var description = try description(name)
    for index in description.fields.indices { description.fields[index].name = "f\(index)" }
    let renamed = ForeignSample(of: description)
    let table = PainterTable.builtIn
    #expect(try table.entry(for: renamed.world).world != "a recorded world")
    let named = ForeignSample(of: try self.description(name))
    let films = try [named, renamed].map {
      try table.entry(for: $0.world).film(of: $0.world, $0.request())
    }
    #expect(try frames(films[0], [3]) == frames(films[1], [3]))
    description.fields.removeAll { $0.name == "f0" }
    let short = ForeignWorlds.world(description, configuration: [:])
    #expect(try table.entry(for: short).world == "a recorded world")
  }

  @Test func `whatever bytes a state has, a frame is drawn or the episode refused`() throws {
    var draws = Generator(seed: 3).draws(for: .world, episode: 1, t: 0)
    var word = 0
    func random() -> UInt8 {
      word += 1
      if word & 1023 == 0 {
        draws = Generator(seed: UInt64(word)).draws(for: .world, episode: 1, t: 0)
      }
      return UInt8(truncatingIfNeeded: draws.word(word & 1023))
    }
    let special: [UInt8] = [0, 0x7F, 0x80, 0xFF]
    for description in ForeignSample.descriptions {
      for round in 0..<12 {
        let count = description.fields.filter { $0.subject == "state" }.count * 4
        func value() -> Value {
          if round == 0 { return .index(.max) }
          if round == 1 { return .bytes([]) }
          return .bytes(
            (0..<count).map { _ in round < 5 ? special[Int(random()) % 4] : random() })
        }
        let sample = ForeignSample(description, steps: 4, state: { _ in value() }) { t in
          round.isMultiple(of: 3) ? .index([-1, .max, .min, 7][t]) : .bytes([1, 2, 3])
        }
        for world in [sample.world, RecordedWorld(description)] as [any World] {
          let film = try PainterTable.builtIn.entry(for: world).film(of: world, sample.request())
          for frame in 0..<5 {
            do {
              _ = try frames(film, [frame])
            } catch is ReplayError {}
          }
        }
        let charts = PictureOptions(size: 240, look: .charts)
        let film = try PainterEntry.charts.film(
          of: RecordedWorld(description), sample.request(charts))
        _ = try frames(film, Array(0..<5))
      }
    }
  }

  @Test func `the worlds of other programs are not Reel's own, whatever they are called`() throws {
    let table = PainterTable.builtIn
    func entry(_ name: String) throws -> String {
      try table.entry(for: RecordedWorld(ForeignSample.description(name))).world
    }
    for name in ["ALE/Breakout-v5", "breakout", "Maze-v0", "city"] {
      #expect(try entry(name) == "a recorded world")
    }
    #expect(try table.entry(for: GridWorld(try Maps.maze())).world == "maze")
    let none = PainterTable([])
    #expect(throws: PainterError.unknownWorld("maze", known: [])) {
      try none.entry(for: GridWorld(try Maps.maze()))
    }
  }

  @Test func `charts can be asked for with any recorded world, and with two of its numbers`() throws
  {
    let sample = ForeignSample(of: try description("CartPole-v1"))
    let table = PainterTable.builtIn
    func film(_ options: PictureOptions) throws -> any FrameSource {
      try table.entry(for: sample.world, options).film(of: sample.world, sample.request(options))
    }
    let charts = try film(PictureOptions(size: 480, look: .charts))
    let pair = try film(PictureOptions(size: 480, fields: ["x", "theta"]))
    let first = try film(PictureOptions(size: 480, fields: ["x", "x_velocity"]))
    #expect(try frames(charts, [9]) == frames(first, [9]))
    #expect(try frames(charts, [9]) != frames(pair, [9]))
    #expect(throws: PainterError.self) { try film(PictureOptions(fields: ["x", "y"])) }
  }

  @Test(arguments: Theme.all)
  func `pictures of other programs' worlds look as they did`(theme: Theme) throws {
    for description in ForeignSample.descriptions where description.name != "FrozenLake-v1" {
      let sample = ForeignSample(of: description)
      let options = PictureOptions(size: 96, theme: theme, showsCaption: false)
      var film = try PainterTable.builtIn.entry(for: sample.world).film(
        of: sample.world, sample.request(options))
      let canvas = try Canvas(width: film.width, height: film.height)
      try film.draw(14, onto: canvas)
      let stem = ForeignWorlds.stem(of: description.name).lowercased()
      try expectSnapshot(canvas, "foreign-\(stem)-\(theme.name)")
    }
  }
}
