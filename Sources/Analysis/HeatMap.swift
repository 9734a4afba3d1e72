package import Rollouts

/// Numbers on a grid, such as a Q-table: each cell's value, its greedy actions and how often
/// it was visited.
package struct HeatMap: Sendable, Equatable {
  /// The kind of a cell.
  package enum Cell: Sendable, Equatable { case floor, wall, goal, hole }

  /// The number of rows.
  package let rows: Int
  /// The number of columns.
  package let columns: Int
  /// The actions with their directions.
  package let actions: [ActionMeaning]
  /// The kind of each cell, row by row.
  package var cells: [Cell]
  /// The cell where episodes start, as an index in `cells`; nil if unknown.
  package var start: Int?
  /// The state of each cell; −1 if it has none.
  package private(set) var states: [Int32]
  /// The value of each cell; NaN if nothing was learned.
  package private(set) var values: [Double]
  /// The value of each action in each cell; NaN if it was never updated or is not allowed.
  package private(set) var actionValues: [Double]
  /// The greedy actions of each cell, one bit each; none if nothing was learned.
  package private(set) var greedy: [UInt8]
  /// How often each cell's actions were updated.
  package private(set) var visits: [Int]

  /// The cells that are drawn pale because the agent should not be there; empty for none.
  package var isPale: [Bool] = []
  /// The marks on top of the cells.
  package var marks: [Mark] = []

  /// A mark on top of the cells, in cells from the upper left corner.
  package enum Mark: Sendable, Equatable {
    /// The direction at a place, in degrees counter-clockwise from the right.
    case arrow(x: Double, y: Double, angle: Double)
    /// A named place; one of them can be the subject of the map.
    case pin(x: Double, y: Double, name: String, isGoal: Bool)
  }

  /// The quantity that a map shows.
  package enum Quantity: String, Sendable, CaseIterable {
    /// The value of the best action.
    case values
    /// How often actions were updated.
    case visits
    /// The error of a cell's values, averaged over its last updates.
    case tdError = "td-error"
    /// The probability that another action is better than the greedy one.
    case uncertainty
    /// The episode since which the greedy action has not changed.
    case settled

    /// The label of the colour bar.
    package var measure: String {
      switch self {
      case .values: "value"
      case .visits: "visits"
      case .tdError: "TD error"
      case .uncertainty: "P(other)"
      case .settled: "episode"
      }
    }

    /// The subject of a map, as text.
    package var subject: String {
      switch self {
      case .values: "value"
      case .visits: "visits"
      case .tdError: "TD error"
      case .uncertainty: "probability that another action is better"
      case .settled: "episode since which the best action stayed the same"
      }
    }

    /// Whether it depends on the whole history, and not on the table alone.
    package var needsTrace: Bool { self != .values && self != .visits }
  }

  /// An empty map.
  package init(rows: Int, columns: Int, actions: [ActionMeaning], cells: [Cell] = []) {
    precondition(rows > 0 && columns > 0, "a heat map has cells")
    precondition(cells.isEmpty || cells.count == rows * columns, "a kind for every cell")
    precondition(actions.count <= 8, "greedy actions are kept in eight bits")
    let count = rows * columns
    self.rows = rows
    self.columns = columns
    self.actions = actions
    self.cells = cells.isEmpty ? Array(repeating: .floor, count: count) : cells
    states = Array(repeating: -1, count: count)
    values = Array(repeating: .nan, count: count)
    actionValues = Array(repeating: .nan, count: count * actions.count)
    greedy = Array(repeating: 0, count: count)
    visits = Array(repeating: 0, count: count)
  }

  /// A Q-table, laid out like its world. `cells` are its cells row by row from the
  /// top, `quantity` is shown by colours; `numbers`, if given, replace the table's, one for
  /// each state.
  package init(
    _ table: QTable, layout: StateLayout, actions: [ActionMeaning], cells: [Cell] = [],
    start: Int? = nil, of quantity: Quantity = .values, numbers: [Double]? = nil
  ) {
    precondition(
      numbers.map { $0.count >= table.states } ?? !quantity.needsTrace, "a number for each state")
    self.init(rows: layout.rows, columns: layout.columns, actions: actions, cells: cells)
    precondition(actions.count == table.actions, "a meaning for every action")
    self.start = start.map { place(of: $0, in: layout) }
    for state in 0..<min(table.states, rows * columns) {
      let place = place(of: state, in: layout)
      states[place] = Int32(state)
      let visited = table.visits(in: state)
      guard visited > 0 else { continue }
      visits[place] = visited
      values[place] =
        numbers.map { $0[state] } ?? (quantity == .visits ? Double(visited) : table.best(state))
      for action in 0..<table.actions where table.visits[state * table.actions + action] > 0 {
        actionValues[place * table.actions + action] =
          quantity == .visits
          ? Double(table.visits[state * table.actions + action]) : table.value(state, action)
      }
      for action in table.learnedActions(state) { greedy[place] |= 1 << action }
    }
  }

  /// A map of action values, one cell after the other: NaN if there are none. A cell's
  /// value is that of its best action.
  package init(
    actionValues: [Double], rows: Int, columns: Int, actions: [ActionMeaning], cells: [Cell] = []
  ) {
    self.init(rows: rows, columns: columns, actions: actions, cells: cells)
    precondition(
      actionValues.count == rows * columns * actions.count, "a value for every action of every cell"
    )
    self.actionValues = actionValues
    for place in values.indices {
      let here = actionValues[place * actions.count..<(place + 1) * actions.count]
      guard let best = here.filter({ !$0.isNaN }).max() else { continue }
      values[place] = best
      for (action, value) in here.enumerated() where value == best { greedy[place] |= 1 << action }
    }
  }

  /// A part of the map.
  package func part(rows: Range<Int>, columns: Range<Int>) -> HeatMap {
    let places = rows.flatMap { row in columns.map { row * self.columns + $0 } }
    var part = HeatMap(
      rows: rows.count, columns: columns.count, actions: actions, cells: places.map { cells[$0] })
    part.start = start.flatMap { places.firstIndex(of: $0) }
    part.states = places.map { states[$0] }
    part.values = places.map { values[$0] }
    part.greedy = places.map { greedy[$0] }
    part.visits = places.map { visits[$0] }
    part.actionValues = places.flatMap {
      actionValues[$0 * actions.count..<($0 + 1) * actions.count]
    }
    if !isPale.isEmpty { part.isPale = places.map { isPale[$0] } }
    return part
  }

  /// A map of plain numbers, row by row from the top: NaN if there is none.
  package init(values: [Double], rows: Int, columns: Int, cells: [Cell] = []) {
    self.init(rows: rows, columns: columns, actions: [], cells: cells)
    precondition(values.count == rows * columns, "a value for every cell")
    self.values = values
  }

  /// The difference of this map to another one with the same cells. Arrows stay where the
  /// greedy actions differ.
  package func minus(_ other: HeatMap) -> HeatMap {
    precondition(
      rows == other.rows && columns == other.columns && actions.count == other.actions.count,
      "maps of the same cells")
    var map = self
    for place in values.indices {
      map.values[place] -= other.values[place]
      if greedy[place] == other.greedy[place] { map.greedy[place] = 0 }
    }
    for place in actionValues.indices { map.actionValues[place] -= other.actionValues[place] }
    return map
  }

  /// The value of a cell; nil if nothing was learned.
  package func value(_ row: Int, _ column: Int) -> Double? {
    let value = values[row * columns + column]
    return value.isNaN ? nil : value
  }

  /// The greedy actions of a cell; none if nothing was learned.
  package func greedyActions(_ row: Int, _ column: Int) -> [Int] {
    let bits = greedy[row * columns + column]
    return actions.indices.filter { bits >> $0 & 1 == 1 }
  }

  /// The value of an action in a cell; nil if it was never updated.
  package func value(_ row: Int, _ column: Int, action: Int) -> Double? {
    let value = actionValues[(row * columns + column) * actions.count + action]
    return value.isNaN ? nil : value
  }

  /// The lowest and the highest number shown, without pale cells; nil if there is none.
  package var bounds: ClosedRange<Double>? {
    var (low, high) = (Double.infinity, -Double.infinity)
    for (place, value) in values.enumerated()
    where value.isFinite && (isPale.isEmpty || !isPale[place]) {
      low = min(low, value)
      high = max(high, value)
    }
    return low <= high ? low...high : nil
  }

  /// The lowest and the highest action value; nil if there is none.
  package var actionBounds: ClosedRange<Double>? {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in actionValues where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    return low <= high ? low...high : nil
  }

  private func place(of state: Int, in layout: StateLayout) -> Int {
    let (row, column) = layout.cell(of: state)
    return row * columns + column
  }
}
