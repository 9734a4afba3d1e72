import Raster
import Replay
import Rollouts
import Testing
import Worlds

@Suite struct PainterTableTests {
  private static let worlds = PainterTable.builtIn.entries.map(\.world)

  private func entry(_ world: String) throws -> PainterEntry {
    try PainterTable.builtIn.entry(for: world)
  }

  /// The first and the last frame of a film.
  private func ends(_ film: any FrameSource) throws -> [[UInt32]] {
    var film = film
    let canvas = try Canvas(width: film.width, height: film.height)
    return try [0, film.frameCount - 1].map { frame in
      try film.draw(frame, onto: canvas)
      return canvas.withPixels { Array($0) }
    }
  }

  @Test func `every world of the table has one entry`() {
    #expect(Self.worlds == BuiltInWorlds.table().names)
  }

  @Test(arguments: worlds)
  func `a played episode is drawn from its first to its last frame in every theme, look and camera`(
    world: String
  ) throws {
    let (entry, sample) = (try entry(world), try Sample(world))
    var pictures: Set<[UInt32]> = []
    var count = 0
    let looks: [PictureOptions.Look?] = entry.looks.isEmpty ? [nil] : entry.looks.map(\.self)
    for theme in Theme.all {
      for camera in entry.cameras {
        for look in looks {
          let options = PictureOptions(size: 240, theme: theme, camera: camera, look: look)
          let film = try entry.film(of: sample.world, sample.request(options))
          #expect(film.frameCount == sample.steps.count + 1)
          #expect(film.hold(after: film.frameCount - 1) == 30)
          #expect(max(film.width, film.height) == 240)
          pictures.formUnion(try ends(film))
          count += 2
        }
      }
    }
    #expect(pictures.count == count, "no two of them are alike")
  }

  @Test(arguments: worlds)
  func `the first look is the default, and no look or camera is named twice`(world: String) throws {
    let (entry, sample) = (try entry(world), try Sample(world))
    #expect(Set(entry.looks).count == entry.looks.count)
    #expect(Set(entry.cameras).count == entry.cameras.count)
    #expect(entry.cameras.first == .whole && PictureOptions.sizes.contains(entry.usualSize))
    guard let first = entry.looks.first else { return }
    let usual = try entry.film(of: sample.world, sample.request())
    let named = try entry.film(
      of: sample.world, sample.request(PictureOptions(size: 240, look: first)))
    #expect(try ends(usual) == ends(named))
  }

  @Test(arguments: worlds)
  func `an option that a world lacks is refused with those it has`(world: String) throws {
    let (entry, sample) = (try entry(world), try Sample(world))
    func refusal(_ options: PictureOptions) -> PainterError? {
      #expect(throws: PainterError.self) {
        try entry.film(of: sample.world, sample.request(options))
      }
    }
    let look = refusal(PictureOptions(look: .init(rawValue: "etched")))
    #expect(look == .lacks(world, "look", "etched", has: entry.looks.map(\.rawValue)))
    let camera = refusal(PictureOptions(camera: .init(rawValue: "behind")))
    #expect(camera == .lacks(world, "camera", "behind", has: entry.cameras.map(\.rawValue)))
    #expect(camera?.description.hasPrefix("\(world) has no camera 'behind', only whole") == true)
    if world != "breakout" {
      #expect(refusal(PictureOptions(look: .ascii)) != nil)
      #expect(throws: PainterError.lacks(world, "overlay", nil, has: [])) {
        try entry.film(of: sample.world, sample.request(heat: { _ in [] }))
      }
    }
    if world != "city" { #expect(refusal(PictureOptions(camera: .follow)) != nil) }
  }

  @Test func `an overlay is asked about every state that is drawn`() throws {
    let sample = try Sample("breakout")
    let states = [sample.steps[0].state] + sample.steps.map(\.next)
    let film = try entry("breakout").film(
      of: sample.world,
      sample.request(heat: { state in
        BreakoutGame.glow(Breakout(), state).map { states.contains(state) ? $0 : 0 }
      }))
    let plain = try entry("breakout").film(of: sample.world, sample.request())
    for (warm, cold) in zip(try ends(film), try ends(plain)) { #expect(warm != cold) }
  }

  @Test func `an unknown name is an error that lists the known ones`() throws {
    var table = PainterTable.builtIn
    #expect(table["maze"] != nil)
    table.entries.removeAll { $0.world == "maze" }
    let error = #expect(throws: PainterError.self) { try table.entry(for: "maze") }
    #expect(error == .unknownWorld("maze", known: Self.worlds.filter { $0 != "maze" }))
    #expect(error?.description.contains("lake") == true)
    #expect(table.looks == ["arcade", "ascii", "charts", "pixels"])
    #expect(table.cameras == ["whole", "follow"])
    #expect(table.targets == CityMap.targetNames)
  }

  @Test func `an entry refuses a world of another type`() throws {
    let sample = try Sample("crawler")
    #expect(throws: PainterError.otherWorld("snake", type: "Snake", given: "Crawler")) {
      try entry("snake").film(of: sample.world, sample.request())
    }
    #expect(throws: PainterError.self) { try entry("maze").cells(of: sample.world) }
  }

  @Test func `the caption names the map where there is room for it`() throws {
    let long = String(repeating: "long ", count: 4)
    for (title, differs) in [("Short", true), (long, false), ("", false)] {
      let named = GridWorld(
        try GridMap(
          parsing: "reel map maze\n\(title.isEmpty ? "" : "title \(title)\n")\n"
            + "S...\n.#..\n..#.\n...G\n"))
      let sample = try Sample("maze")
      let entry = try entry("maze")
      let first = try ends(entry.film(of: named, sample.request(PictureOptions())))
      let plain = try ends(entry.film(of: sample.world, sample.request(PictureOptions())))
      #expect((first != plain) == differs)
    }
  }
}
