import Rollouts

extension HeatMap {
  /// Every number of the map, one cell per row; what was never learned is empty.
  package var csv: String {
    var table = CSV(
      ["row", "column", "state", "cell", "value", "best", "visits"] + actions.map { "q_\($0.name)" }
    )
    for row in 0..<rows {
      for column in 0..<columns {
        let place = row * columns + column
        table.add(
          [
            String(row), String(column), states[place] < 0 ? "" : String(states[place]),
            "\(cells[place])", CSV.number(value(row, column)),
            greedyActions(row, column).map { actions[$0].name }.joined(separator: "|"),
            String(visits[place]),
          ] + actions.indices.map { CSV.number(value(row, column, action: $0)) })
      }
    }
    return table.text
  }
}
