import Analysis
import Rollouts
import Worlds

/// A network's values for food at every place of the board, around one snake.
struct SnakePlaces {
  let snake: Snake
  let state: SnakeState

  /// The options that the map uses, and how it is made.
  static let view = MapView<Snake>(takes: [.like]) { snake, request in
    var state = snake.start(Generator(seed: 0).draws(for: .start, episode: 1, t: 0))
    if let like = request.like {
      guard case .bytes(let bytes) = like, let found = SnakeState(bytes: bytes) else {
        throw PainterError.foreignState("snake")
      }
      state = found
    }
    return PlaceMap("by where the food is") { values in
      try SnakePlaces(snake: snake, state: state).heatMap(values)
    }
  }

  /// The step in each direction: right, down, left, up, in the order of headings.
  private static let ways = [
    ActionMeaning("right", dx: 1), ActionMeaning("down", dy: 1), ActionMeaning("left", dx: -1),
    ActionMeaning("up", dy: -1),
  ]

  private func heatMap(_ values: PlaceMap.Values) throws -> HeatMap {
    let (count, ways) = (Snake.rows * Snake.columns, Self.ways)
    var cells = Array(repeating: HeatMap.Cell.floor, count: count)
    var actionValues = Array(repeating: Double.nan, count: count * ways.count)
    for place in 0..<count {
      let food = SnakeCell(x: place % Snake.columns, y: place / Snake.columns)
      guard let there = state.moving(foodTo: food) else {
        cells[place] = .wall
        continue
      }
      for (action, value) in try values(snake.observation(there)).enumerated() {
        let way = Snake.heading(Int(state.heading), turned: action)
        actionValues[place * ways.count + way] = Double(value)
      }
    }
    var map = HeatMap(
      actionValues: actionValues, rows: Snake.rows, columns: Snake.columns, actions: ways,
      cells: cells)
    if let head = state.cells.first {
      map.marks = [.pin(x: Double(head.x) + 0.5, y: Double(head.y) + 0.5, name: "S", isGoal: false)]
    }
    return map
  }
}
