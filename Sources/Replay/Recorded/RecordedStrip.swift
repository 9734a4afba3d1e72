import Raster
import Rollouts
import Worlds

/// The line of facts below a picture of another program's world: step, quantities, return and action.
struct RecordedStrip {
  /// A measured quantity.
  struct Quantity {
    var label: String
    /// The longest text that it has to show.
    var widest: String
  }

  private let world: RecordedWorld
  private let facts: CaptionFacts
  private let strip: FactStrip?
  /// The decimals of rewards and returns.
  private let decimals: Int

  /// A strip inside an area, if pictures have one; `endings` are the possible texts for an episode's end.
  init(
    in area: Rect, of world: RecordedWorld, _ facts: CaptionFacts, _ options: PictureOptions,
    _ quantities: [Quantity] = [], decimals: Int = 1, endings: [EndingWord] = [],
    measuring canvas: Canvas
  ) {
    (self.world, self.facts, self.decimals) = (world, facts, decimals)
    let steps = String(facts.mostSteps)
    let names = world.description.actions.prefix(64).indices.map { world.words(of: .index($0)) }
    let numbers =
      Array(repeating: "−0.00", count: min(2, world.actions.count))
      .joined(separator: "  ") + (world.actions.count > 2 ? " …" : "")
    let longest = (names.isEmpty ? [numbers] : names).max {
      canvas.measure($0, .sans(10)).width < canvas.measure($1, .sans(10)).width
    }
    strip = FactStrip(
      in: area, options,
      columns: [
        .init(label: facts.trainer, widest: facts.world, rank: 6),
        .init(label: "episode", widest: String(facts.lastEpisode), rank: 4, mark: "#"),
        .init(label: "step", widest: "\(steps)/\(steps)", rank: 1, mark: ""),
      ]
        // The world's name is more important than a second quantity.
        + quantities.enumerated().map {
          .init(label: $1.label, widest: $1.widest, rank: $0 == 0 ? 5 : 7)
        } + [
          .init(
            label: "return", widest: "−000" + (decimals == 0 ? "" : ".0"),
            widestNote: "−0" + (decimals == 0 ? "" : ".0"), rank: 0, mark: ""),
          .init(label: "action", widest: longest ?? "", rank: 2, mark: ""),
        ],
      endings: endings.map(\.text) + [EndingWord.timeLimit.text], measuring: canvas)
  }

  /// Draws what does not change from frame to frame.
  func drawStill(onto canvas: Canvas) { strip?.drawStill(onto: canvas) }

  /// Draws one frame's texts; `quantities` are those that the strip was made for.
  func draw<State, Details>(
    _ scene: Scene<State, Value, Details>, _ quantities: [String] = [], ending: EndingWord?,
    onto canvas: Canvas
  ) {
    let values: [FactStrip.Fact] =
      [.init(facts.world), .init(String(scene.episode)), .init(scene.progress)]
      + quantities.map { .init($0) } + [
        .init(
          NumberText.trimmed(scene.totalReturn, decimals: decimals),
          note: scene.rewardNote(decimals: decimals)),
        .init(scene.action.map(world.words) ?? "–"),
      ]
    strip?.draw(values, ending: ending, onto: canvas)
  }
}

extension RecordedWorld {
  /// An action as short text: its arrow and name, or its numbers.
  func words(of action: Value) -> String {
    switch action {
    case .index(let index):
      return description.actions.indices.contains(index)
        ? String(Caption.name(description.actions[index]).prefix(18)) : String(index)
    case .bytes:
      let numbers = actions.all(of: action).prefix(2)
      return numbers.map { NumberText.fixed($0, decimals: 2) }.joined(separator: "  ")
        + (actions.count > 2 ? " …" : "")
    }
  }
}

extension NumberText {
  /// An angle in whole degrees; a dash if there is none.
  static func degrees(_ radians: Double) -> String {
    radians.isFinite ? fixed(radians * 180 / .pi, decimals: 0) + "°" : "–"
  }
}
