import Rollouts

/// A state of Gymnasium's Taxi.
package struct TaxiState: NamedState {
  package static let names = ["row", "column", "passenger", "destination"]
  package static let trailLength = 13
  package let numbers: [Double]
  package init(numbers: [Double]) { self.numbers = numbers }

  /// The sides of the town in cells.
  static let side = 5
  /// The four places where the passenger waits or wants to go, in their order, and their letters.
  static let places: [(row: Int, column: Int, letter: String)] = [
    (0, 0, "R"), (0, 4, "G"), (4, 0, "Y"), (4, 3, "B"),
  ]
  /// The rows in which there is a wall to the right of a column.
  static let walls: [(rows: ClosedRange<Int>, column: Int)] = [(0...1, 1), (3...4, 0), (3...4, 2)]
  /// The number of a passenger who is in the taxi.
  static let inTaxi = 4

  package var isDrawable: Bool {
    zip(numbers, [Self.side, Self.side, Self.places.count + 1, Self.places.count])
      .allSatisfy { $0 >= 0 && $0 < Double($1) }
  }

  /// The taxi's row from the top; only valid for a state that can be drawn.
  var row: Int { Int(numbers[0]) }
  /// The taxi's column from the left.
  var column: Int { Int(numbers[1]) }
  /// Where the passenger is.
  var passenger: Int { Int(numbers[2]) }
  /// Where the passenger wants to go.
  var destination: Int { Int(numbers[3]) }
  /// Whether the passenger is in the taxi.
  var isCarrying: Bool { passenger == Self.inTaxi }

  /// The direction of an action: south, north, east, west; nil for the others.
  static func way(of action: Int?) -> (dx: Int, dy: Int)? {
    let ways = [(0, 1), (0, -1), (1, 0), (-1, 0)]
    return action.flatMap { ways.indices.contains($0) ? ways[$0] : nil }
  }

  /// The direction of a taxi after an action that led here, and some earlier states.
  static func heading(after action: Int?, _ states: some Collection<TaxiState>) -> (
    dx: Int, dy: Int
  ) {
    if let way = way(of: action) { return way }
    for (next, before) in zip(states, states.dropFirst()) where next.isDrawable && before.isDrawable
    {
      let way = (next.column - before.column, next.row - before.row)
      if way != (0, 0), abs(way.0) + abs(way.1) == 1 { return way }
    }
    return (1, 0)
  }
}
