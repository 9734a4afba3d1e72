package import Rollouts

/// Readable names of a table's states and actions: coordinates if a world's fields lay its states out.
package struct StateNames: Sendable, Equatable {
  package let layout: StateLayout?
  private let actions: [String]

  /// The names for a recorded world.
  package init(_ world: WorldDescription) {
    layout = StateLayout(world.fields)
    actions = world.actions.map(\.name)
  }

  /// A state's readable name: `(2,1)`, or `state 9`.
  package func state(_ state: Int) -> String {
    layout == nil ? "state \(state)" : "(\(typed(state)))"
  }

  /// A state as it is typed: `2,1`, or its number.
  package func typed(_ state: Int) -> String {
    guard let layout else { return "\(state)" }
    return layout.coordinates(of: state).map(String.init).joined(separator: ",")
  }

  /// An action's name, or its number.
  package func action(_ action: Int) -> String {
    actions.indices.contains(action) ? actions[action] : "\(action)"
  }

  /// A state's coordinates, for JSON.
  package func members(_ state: Int) -> [JSON.Member] {
    guard let layout else { return [] }
    return zip(layout.names, layout.coordinates(of: state)).map { .init($0, .integer($1)) }
  }

  /// Parses a typed state: coordinates, or a number below `count`.
  package func state(typed text: String, below count: Int) throws(RunError) -> Int {
    let words = layout?.names.joined(separator: ",") ?? "number"
    let numbers = text.split(separator: ",").map { Int($0.filter { $0 != " " }) }
    guard !numbers.isEmpty, !numbers.contains(nil) else {
      throw .request("a state is \(words), such as 2,1, not '\(text)'")
    }
    let values = numbers.compactMap(\.self)
    if values.count == 1, (0..<count).contains(values[0]) { return values[0] }
    guard let state = layout?.state(at: values), (0..<count).contains(state) else {
      let size = layout.map { "\($0.rows)×\($0.columns)" } ?? "\(count) states"
      throw .request("there is no state \(text) among \(size); a state is \(words)")
    }
    return state
  }
}
