package import Rollouts
internal import SQLite

extension Recording {
  /// The last step of each finished episode whose steps are present, for a range of episode
  /// numbers.
  package func lastTransitions(
    of numbers: ClosedRange<Int> = 1...Int.max
  ) throws(RecordingError) -> [Transition] {
    enum Column: Int { case episode, state, action, reward, next, ending }
    let rows = try rows(
      """
      SELECT episodes.episode, state, action, reward, final_state, ending
      FROM episodes JOIN transitions
      ON transitions.step = episodes.first_step + (episodes.steps - 1) * episodes.stride
      WHERE ending <> 'running' AND episodes.episode BETWEEN ? AND ?
      """, .integer(numbers.lowerBound), .integer(numbers.upperBound))
    return rows.compactMap { row in
      func value(_ column: Column) -> SQLiteValue { row[column.rawValue] }
      guard let episode = value(.episode).int, let state = value(.state).recorded,
        let action = value(.action).recorded, let reward = value(.reward).double,
        let next = value(.next).recorded,
        let ending = value(.ending).text.flatMap(Ending.init(name:))
      else { return nil }
      return Transition(
        episode: episode, state: state, action: action, reward: reward, next: next, ending: ending)
    }
  }
}

extension SQLiteValue {
  /// A state or an action.
  var recorded: Value? { int.map(Value.index) ?? blob.map(Value.bytes) }
}
