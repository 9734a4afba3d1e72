import Glibc
import Raster
import Recordings
import Replay
import Rollouts
import TestSupport
import Testing
import Worlds

@Suite struct ChartsTests {
  private func frame(_ sample: ForeignSample, _ t: Int, _ options: PictureOptions) throws -> Canvas
  {
    var film = try PainterEntry.charts.film(of: sample.world, sample.request(options))
    let canvas = try Canvas(width: film.width, height: film.height)
    try film.draw(t, onto: canvas)
    return canvas
  }

  private func waves(_ count: Int, steps: Int, named name: String = "observation") -> ForeignSample
  {
    let field = Field("state", name, type: "float32", offset: 0, count: count, "")
    let world = WorldDescription(
      name: "Waves-v0", actions: [ActionMeaning("up"), ActionMeaning("down")], fields: [field])
    return ForeignSample(
      world, steps: steps,
      state: { t in
        ForeignSample.floats((0..<count).map { sin(Double(t * ($0 + 1)) * 0.05) * Double($0 % 5) })
      }, action: { .index($0 / 3 % 2) }, reward: { $0 % 10 == 0 ? 1 : 0 })
  }

  /// How many pixels of a picture have a colour.
  private func count(_ color: Color, in canvas: Canvas) -> Int {
    canvas.withPixels { pixels in pixels.count { $0 & 0xFF_FFFF == color.hex } }
  }

  @Test(arguments: Theme.all)
  func `the part behind the cursor grows from frame to frame`(theme: Theme) throws {
    let sample = waves(3, steps: 60)
    let options = PictureOptions(size: 480, theme: theme)
    let counts = try [0, 20, 40, 60].map {
      count(theme.positive, in: try frame(sample, $0, options))
    }
    #expect(counts == counts.sorted() && Set(counts).count == 4)
  }

  @Test func `an episode without readable states shows its actions and rewards`() throws {
    let world = WorldDescription(
      name: "ALE/Pong-v5", actions: ["noop", "up", "down"].map { ActionMeaning($0) }, fields: [])
    let sample = ForeignSample(
      world, steps: 20, state: { _ in .bytes([]) }, action: { .index($0 % 3) })
    let canvas = try frame(sample, 12, PictureOptions(size: 480))
    #expect(count(Theme.light.series[1], in: canvas) > 20)
    #expect(count(Theme.light.accent, in: canvas) == 0)
  }

  @Test func `very long episodes, very many numbers and empty steps are drawn`() throws {
    for sample in [waves(300, steps: 5), waves(2, steps: 9000), waves(1, steps: 1)] {
      let last = sample.steps.count
      for t in [0, last / 2, last] { _ = try frame(sample, t, PictureOptions(size: 320)) }
    }
    let mute = ForeignSample(
      WorldDescription(name: "Mute-v0", actions: [], fields: []), steps: 3,
      state: { _ in .bytes([]) }, action: { _ in .bytes([]) }, reward: { _ in .nan })
    _ = try frame(mute, 2, PictureOptions(size: 240))
  }

  @Test func `unknown actions and NaN values do not prevent drawing`() throws {
    let sample = ForeignSample(
      ForeignSample.description("Odd-v0", box: ["a", "b"]), steps: 12,
      state: { t in
        ForeignSample.floats([[.nan, .infinity, -.infinity, 1e38, 0][t % 5], Double(t)])
      }, action: { .index([0, 3, -5, .max, .min][$0 % 5]) }, reward: { [1, -.infinity, 0][$0 % 3] })
    for t in 0...12 { _ = try frame(sample, t, PictureOptions(size: 480)) }
  }

  @Test(arguments: Theme.all)
  func `charts look as they did`(theme: Theme) throws {
    let canvas = try frame(
      waves(3, steps: 40), 25, PictureOptions(size: 480, theme: theme, showsCaption: false))
    let crop = try Canvas(width: 96, height: 96)
    for (name, x, y) in [("strips", 150, 20), ("portrait", 360, 30)] {
      crop.copy(canvas, Rect(x: Double(x), y: Double(y), width: 96, height: 96), to: Point(0, 0))
      try expectSnapshot(crop, "charts-\(name)-\(theme.name)")
    }
  }
}
