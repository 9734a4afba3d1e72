/// The position of each discrete state on a picture, according to a recording's fields.
///
/// A field of type `row` counts down the picture, `column` to the right and `up` upward.
package struct StateLayout: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  private let digits: [Field]

  /// The layout of a world's states; nil where its fields define no layout.
  package init?(_ fields: [Field]) {
    digits = fields.filter { $0.subject == "state" && ["row", "column", "up"].contains($0.type) }
    guard digits.count == 2,
      let column = digits.first(where: { $0.type == "column" }),
      let row = digits.first(where: { $0.type != "column" }),
      digits.allSatisfy({ $0.count > 0 && $0.offset > 0 }),
      !row.count.multipliedReportingOverflow(by: column.count).overflow,
      row.count * column.count <= Int32.max
    else { return nil }
    rows = row.count
    columns = column.count
  }

  /// The names of a state's coordinates, in the order that people type them.
  package var names: [String] { digits.map(\.name) }

  /// A state's coordinates, in the order of `names`.
  package func coordinates(of state: Int) -> [Int] {
    digits.map { state / $0.offset % $0.count }
  }

  /// The state at some coordinates; nil where they are outside the layout.
  package func state(at coordinates: [Int]) -> Int? {
    guard coordinates.count == digits.count else { return nil }
    var state = 0
    for (digit, coordinate) in zip(digits, coordinates) {
      guard (0..<digit.count).contains(coordinate) else { return nil }
      state += coordinate * digit.offset
    }
    return state
  }

  /// The cell of the picture that contains a state, counted from the top left.
  package func cell(of state: Int) -> (row: Int, column: Int) {
    var cell = (row: 0, column: 0)
    for digit in digits {
      let value = state / digit.offset % digit.count
      switch digit.type {
      case "column": cell.column = value
      case "up": cell.row = digit.count - 1 - value
      default: cell.row = value
      }
    }
    return cell
  }
}
