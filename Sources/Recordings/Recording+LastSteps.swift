package import Rollouts
internal import SQLite

extension Recording {
  /// The last step of each episode that has ended and whose steps are there.
  package func lastTransitions() throws(RecordingError) -> [Transition] {
    enum Column: Int { case episode, state, action, reward, next, ending }
    let rows = try rows(
      """
      SELECT episodes.episode, state, action, reward, final_state, ending
      FROM episodes JOIN transitions
      ON transitions.step = episodes.first_step + (episodes.steps - 1) * episodes.stride
      WHERE ending <> 'running'
      """)
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
  fileprivate var recorded: Value? { int.map(Value.index) ?? blob.map(Value.bytes) }
}
