import Analysis
import Rollouts
import Worlds

/// A network's values for a car at every place of a city.
struct CityPlaces {
  private let city: CityWorld
  private let target: Int
  private let headings: [Double]
  /// The side of a cell, and the distance between arrows, in the city's pixels.
  private let side = 4
  private let arrowDistance = 44
  private let rows: Int
  private let columns: Int

  private init(_ city: CityWorld, target: Int, heading: Double?) {
    self.city = city
    self.target = target
    headings = heading.map { [$0] } ?? (0..<16).map { Double($0) * 22.5 }
    rows = city.map.height / side
    columns = city.map.width / side
  }

  /// The options that the map uses, and how it is made.
  static let view = MapView<CityWorld>(
    takes: [.target, .heading], targets: CityMap.targetNames
  ) { city, request in
    let target = request.target.flatMap(CityMap.targetNames.firstIndex) ?? 0
    let heading = request.heading.map { "heading \(Int($0.rounded()))°" } ?? "best heading"
    return PlaceMap(
      "on the way to \(CityMap.targetNames[target]), \(heading); pale: off the road"
    ) { values in
      try CityPlaces(city, target: target, heading: request.heading).heatMap(values)
    }
  }

  /// The value of the best action in the best heading, and the direction that it leads to.
  private func heatMap(_ values: PlaceMap.Values) throws -> HeatMap {
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

  /// Draws an arrow every few pixels, where the road is wide enough for it.
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
