import Analysis
import Recordings
import Rollouts
import Trainers
import Worlds

/// What a network thinks of every place of its world, as heat maps.
struct NetworkMaps {
  /// What a map is about, beside the step.
  let subject: String
  /// The maps' picture.
  let draw: (Checkpoint) throws -> HeatMap

  /// The values of a car everywhere in a city, on its way to a target.
  init(_ city: CityWorld, target: Int, heading: Double?) {
    subject =
      "on the way to \(CityMap.targetNames[target]), "
      + (heading.map { "heading \(decimal($0, 0))°" } ?? "best heading") + "; pale: off the road"
    draw = { checkpoint in
      let view = CityView(city, target: target, heading: heading)
      var network = try GreedyNetwork(checkpoint)
      return view.map { network.values($0) }
    }
  }

  /// The values of a snake for food everywhere on the board, the snake as it lay at a recorded step.
  init(_ snake: Snake, of recording: Recording, like step: Int?) throws {
    var state = snake.start(Generator(seed: 0).draws(for: .start, episode: 1, t: 0))
    if let step {
      guard let recorded = try recording.steps(in: step..<step + 1).first,
        case .bytes(let bytes) = recorded.state, let found = SnakeState(bytes: bytes)
      else { throw Failure.usage("\(recording.path) has no step \(step)") }
      state = found
    }
    let seen = state
    subject = "by where the food is"
    draw = { checkpoint in
      var network = try GreedyNetwork(checkpoint)
      return Self.map(of: snake, seen) { network.values($0) }
    }
  }

  private static func map(
    of snake: Snake, _ state: SnakeState, _ values: ([Float]) -> [Float]
  ) -> HeatMap {
    let count = Snake.rows * Snake.columns
    // Where each way leads: right, down, left, up, as headings count.
    let ways = [
      ActionMeaning("right", dx: 1), ActionMeaning("down", dy: 1), ActionMeaning("left", dx: -1),
      ActionMeaning("up", dy: -1),
    ]
    var cells = Array(repeating: HeatMap.Cell.floor, count: count)
    var actionValues = Array(repeating: Double.nan, count: count * ways.count)
    for place in 0..<count {
      let food = SnakeCell(x: place % Snake.columns, y: place / Snake.columns)
      guard let there = state.moving(foodTo: food) else {
        cells[place] = .wall
        continue
      }
      for (action, value) in values(snake.observation(there)).enumerated() {
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

/// A city, looked at place by place.
private struct CityView {
  private let city: CityWorld
  private let target: Int
  private let headings: [Double]
  /// The side of a cell, and the distance between arrows, in the city's pixels.
  private let side = 4
  private let arrowDistance = 44
  private let rows: Int
  private let columns: Int

  init(_ city: CityWorld, target: Int, heading: Double?) {
    self.city = city
    self.target = target
    headings = heading.map { [$0] } ?? (0..<16).map { Double($0) * 22.5 }
    rows = city.map.height / side
    columns = city.map.width / side
  }

  /// The value of the best action in the best of the headings, and which way that leads.
  func map(_ values: ([Float]) throws -> [Float]) rethrows -> HeatMap {
    var best = [Double](repeating: -.infinity, count: rows * columns)
    var ways = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for heading in headings {
        var observations: [Float] = []
        observations.reserveCapacity(columns * city.observationCount)
        for column in 0..<columns {
          let state = city.state(at: place(row, column), heading: heading, target: target)
          observations += city.observation(state)
        }
        let found = try values(observations)
        for column in 0..<columns {
          let actions = found[column * 3..<column * 3 + 3]
          let greedy = actions.indices.max { actions[$0] < actions[$1] } ?? column * 3
          guard Double(found[greedy]) > best[row * columns + column] else { continue }
          best[row * columns + column] = Double(found[greedy])
          ways[row * columns + column] = city.heading(heading, turned: greedy - column * 3)
        }
      }
    }
    var map = HeatMap(values: best, rows: rows, columns: columns)
    map.isPale = (0..<rows * columns).map { !isRoad($0 / columns, $0 % columns) }
    map.marks = arrows(ways) + pins
    return map
  }

  private func place(_ row: Int, _ column: Int) -> CityPoint {
    CityPoint((Double(column) + 0.5) * Double(side), (Double(row) + 0.5) * Double(side))
  }

  private func isRoad(_ row: Int, _ column: Int) -> Bool {
    let place = place(row, column)
    return city.map.mask.isRoad(place.x, place.y)
  }

  /// An arrow at every so many pixels, where the road is wide enough to hold it.
  private func arrows(_ ways: [Double]) -> [HeatMap.Mark] {
    let distance = arrowDistance / side
    var taken: [(row: Int, column: Int)] = []
    var marks: [HeatMap.Mark] = []
    for row in 2..<rows - 2 {
      for column in 2..<columns - 2 where isRoad(row, column) {
        let isInside = [(-2, 0), (2, 0), (0, -2), (0, 2)].allSatisfy {
          isRoad(row + $0.0, column + $0.1)
        }
        guard isInside,
          !taken.contains(where: {
            abs($0.row - row) < distance && abs($0.column - column) < distance
              && ($0.row - row) * ($0.row - row) + ($0.column - column) * ($0.column - column)
                < distance * distance
          })
        else { continue }
        taken.append((row, column))
        marks.append(
          .arrow(
            x: Double(column) + 0.5, y: Double(row) + 0.5, angle: ways[row * columns + column]))
      }
    }
    return marks
  }

  private var pins: [HeatMap.Mark] {
    city.map.targets.enumerated().map { index, place in
      .pin(
        x: place.x / Double(side), y: place.y / Double(side), name: CityMap.targetNames[index],
        isGoal: index == target)
    }
  }
}
