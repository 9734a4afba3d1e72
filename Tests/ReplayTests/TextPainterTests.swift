import Raster
import Recordings
import Replay
import Rollouts
import Synchronization
import Testing

/// A model that predicts the same for every text, and remembers what it was asked.
private final class Parrot: TextReader {
  let heard: Mutex<[Int?]> = Mutex([])

  func begin(_ prompt: [UInt8], tokens: Int) { heard.withLock { $0 = [] } }
  func append(_ token: Int) -> Bool { true }
  func insight(choosing token: Int?) -> TextInsight {
    heard.withLock { $0.append(token) }
    return TextInsight(
      candidates: [
        .init(name: "a", share: 0.75, isChosen: token == 0),
        .init(name: "\\n", share: 0.25, isChosen: token == 1),
      ], glances: [.init(name: "x", share: 0.2), .init(name: " ", share: 0.8)])
  }
}

struct TextPainterTests {
  private func step(_ state: String, _ action: Int, _ next: String) -> Transition {
    Transition(
      episode: 1, state: .bytes(Array(state.utf8)), action: .index(action), reward: -0.5,
      next: .bytes(Array(next.utf8)), ending: .running)
  }

  @Test func `a text is its prompt and what each step added, with predictions before each step`()
    throws
  {
    let parrot = Parrot()
    var stage = try ScenePlayer(
      TextScenes(reader: parrot), Episode(number: 1, steps: 2, ending: .truncated),
      step("The é", 0, "a"))
    #expect(stage.scene.details.prompt == Array("The é".utf8) && stage.scene.details.added.isEmpty)
    try stage.advance(step("The é", 0, "a"))
    try stage.advance(step("a", 1, "\n"))
    let scene = stage.scene
    #expect(scene.details.added == Array("a\n".utf8) && scene.state.count == 1)
    #expect(scene.t == 2 && scene.action == 1 && scene.totalReturn == -1)
    #expect(scene.details.insight?.candidates.map(\.isChosen) == [false, true])
    #expect(parrot.heard.withLock { $0 } == [nil, 0, 1])
    #expect(throws: ReplayError.foreignAction(episode: 1, step: 2)) {
      var transition = step("\n", 0, "a")
      transition.action = .bytes([1])
      try stage.advance(transition)
    }
  }

  @Test(arguments: [64, 320, 720])
  func `a text is drawn in any size, with or without a model`(size: Int) throws {
    for hasInsight in [true, false] {
      let painter = try TextPainter(
        names: ["a", "\\n"], hasInsight: hasInsight,
        facts: CaptionFacts(world: "text", trainer: "gpt"), options: PictureOptions(size: size))
      #expect(painter.width == size && painter.height.isMultiple(of: 2))
      let long = String(repeating: "a word, and another one\n", count: 40)
      var stage = try ScenePlayer(
        TextScenes(reader: hasInsight ? Parrot() : nil),
        Episode(number: 1, steps: 1, ending: .truncated), step(long, 0, "a"))
      let canvas = try Canvas(width: painter.width, height: painter.height)
      painter.draw(stage.scene, onto: canvas)
      let before = canvas.pixels
      try stage.advance(step(long, 0, "a"))
      painter.draw(stage.scene, onto: canvas)
      #expect(canvas.pixels != before)
    }
  }

  @Test func `attention is drawn by layer and head, and the highest is the brightest`() throws {
    let map: [[Float]] = [[1, 0, 0], [0.5, 0.5, 0], [0, 0.25, 0.75]]
    let picture = AttentionPicture(
      layers: [[map, map], [map, map]], tokens: ["a", "b", "c"], title: "t", subtitle: "s",
      size: 400, theme: .light)
    let canvas = try picture.canvas()
    #expect(canvas.width == picture.width && picture.width <= 400)
    let ramp = Theme.light.sequential
    let found = canvas.pixels
    #expect(found.contains(ramp.color(at: 1).hex) && found.contains(ramp.color(at: 0).hex))
    #expect(try !picture.svg().isEmpty)
  }
}

extension Canvas {
  /// The colours of all pixels.
  fileprivate var pixels: [UInt32] {
    (0..<height).flatMap { y in (0..<width).map { x in color(x: x, y: y).hex } }
  }
}
