import Analysis
import Raster
import Replay
import Rollouts

/// Scenes of any toy world, whose states and actions have all that is drawn.
struct ToyScenes<W: World>: SceneBuilder {
  typealias Details = NoDetails

  func state(_ value: Value) -> W.State? { W.State(recorded: value) }
  func action(_ value: Value) -> W.Action? { W.Action(recorded: value) }
}

/// Draws a state as some boxes, each more or less full.
struct ToyPainter<W: World>: Painter {
  let background: Canvas
  private let theme: Theme
  private let boxes: @Sendable (W.State) -> [Double]

  init(_ context: PaintingContext, boxes: @escaping @Sendable (W.State) -> [Double]) throws {
    theme = context.options.theme
    let side = context.options.size
    background = try Canvas(width: side, height: side / 4 * 2, background: theme.background)
    self.boxes = boxes
  }

  var declaredColors: [Color] { [theme.background, theme.text] }

  func draw(_ scene: Scene<W.State, W.Action, NoDetails>, onto canvas: Canvas) {
    canvas.copy(background)
    let levels = boxes(scene.state)
    let side = Double(width) / Double(levels.count)
    for (place, level) in levels.enumerated() {
      canvas.fill(
        Rect(
          x: Double(place) * side, y: Double(height) * (1 - level), width: side - 2,
          height: Double(height) * level), theme.text)
    }
  }
}

extension PainterTable {
  /// How the toy worlds are drawn, and nothing else.
  static let toys = PainterTable([
    PainterEntry("hall", cells: { Array(repeating: .floor, count: $0.rules.rooms) }) {
      (world: Hall, context) in
      let rooms = world.rules.rooms
      return (
        ToyScenes<Hall>(),
        try ToyPainter<Hall>(context) { room in (0..<rooms).map { $0 == room ? 1 : 0.1 } }
      )
    },
    PainterEntry(
      "lamps",
      map: MapView<Lamps> { world, _ in
        PlaceMap("of each switch") { values in
          let states = (0..<8).map { LampState($0) }
          return HeatMap(
            actionValues: try values(states.flatMap { world.observation($0) }).map(Double.init),
            rows: 1, columns: 8, actions: world.description.actions,
            cells: Array(repeating: .floor, count: 8))
        }
      }
    ) { (_: Lamps, context) in
      (
        ToyScenes<Lamps>(),
        try ToyPainter<Lamps>(context) { state in
          (0..<3).map { state.lit >> UInt8($0) & 1 == 1 ? 1 : 0.1 }
        }
      )
    },
    PainterEntry("dial") { (_: Dial, context) in
      (
        ToyScenes<Dial>(),
        try ToyPainter<Dial>(context) { [Double($0.place + 1) / 2] }
      )
    },
  ])
}
